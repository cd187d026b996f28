//! Transactions of a board: several changes at once, and what is done about lost races.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callboard_service::assignment::{Claim, Complete, Heartbeat};
use callboard_service::entity::WorkItemStatus;
use callboard_service::item::NewItem;
use callboard_service::{Callboard, Error, ErrorKind, OpenOptions, Ref, id};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use support::{Kind, Seed, TestDb, both};

const TABLE: &str = "CREATE TABLE app_counts (id integer PRIMARY KEY, n integer NOT NULL)";
const ROWS: &str = "INSERT INTO app_counts (id, n) VALUES (1, 0), (2, 0)";

both! {
    async fn verbs_and_own_rows_happen_together_or_not_at_all(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all(vec![NewItem::titled("a"), NewItem::titled("b")]).await;
        prepare(&seed).await;
        let (claim, before) = (Claim::one(Ref::Id(agent.id)), seed.snapshot().await);
        let body = async |fails: bool| {
            let claim = claim.clone();
            seed.board
                .transaction(seed.me, move |tx| {
                    let claim = claim.clone();
                    Box::pin(async move {
                        let held = tx.run(&claim).await?.into_claimed()?.remove(0);
                        tx.connection().execute_unprepared("UPDATE app_counts SET n = n + 1").await?;
                        // A refused verb inside leaves the rest as it is.
                        let unknown = Heartbeat { assignment: id::new(), lease_seconds: None };
                        tx.run(&unknown).await.expect_err("unknown");
                        let done = tx.run(&Complete { assignment: held.assignment, ..Complete::default() }).await?;
                        let next = tx.run(&claim).await?;
                        if fails {
                            tx.run(&claim).await?.into_claimed()?;
                        }
                        Ok((done.item.id, next.claimed[0].item.id))
                    })
                })
                .await
        };
        let error = body(true).await.expect_err("the third claim finds nothing");
        assert_eq!(error.kind(), ErrorKind::NothingReady);
        seed.assert_unchanged(&before, "a transaction that failed").await;
        assert_eq!(sum(&seed).await, 0);
        let (done, next) = body(false).await.expect("both items");
        assert_eq!(seed.row(done).await.status, WorkItemStatus::Done);
        assert_eq!(seed.row(next).await.status, WorkItemStatus::InProgress);
        assert_eq!(sum(&seed).await, 2);
    }

    /// On SQLite there is one writer, and no transaction is ended for another's sake: its body runs once.
    async fn a_lost_race_is_tried_again_and_counts_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        prepare(&seed).await;
        for code in ["40001", "40P01"] {
            let item = seed.item().await;
            let claim = Claim { item: Some(Ref::Id(item.id)), ..Claim::one(Ref::Id(agent.id)) };
            let tries = lose(&t, &seed.board, &seed, &claim, code, 3).await.expect("at the fourth time");
            let (expected, events) = if t.kind() == Kind::Postgres { (4, 2) } else { (1, 2) };
            assert_eq!((tries, seed.events(item.id).await.len()), (expected, events), "{code}");
            assert_eq!(seed.row(item.id).await.attempt_count, 1);
        }
    }

    async fn a_race_that_is_lost_for_ever_ends_as_busy(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        prepare(&seed).await;
        let before = seed.snapshot().await;
        if t.kind() == Kind::Postgres {
            let claim = Claim { item: Some(Ref::Id(item.id)), ..Claim::one(Ref::Id(agent.id)) };
            let error = lose(&t, &seed.board, &seed, &claim, "40001", usize::MAX).await.expect_err("never");
            assert_eq!((error.0.kind(), error.1), (ErrorKind::Busy, 8));
        }
        // And what waits for another writer waits as long as the board was told to, not eight times that.
        let patience = Duration::from_millis(400);
        let options = OpenOptions { busy_timeout: patience, max_connections: 1, ..OpenOptions::default() };
        let board = t.board_with(options).await;
        let other = hold(&t, &seed, &board).await;
        let begun = Instant::now();
        let error = board.run(seed.me, &Claim::one(Ref::Id(agent.id))).await.expect_err("somebody else writes");
        let waited = begun.elapsed();
        assert_eq!(error.kind(), ErrorKind::Busy, "{error}");
        assert!(error.is_retryable());
        assert!(waited >= patience && waited < patience * 4, "{waited:?}");
        other.abort();
        other.await.expect_err("it was aborted");
        seed.assert_unchanged(&before, "what ended as busy").await;
        board.run(seed.me, &Claim::one(Ref::Id(agent.id))).await.expect("the way is free");
    }

    /// A real deadlock: two transactions take two rows crosswise.
    async fn of_two_that_wait_for_each_other_both_get_through(t: TestDb) {
        let seed = t.seed().await;
        prepare(&seed).await;
        let tries = Arc::new(AtomicUsize::new(0));
        let boards = [t.board().await, t.board().await];
        let calls = [(boards[0].clone(), 1, 2), (boards[1].clone(), 2, 1)].map(|(board, first, second)| {
            let (me, tries) = (seed.me, Arc::clone(&tries));
            tokio::spawn(async move {
                let body = board.transaction(me, |tx| {
                    tries.fetch_add(1, Ordering::SeqCst);
                    Box::pin(async move {
                        let add = |id: i32| format!("UPDATE app_counts SET n = n + 1 WHERE id = {id}");
                        tx.connection().execute_unprepared(&add(first)).await?;
                        tokio::time::sleep(Duration::from_millis(300)).await;
                        tx.connection().execute_unprepared(&add(second)).await?;
                        Ok(())
                    })
                });
                body.await
            })
        });
        for call in calls {
            call.await.expect("the call ends").expect("it gets through");
        }
        assert_eq!(sum(&seed).await, 4, "each once");
        let tries = tries.load(Ordering::SeqCst);
        // The count of what was really hit: on SQLite the second one waits at its first statement.
        let deadlocks = if t.kind() == Kind::Postgres { 1 } else { 0 };
        assert_eq!(tries, 2 + deadlocks);
    }

    /// The control: without the second try on PostgreSQL, and without taking the write lock at once on SQLite, one is lost.
    async fn of_two_plain_transactions_one_is_lost(t: TestDb) {
        let seed = t.seed().await;
        prepare(&seed).await;
        let barrier = Arc::new(tokio::sync::Barrier::new(2));
        let calls = [(1, 2), (2, 1)].map(|ids| tokio::spawn(plainly(seed.clone(), t.kind(), ids, Arc::clone(&barrier))));
        let mut lost = 0;
        for call in calls {
            lost += usize::from(call.await.expect("the call ends").is_err());
        }
        assert_eq!(lost, 1);
        assert_eq!(sum(&seed).await, if t.kind() == Kind::Postgres { 2 } else { 1 }, "the other one got through");
    }
}

