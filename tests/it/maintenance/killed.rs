//! A run whose process was killed is found, marked failed, and resumed.

use std::time::Duration;

use callboard_service::entity::{
    MaintenanceOperationExecutionStatus as Status, MaintenanceOperationValidationLevel as Level, WorkItemStatus,
    maintenance_operations as operations, work_item_archives as archives,
};
use callboard_service::item::NewItem;
use callboard_service::maintenance::{ScanCleanup, Scope, Sweep};
use callboard_service::{Callboard, DatabaseUrl, Error, OpenOptions, Synchronous};
use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait};
use support::{Seed, TestDb, both, child};

use super::{changed, cleanup, idle, runs, scan, sweep, told};

const MOST: Duration = Duration::from_secs(60);
const ITEMS: usize = 50;

child! {
    /// Cleans up, and kills itself when the first portion is done. Argument: the URL.
    async fn cleaner(args: Vec<String>) {
        let options = OpenOptions { synchronous: Synchronous::Normal, ..OpenOptions::default() };
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, options).await.expect("open the board");
        let actor = board.actor("system").await.expect("the system");
        let what = ScanCleanup {
            project: None, scope: Scope::FullProject, level: Level::Comprehensive, dry_run: false, resume: None,
        };
        let die = |_: callboard_service::maintenance::Brought<'_>| {
            let me = rustix::process::getpid();
            rustix::process::kill_process(me, rustix::process::Signal::KILL).expect("kill myself");
            loop {
                std::thread::park();
            }
        };
        board.maintain(actor, &what, &die).await.expect("it is killed before");
    }
}

/// A run that was killed after its first portion of 20.
async fn kill_one(t: &TestDb, seed: &Seed) -> operations::Model {
    let items = seed.add_all((0..ITEMS).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
    for item in &items {
        seed.put(item.id, WorkItemStatus::Done).await;
        idle(seed, item.id, TimeDelta::days(100)).await;
    }
    let program = cleaner(t.dir()).args([t.url().to_owned()]);
    let output = tokio::task::spawn_blocking(move || program.spawn().wait(MOST)).await.expect("the child ends");
    assert_eq!(output.signal, Some(9), "{output}");
    let row = runs(seed).await.pop().expect("the run's row");
    assert_eq!(row.execution_status, Status::Running);
    assert_eq!(row.results.as_ref().expect("results")["summary"]["changed"], 20);
    assert!(row.cursor.is_some());
    row
}

async fn let_it_run_out(seed: &Seed) {
    let past = Some(seed.board.now() - TimeDelta::seconds(1));
    let change = operations::ActiveModel { lease_expires_at: Set(past), ..Default::default() };
    operations::Entity::update_many().set(change).exec(&seed.raw).await.expect("write the run");
}

async fn archived(seed: &Seed) -> u64 {
    archives::Entity::find().count(&seed.raw).await.expect("count")
}

both! {
    async fn it_is_found_by_the_next_run_and_resumed(t: TestDb) {
        let seed = t.seed().await;
        let killed = kill_one(&t, &seed).await;
        let ask = ScanCleanup { level: Level::Comprehensive, resume: Some(killed.id), ..cleanup(Level::Basic) };
        // As long as its lease runs it may be alive.
        scan(&seed, &cleanup(Level::Basic)).await;
        assert_eq!(runs(&seed).await[0].execution_status, Status::Running);
        let error = seed.board.maintain(seed.me, &ask, &|_| {}).await.expect_err("it may be alive");
        assert!(matches!(error, Error::Transition { entity: "maintenance operation", .. }), "{error}");
        let_it_run_out(&seed).await;
        scan(&seed, &cleanup(Level::Basic)).await;
        let marked = runs(&seed).await.remove(0);
        assert_eq!(marked.execution_status, Status::Failed);
        assert!(marked.error.as_ref().is_some_and(|why| why.contains("lease ran out")), "{marked:?}");
        assert!(marked.completed_at.is_some() && marked.lease_expires_at.is_none());

        // Another question is no resumption of it.
        let other = ScanCleanup { level: Level::FullAudit, ..ask.clone() };
        let error = seed.board.maintain(seed.me, &other, &|_| {}).await.expect_err("asked otherwise");
        assert!(matches!(error, Error::Invalid { field: "resume", .. }), "{error}");
        assert_eq!(archived(&seed).await, 20);
        let done = scan(&seed, &ask).await;
        assert_eq!((done.operation.id, changed(&done.findings).len()), (killed.id, ITEMS - 20));
        assert_eq!(archived(&seed).await, ITEMS as u64);
        let row = runs(&seed).await.remove(0);
        assert_eq!((row.execution_status, row.error, row.cursor), (Status::Completed, None, None));
        assert_eq!(row.results.expect("results")["summary"]["changed"], ITEMS, "what was done before is counted too");
    }

    async fn it_is_found_by_the_sweep(t: TestDb) {
        let seed = t.seed().await;
        let killed = kill_one(&t, &seed).await;
        assert_eq!(sweep(&seed, &Sweep::default()).await.findings, [], "its lease still runs");
        let_it_run_out(&seed).await;
        // The beginning of any run marks it; a sweep that is under way does so too.
        let mut sweeper = Sweep::default().begin(&seed.board, seed.me, Duration::from_secs(1)).await.expect("begin");
        assert_eq!(runs(&seed).await[0].execution_status, Status::Failed);
        seed.sql("UPDATE maintenance_operations SET execution_status = 'running', error = NULL WHERE operation_type = 'scan_cleanup'").await;
        let past = Some(seed.board.now() - TimeDelta::seconds(1));
        let change = operations::ActiveModel { id: Set(killed.id), lease_expires_at: Set(past), ..Default::default() };
        sea_orm::ActiveModelTrait::update(change, &seed.raw).await.expect("write the run");
        let found = sweeper.round().await.expect("a round");
        assert_eq!(told(&found), [format!("killed_run {} changed", killed.id)]);
        assert_eq!(sweeper.round().await.expect("a round"), []);
        let done = sweeper.finish().await.expect("finish").operation;
        assert_eq!(done.results.expect("results")["summary"]["rounds"], 2);
    }

    /// Whoever was taken for killed and is not may write no more.
    async fn one_that_was_marked_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        seed.put(item.id, WorkItemStatus::Done).await;
        let mut sweeper = Sweep::default().begin(&seed.board, seed.me, Duration::from_secs(1)).await.expect("begin");
        let_it_run_out(&seed).await;
        scan(&seed, &cleanup(Level::Basic)).await;
        // A sweep begins anew by itself, with a row of its own.
        sweeper.round().await.expect("a round");
        let rows = runs(&seed).await;
        assert_eq!(rows.iter().map(|row| row.execution_status).collect::<Vec<_>>(), [Status::Failed, Status::Completed, Status::Running]);
        sweeper.finish().await.expect("finish");
    }

    async fn a_dry_run_is_not_resumed(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        let dry = ScanCleanup { dry_run: true, ..cleanup(Level::Basic) };
        let id = scan(&seed, &dry).await.operation.id;
        let error = seed.board.maintain(seed.me, &ScanCleanup { resume: Some(id), ..dry }, &|_| {}).await.expect_err("a dry run");
        assert!(matches!(error, Error::Invalid { field: "resume", .. }), "{error}");
        let nobody = ScanCleanup { resume: Some(uuid::Uuid::nil()), ..cleanup(Level::Basic) };
        let error = seed.board.maintain(seed.me, &nobody, &|_| {}).await.expect_err("no run");
        assert!(matches!(error, Error::NotFound { .. }), "{error}");
    }
}
