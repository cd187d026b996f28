//! Many workers in many processes, with clocks that disagree, take each item once and leave none.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use callboard_service::assignment::{Claim, Complete};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus, task_assignments, work_items};
use callboard_service::item::NewItem;
use callboard_service::{Actor, Callboard, Clock, DatabaseUrl, OpenOptions, Ref, Synchronous};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use support::{TestDb, both, child};
use uuid::Uuid;

const PROCESSES: usize = 8;
const TASKS: usize = 4;
const ITEMS: usize = 2000;
/// Longer than any two clocks differ: on SQLite a lease is judged by the clocks of the workers.
const LEASE_SECONDS: i64 = 3 * 60 * 60;

child! {
    /// Claims and completes with four tasks until nothing is ready. Arguments: URL, minutes that the clock is wrong by.
    async fn worker(args: Vec<String>) {
        let skew: i64 = args[1].parse().expect("minutes");
        let options = OpenOptions {
            clock: Clock::skewed(TimeDelta::minutes(skew)),
            synchronous: Synchronous::Normal,
            max_connections: u32::try_from(TASKS).expect("small"),
            busy_timeout: Duration::from_secs(30),
            ..OpenOptions::default()
        };
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, options).await.expect("open the board");
        let tasks: Vec<_> = (0..TASKS).map(|_| tokio::spawn(work(board.clone()))).collect();
        let mut done = 0;
        for task in tasks {
            done += task.await.expect("the task ends").len();
        }
        println!("{done}");
    }
}

async fn work(board: Callboard) -> Vec<Uuid> {
    let claim = Claim { lease_seconds: Some(LEASE_SECONDS), ..Claim::one(Ref::from("worker")) };
    let mut done = Vec::new();
    loop {
        let claimed = board.run(Actor::SYSTEM, &claim).await.expect("claim").claimed;
        let Some(first) = claimed.into_iter().next() else { return done };
        let complete = Complete { assignment: first.assignment, ..Complete::default() };
        board.run(Actor::SYSTEM, &complete).await.expect("the lease runs: nobody else may have it");
        done.push(first.item.id);
    }
}

both! {
    async fn no_item_twice_and_none_lost(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("worker").await;
        let items: Vec<NewItem> =
            (0..ITEMS).map(|n| NewItem { priority: (n % 5) as i64, ..NewItem::titled(format!("n{n}")) }).collect();
        seed.add_all(items).await;

        let skews = [-60, 60, 0, 30, -30, 59, -59, 1];
        let workers: Vec<_> =
            (0..PROCESSES).map(|p| worker(t.dir()).args([t.url().to_owned(), skews[p].to_string()]).spawn()).collect();
        let mut by_process = Vec::new();
        for worker in workers {
            let output = worker.wait(Duration::from_secs(240)).ok();
            by_process.push(output.stdout.trim().parse::<usize>().expect("a count"));
        }
        assert_eq!(by_process.iter().sum::<usize>(), ITEMS);
        let took_part = by_process.iter().filter(|n| **n > 0).count();
        assert!(took_part >= 2, "no race: one process did it all {by_process:?}");

        let items = work_items::Entity::find().all(&seed.raw).await.expect("read the items");
        assert!(items.iter().all(|i| i.status == WorkItemStatus::Done && i.attempt_count == 1), "one attempt each");
        let assignments = task_assignments::Entity::find()
            .order_by_asc(task_assignments::Column::Id)
            .all(&seed.raw)
            .await
            .expect("read the assignments");
        assert!(assignments.iter().all(|a| a.status == TaskAssignmentStatus::Completed));
        let distinct: HashSet<Uuid> = assignments.iter().map(|a| a.work_item_id).collect();
        assert_eq!((distinct.len(), assignments.len()), (ITEMS, ITEMS), "each item once");
    }

    /// The control: taking the head of the queue without a guard hands items out twice.
    async fn without_a_guard_items_are_taken_twice(t: TestDb) {
        let seed = t.seed().await;
        seed.add_all((0..60).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let raw = Arc::new(seed.raw.clone());
        let tasks: Vec<_> = (0..4).map(|_| tokio::spawn(unguarded(Arc::clone(&raw)))).collect();
        let mut taken: HashMap<Uuid, usize> = HashMap::new();
        for task in tasks {
            for id in task.await.expect("the task ends") {
                *taken.entry(id).or_default() += 1;
            }
        }
        let twice = taken.values().filter(|n| **n > 1).count();
        assert!(twice > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// Reads the head of the queue and marks it taken in a second statement, with nothing between that holds it.
async fn unguarded(raw: Arc<sea_orm::DatabaseConnection>) -> Vec<Uuid> {
    let mut taken = Vec::new();
    loop {
        let head = "SELECT id FROM work_items WHERE priority = 2 ORDER BY id LIMIT 1";
        let backend = raw.get_database_backend();
        let row = raw.query_one_raw(sea_orm::Statement::from_string(backend, head)).await.expect("read the head");
        let Some(row) = row else { return taken };
        let id: Uuid = row.try_get("", "id").expect("an id");
        tokio::task::yield_now().await;
        let mark = sea_orm::Statement::from_sql_and_values(
            backend,
            "UPDATE work_items SET priority = 3 WHERE id = $1",
            [id.into()],
        );
        raw.execute_raw(mark).await.expect("mark it taken");
        taken.push(id);
    }
}