/// Takes or reads the first row, and then changes the second, in a transaction that nobody begins again.
async fn plainly(
    seed: Seed,
    kind: Kind,
    (first, second): (i32, i32),
    barrier: Arc<tokio::sync::Barrier>,
) -> Result<(), sea_orm::DbErr> {
    let tx = seed.raw.begin().await?;
    let add = |id: i32| format!("UPDATE app_counts SET n = n + 1 WHERE id = {id}");
    match kind {
        Kind::Postgres => {
            tx.execute_unprepared(&add(first)).await?;
        }
        // A snapshot, which the other one's commit makes too old to write from.
        Kind::Sqlite => {
            let read = format!("SELECT n FROM app_counts WHERE id = {first}");
            tx.query_one_raw(Statement::from_string(seed.raw.get_database_backend(), read)).await?;
        }
    }
    barrier.wait().await;
    tx.execute_unprepared(&add(second)).await?;
    tx.commit().await
}

async fn prepare(seed: &Seed) {
    seed.sql(TABLE).await;
    seed.sql(ROWS).await;
}

async fn sum(seed: &Seed) -> i64 {
    let sql = "SELECT CAST(sum(n) AS bigint) FROM app_counts";
    let row = seed.raw.query_one_raw(Statement::from_string(seed.raw.get_database_backend(), sql)).await;
    row.expect("read the counts").expect("a row").try_get_by_index(0).expect("a number")
}

/// Runs a claim in a transaction that PostgreSQL ends with `code` so many times. Gives how often the body ran.
async fn lose(
    t: &TestDb,
    board: &Callboard,
    seed: &Seed,
    claim: &Claim,
    code: &'static str,
    times: usize,
) -> Result<usize, (Error, usize)> {
    let tries = AtomicUsize::new(0);
    let postgres = t.kind() == Kind::Postgres;
    let result = board
        .transaction(seed.me, |tx| {
            let (number, claim) = (tries.fetch_add(1, Ordering::SeqCst), claim.clone());
            Box::pin(async move {
                tx.run(&claim).await?.into_claimed()?;
                if postgres && number < times {
                    let raise = format!("DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{code}'; END $$");
                    tx.connection().execute_unprepared(&raise).await?;
                }
                Ok(())
            })
        })
        .await;
    let tries = tries.load(Ordering::SeqCst);
    result.map(|()| tries).map_err(|error| (error, tries))
}

/// Takes what a writer needs until the task is aborted: SQLite's one lock, or the only connection of the board's pool.
async fn hold(t: &TestDb, seed: &Seed, board: &Callboard) -> tokio::task::JoinHandle<()> {
    let (ready, holds) = tokio::sync::oneshot::channel();
    let (raw, board, me, kind) = (seed.raw.clone(), board.clone(), seed.me, t.kind());
    let task = tokio::spawn(async move {
        if kind == Kind::Sqlite {
            let other = raw.begin().await.expect("begin");
            other.execute_unprepared("UPDATE app_counts SET n = n").await.expect("take the lock");
            ready.send(()).expect("the test waits");
            std::future::pending::<()>().await;
        } else {
            let ready = std::sync::Mutex::new(Some(ready));
            let body = board.transaction(me, |_tx| {
                if let Some(ready) = ready.lock().expect("the sender").take() {
                    ready.send(()).expect("the test waits");
                }
                Box::pin(std::future::pending::<Result<(), Error>>())
            });
            body.await.expect("it never ends");
        }
    });
    holds.await.expect("it holds");
    task
}
