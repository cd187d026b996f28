//! Others in the same file: a second process that writes, and readers.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callboard_service::assignment::{Claim, Complete, Heartbeat};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus, task_assignments, work_items};
use callboard_service::{Actor, Callboard, DatabaseUrl, ErrorKind, OpenOptions, Query, Ref, Result, Tx};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, TransactionTrait};
use support::{TestDb, child, on_sqlite};
use uuid::Uuid;

use super::{assert_consistent, assignments, claim, counts, normal, spawn_claim, stocked};

const ITEMS: usize = 400;
const TASKS: usize = 8;
const TURNS: u64 = 100;

child! {
    /// Claims one, and when told to begin completes it and others until nothing is ready. Arguments: URL, folder.
    async fn neighbour(args: Vec<String>) {
        let board = patient(&args[0]).await;
        let first = board.run(Actor::SYSTEM, &Claim::one(Ref::from("coder"))).await.expect("claim").claimed.remove(0);
        signal(&args[1], "claimed");
        until(&args[1], "begin").await;
        let complete = Complete { assignment: first.assignment, ..Complete::default() };
        board.run(Actor::SYSTEM, &complete).await.expect("nobody else has it");
        let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(work(board.clone()))).collect();
        let mut done = 1;
        for task in tasks {
            done += task.await.expect("the task ends").len();
        }
        println!("{done} {}", counts(&board).elsewhere);
    }

    /// Writes without a pause until told to stop. Arguments: URL, folder, assignment.
    async fn restless(args: Vec<String>) {
        let board = patient(&args[0]).await;
        let beat = Heartbeat { assignment: args[2].parse().expect("an id"), lease_seconds: Some(600) };
        let stop = Arc::new(AtomicBool::new(false));
        let tasks: Vec<_> = (0..TASKS).map(|_| {
            let (board, beat, stop) = (board.clone(), beat.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut beats = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    board.run(Actor::SYSTEM, &beat).await.expect("a heartbeat");
                    beats += 1;
                }
                beats
            })
        }).collect();
        signal(&args[1], "claimed");
        until(&args[1], "stop").await;
        stop.store(true, Ordering::Relaxed);
        let mut beats = 0;
        for task in tasks {
            beats += task.await.expect("the task ends");
        }
        println!("{beats}");
    }
}

async fn patient(url: &str) -> Callboard {
    let options = OpenOptions { busy_timeout: Duration::from_secs(30), ..normal() };
    Callboard::open(&DatabaseUrl::parse(url).expect("a URL"), options).await.expect("open the board")
}

fn signal(folder: &str, name: &str) {
    std::fs::write(Path::new(folder).join(name), "").expect("write the signal");
}

