//! A worker that is killed after any statement of its writes, and another that carries on from what is there.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callboard_service::assignment::{Claim, Complete};
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::{
    TaskAssignmentStatus as Status, WorkItemStatus, board_messages as messages, checkpoints, task_assignments,
};
use callboard_service::item::CommentOnItem;
use callboard_service::recovery::{HandOver, Recover};
use callboard_service::{Callboard, DatabaseUrl, OpenOptions, Ref, Synchronous};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use support::cli::Program;
use support::{Seed, TestDb, both, child};
use uuid::Uuid;

/// How long a worker may take.
const MOST: Duration = Duration::from_secs(60);

child! {
    /// Claims an item, writes two checkpoints and a note, and hands it over. Arguments: URL, the item's id, the number of
    /// the statement after which it kills itself.
    async fn worker(args: Vec<String>) {
        let left = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&left);
        // A kill is no power cut: what was written is there.
        let options = OpenOptions { synchronous: Synchronous::Normal, ..OpenOptions::default() };
        let options = options.on_statement(move |_| {
            if counter.load(Ordering::SeqCst) > 0 && counter.fetch_sub(1, Ordering::SeqCst) == 1 {
                die();
            }
        });
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, options).await.expect("open the board");
        let one = board.actor("agent:one").await.expect("the agent");
        let item = Ref::from(args[1].as_str());
        left.store(args[2].parse().expect("a number"), Ordering::SeqCst);
        let claim = Claim { item: Some(item.clone()), ..Claim::one("one") };
        let held = board.run(one, &claim).await.expect("claim").claimed.remove(0).assignment;
        for step in ["first", "second"] {
            let note = AddCheckpoint { assignment: Some(held), ..AddCheckpoint::of(item.clone(), step) };
            board.run(one, &note).await.expect("write a checkpoint");
            board.run(one, &CommentOnItem { item: item.clone(), text: step.to_owned() }).await.expect("comment");
        }
        let hand = HandOver { assignment: Some(held), ..HandOver::of(item, "the rest is yours") };
        board.run(one, &hand).await.expect("hand over");
    }
}

fn die() {
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::KILL).expect("kill myself");
    // The signal may take an instant: nothing else happens in it.
    loop {
        std::thread::park();
    }
}

both! {
    async fn after_every_statement_another_carries_on(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("one").await;
        seed.agent("two").await;
        let mut kills = 0;
        // What was seen: nothing at all, a claim, one checkpoint, two, and the handover.
        let mut stages = [0; 5];
        loop {
            let item = seed.item().await.id;
            let program = program(&t, item, kills + 1);
            let output = tokio::task::spawn_blocking(move || program.spawn().wait(MOST)).await.expect("the child ends");
            let killed = output.signal == Some(9);
            assert!(killed || output.exit == Some(0), "{output}");
            seed.settled().await;
            stages[carry_on(&t, &seed, item).await] += 1;
            if !killed {
                break;
            }
            kills += 1;
            assert!(kills < 500, "the worker never ends");
        }
        eprintln!("{:?}: {kills} statements, {stages:?}", t.kind());
        assert!(kills >= 20, "only {kills} statements were killed at");
        assert!(stages.iter().all(|seen| *seen > 0), "{stages:?}");
    }
}

fn program(t: &TestDb, item: Uuid, statement: usize) -> Program {
    worker(t.dir()).args([t.url().to_owned(), item.to_string(), statement.to_string()])
}

/// The second agent takes the item from what the database holds, and finishes it. Gives how far the first had come.
async fn carry_on(t: &TestDb, seed: &Seed, item: Uuid) -> usize {
    let of = checkpoints::Entity::find().filter(checkpoints::Column::WorkItemId.eq(item));
    let noted = of.order_by_asc(checkpoints::Column::Seq).all(&seed.raw).await.expect("read the checkpoints");
    let handed = messages::Entity::find().filter(messages::Column::WorkItemId.eq(item));
    let handed = handed.all(&seed.raw).await.expect("read the messages");
    let held = task_assignments::Entity::find().filter(task_assignments::Column::WorkItemId.eq(item));
    let held = held.one(&seed.raw).await.expect("read the assignments");
    let kinds = seed.kinds(item).await;
    let count = |kind: &str| kinds.iter().filter(|found| *found == kind).count();
    // Each write is there whole, with its ledger row, or not at all.
    assert_eq!(noted.iter().map(|row| row.seq).collect::<Vec<_>>(), (1..=noted.len() as i64).collect::<Vec<_>>());
    assert_eq!(count("checkpoint"), noted.len());
    assert_eq!(count("handed_over"), handed.len());
    assert_eq!(count("claimed"), usize::from(held.is_some()));
    let status = held.as_ref().map(|row| row.status);
    assert_eq!(status == Some(Status::Cancelled), !handed.is_empty(), "{status:?}");

    if status == Some(Status::Started) {
        seed.lapse(held.expect("it is held").id).await;
        seed.expire().await;
        seed.end_backoffs().await;
    }
    let board = t.board().await;
    let two = board.actor("agent:two").await.expect("the agent");
    let claim = Claim { item: Some(Ref::Id(item)), ..Claim::one("two") };
    let claimed = board.run(two, &claim).await.expect("claim").claimed.remove(0);
    let ask = Recover { assignment: Some(claimed.assignment), ..Recover::of(Ref::Id(item)) };
    let package = board.read(&ask).await.expect("a package");
    assert_eq!(package.checkpoint.as_ref().map(|c| c.note.as_str()), noted.last().map(|row| row.note.as_str()));
    assert_eq!(package.notes.len(), count("comment"));
    assert_eq!(package.handover.as_ref().map(|h| h.message), handed.first().map(|row| row.id));
    assert_eq!(package.attempts.len(), 1 + usize::from(status.is_some()));
    assert_eq!(claimed.recovery.is_some(), status.is_some(), "it was begun before, or handed over");
    let complete = Complete { assignment: claimed.assignment, ..Complete::default() };
    board.run(two, &complete).await.expect("complete");
    assert_eq!(seed.row(item).await.status, WorkItemStatus::Done);
    match (status, handed.len()) {
        (None, _) => 0,
        (Some(_), 0) => 1 + noted.len(),
        (Some(_), _) => 4,
    }
}
