//! Connections that single statements keep out of the pool (PostgreSQL): nobody else misses them.

use std::time::{Duration, Instant};

use callboard_service::assignment::{Claim, ClaimOutcome};
use callboard_service::item::NewItem;
use callboard_service::project::ListProjects;
use callboard_service::{Actor, Callboard, ErrorKind, OpenOptions, Ref};
use sea_orm::ConnectionTrait;
use support::{Kind, TestDb, both};
use uuid::Uuid;

/// As many as there are callers at once.
const CONNECTIONS: u32 = 3;
/// Far below what a call waits for a connection.
const SOON: Duration = Duration::from_secs(20);

fn few() -> OpenOptions {
    OpenOptions { max_connections: CONNECTIONS, busy_timeout: Duration::from_secs(60), ..OpenOptions::default() }
}

fn spawn_claim(board: &Callboard, agent: Uuid) -> tokio::task::JoinHandle<ClaimOutcome> {
    let board = board.clone();
    tokio::spawn(async move { board.run(Actor::agent(agent), &Claim::one(Ref::Id(agent))).await.expect("claim") })
}

/// Claims at once on every connection, so that all of them are kept.
async fn use_all(board: &Callboard, agent: Uuid) {
    // The first one takes back what ran out, which is a transaction.
    spawn_claim(board, agent).await.expect("it ends");
    let calls: Vec<_> = (0..CONNECTIONS * 4).map(|_| spawn_claim(board, agent)).collect();
    for call in calls {
        assert_eq!(call.await.expect("it ends").claimed.len(), 1);
    }
}

both! {
    async fn a_transaction_and_a_question_find_a_connection(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await.id;
        seed.add_all((0..100).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let board = t.board_with(few()).await;
        for _ in 0..3 {
            use_all(&board, agent).await;
            let begun = Instant::now();
            board.transaction(seed.me, |_| Box::pin(async { Ok(()) })).await.expect("a transaction");
            board.read(&ListProjects::default()).await.expect("an answer");
            assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        }
    }

    /// While claims go on without a pause.
    async fn others_are_not_starved(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await.id;
        seed.add_all((0..400).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let board = t.board_with(few()).await;
        let calls: Vec<_> = (0..CONNECTIONS * 2).map(|_| {
            let board = board.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    spawn_claim(&board, agent).await.expect("it ends");
                }
            })
        }).collect();
        for _ in 0..40 {
            let begun = Instant::now();
            board.transaction(seed.me, |_| Box::pin(async { Ok(()) })).await.expect("a transaction");
            assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
        }
        for call in calls {
            call.await.expect("it ends");
        }
    }

    async fn a_board_that_kept_some_is_closed(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await.id;
        seed.add_all((0..20).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let board = t.board_with(few()).await;
        use_all(&board, agent).await;
        let other = board.clone();
        tokio::time::timeout(SOON, board.close()).await.expect("nobody holds a connection back").expect("close");
        let error = other.run(Actor::agent(agent), &Claim::one(Ref::Id(agent))).await.expect_err("it is closed");
        assert!(matches!(error.kind(), ErrorKind::Busy | ErrorKind::Internal), "{:?} {error}", error.kind());
    }

    /// An app may drop its board after its runtime.
    async fn a_board_is_dropped_without_a_runtime(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await.id;
        seed.add_all((0..20).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let (url, done) = (t.url().to_owned(), std::sync::mpsc::channel());
        let body = move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
            let board = runtime.block_on(async {
                let url = callboard_service::DatabaseUrl::parse(&url).expect("a URL");
                let board = Callboard::open(&url, few()).await.expect("open the board");
                use_all(&board, agent).await;
                board
            });
            drop(runtime);
            drop(board);
            done.0.send(()).expect("the test waits");
        };
        let thread = std::thread::spawn(body);
        tokio::task::spawn_blocking(move || thread.join().expect("no panic")).await.expect("it ends");
        done.1.recv().expect("it went to the end");
    }

    /// A server that went away is told as an error, once, and then there is another connection.
    async fn a_lost_connection_is_not_kept(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await.id;
        seed.add_all((0..20).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let board = t.board_with(OpenOptions { max_connections: 1, ..few() }).await;
        for _ in 0..2 {
            spawn_claim(&board, agent).await.expect("it ends");
        }
        if t.kind() == Kind::Postgres {
            let ended = seed.raw.execute_unprepared(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'callboard' \
                 AND datname = current_database() AND query LIKE 'WITH lease AS%'",
            ).await.expect("end its session");
            assert_eq!(ended.rows_affected(), 1, "the board has one connection, and claimed on it");
            board.run(Actor::agent(agent), &Claim::one(Ref::Id(agent))).await.expect_err("its connection is gone");
        }
        assert_eq!(spawn_claim(&board, agent).await.expect("it ends").claimed.len(), 1);
    }
}