async fn until(folder: &str, name: &str) {
    while !Path::new(folder).join(name).exists() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn work(board: Callboard) -> Vec<Uuid> {
    let claim = Claim::one(Ref::from("coder"));
    let mut done = Vec::new();
    loop {
        let claimed = board.run(Actor::SYSTEM, &claim).await.expect("claim").claimed;
        let Some(first) = claimed.into_iter().next() else { return done };
        let complete = Complete { assignment: first.assignment, ..Complete::default() };
        board.run(Actor::SYSTEM, &complete).await.expect("nobody else has it");
        done.push(first.item.id);
    }
}

on_sqlite! {
    why: "PostgreSQL has no write lane that a second process could stand in the way of";
    async fn two_processes_take_each_item_once(t: TestDb) {
        let (seed, _) = stocked(&t, ITEMS).await;
        let board = t.board_with(OpenOptions { busy_timeout: Duration::from_secs(30), ..normal() }).await;
        let folder = t.dir().display().to_string();
        let other = neighbour(t.dir()).args([t.url().to_owned(), folder.clone()]).spawn();
        until(&folder, "claimed").await;
        signal(&folder, "begin");
        let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(work(board.clone()))).collect();
        let mut mine = HashSet::new();
        for task in tasks {
            for item in task.await.expect("the task ends") {
                assert!(mine.insert(item), "{item} was done twice");
            }
        }
        let printed = other.wait(Duration::from_secs(120)).ok().stdout;
        let (theirs, elsewhere) = printed.trim().split_once(' ').expect("two numbers");
        let theirs: usize = theirs.parse().expect("a number");
        assert_eq!(mine.len() + theirs, ITEMS);
        assert!(!mine.is_empty() && theirs > 0, "one process did it all: {} and {theirs}", mine.len());
        assert_eq!((elsewhere, counts(&board).elsewhere), ("0", 0), "all was done on the lanes");
        let all = assignments(&seed).await;
        let items: HashSet<Uuid> = all.iter().map(|a| a.work_item_id).collect();
        assert_eq!((items.len(), all.len()), (ITEMS, ITEMS), "each once");
        assert!(all.iter().all(|a| a.status == TaskAssignmentStatus::Completed));
    }

    /// SQLite's own handler would sleep up to 100 ms between two looks, and find the other one writing each time.
    why: "PostgreSQL has no write lane that a second process could stand in the way of";
    async fn a_process_that_writes_without_a_pause_lets_others_in(t: TestDb) {
        let (seed, agent) = stocked(&t, 2).await;
        let (theirs, mine) = (seed.claim(&agent).await.assignment, seed.claim(&agent).await.assignment);
        let board = patient(t.url()).await;
        let folder = t.dir().display().to_string();
        let other = restless(t.dir()).args([t.url().to_owned(), folder.clone(), theirs.to_string()]).spawn();
        until(&folder, "claimed").await;
        let (begun, mut turns) = (Instant::now(), 0);
        // Long enough for the other process to be on a processor too.
        while turns < TURNS || begun.elapsed() < Duration::from_millis(300) {
            let beat = Heartbeat { assignment: mine, lease_seconds: Some(600) };
            board.run(Actor::SYSTEM, &beat).await.expect("its turn comes");
            turns += 1;
        }
        signal(&folder, "stop");
        let beats: u64 = other.wait(Duration::from_secs(120)).ok().stdout.trim().parse().expect("a number");
        // Below 10 with naps of half a millisecond; with SQLite's handler it was above 1,000 in every other run.
        assert!(beats > TURNS / 10 && beats < turns * 300, "{beats} writes came before {turns} turns");
    }

    /// It is waited for on the lane's thread, and no longer than was told.
    why: "PostgreSQL has no write lane that a second process could stand in the way of";
    async fn another_writer_is_waited_for(t: TestDb) {
        let (seed, agent) = stocked(&t, 20).await;
        for options in [OpenOptions::default(), normal()] {
            let board = t.board_with(options.clone()).await;
            board.run(Actor::agent(agent.id), &claim(&agent)).await.expect("the lane is open");
            let before = assignments(&seed).await.len();
            let other = seed.raw.begin().await.expect("begin");
            other.execute_unprepared("UPDATE board_users SET name = name").await.expect("take the lock");
            let calls: Vec<_> = (0..4).map(|_| spawn_claim(&board, &agent)).collect();
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(calls.iter().all(|call| !call.is_finished()), "they wait");
            other.rollback().await.expect("let go");
            for call in calls {
                assert_eq!(call.await.expect("it ends").expect("claim").claimed.len(), 1);
            }
            assert_eq!(assignments(&seed).await.len(), before + 4);
            // The control: with less patience than the other one takes each is told so.
            let patience = Duration::from_millis(200);
            let hasty = t.board_with(OpenOptions { busy_timeout: patience, ..options }).await;
            let other = seed.raw.begin().await.expect("begin");
            other.execute_unprepared("UPDATE board_users SET name = name").await.expect("take the lock");
            let begun = Instant::now();
            let calls: Vec<_> = (0..4).map(|_| spawn_claim(&hasty, &agent)).collect();
            for call in calls {
                let error = call.await.expect("it ends").expect_err("somebody else writes");
                assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
            }
            assert!(begun.elapsed() >= patience, "{:?}", begun.elapsed());
            other.rollback().await.expect("let go");
            assert_eq!(assignments(&seed).await.len(), before + 4);
        }
        assert_consistent(&seed).await;
    }

    /// Every reader sees whole verbs: as many items in progress as open assignments.
    why: "PostgreSQL has no write lane that could show halves of a group";
    async fn readers_see_whole_verbs(t: TestDb) {
        let _ = stocked(&t, ITEMS).await;
        let board = t.board_with(normal()).await;
        let stop = Arc::new(AtomicBool::new(false));
        let torn = Arc::new(AtomicUsize::new(0));
        let readers: Vec<_> = (0..3).map(|_| {
            let (board, stop, torn) = (board.clone(), Arc::clone(&stop), Arc::clone(&torn));
            tokio::spawn(async move {
                let (mut reads, mut changes, mut last) = (0, 0, None);
                while !stop.load(Ordering::Relaxed) {
                    let (items, open) = board.read(&Standing).await.expect("read");
                    assert_eq!(items, open, "half a verb was seen");
                    reads += 1;
                    changes += usize::from(last.replace(items).is_some_and(|last| last != items));
                    // The control: in two reads the one may be older than the other.
                    let items = board.read(&Standing).await.expect("read").0;
                    torn.fetch_add(usize::from(items != board.read(&Standing).await.expect("read").1), Ordering::Relaxed);
                }
                (reads, changes)
            })
        }).collect();
        let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(work(board.clone()))).collect();
        let mut done = 0;
        for task in tasks {
            done += task.await.expect("the task ends").len();
        }
        stop.store(true, Ordering::Relaxed);
        let (mut reads, mut changes) = (0, 0);
        for reader in readers {
            let one = reader.await.expect("the reader ends");
            (reads, changes) = (reads + one.0, changes + one.1);
        }
        assert_eq!(done, ITEMS);
        assert!(reads > 20 && changes > 5, "{reads} reads saw {changes} changes: nobody read at the same time");
        assert!(torn.load(Ordering::Relaxed) > 0, "two reads never differed: the test would prove nothing");
    }
}

/// How many items are in progress, and how many assignments are open.
struct Standing;

impl Query for Standing {
    type Output = (u64, u64);

    async fn fetch(&self, tx: &Tx) -> Result<(u64, u64)> {
        let items = work_items::Entity::find().filter(work_items::Column::Status.eq(WorkItemStatus::InProgress));
        let open = task_assignments::Entity::find();
        let open = open.filter(task_assignments::Column::Status.eq(TaskAssignmentStatus::Started));
        Ok((items.count(tx.connection()).await?, open.count(tx.connection()).await?))
    }
}
