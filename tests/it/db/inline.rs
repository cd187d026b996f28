//! Short questions on the thread that asks: the same answers, or the board's other connection's.

use std::time::Duration;

use callboard_service::assignment::{Complete, Fail, ListAssignments};
use callboard_service::clock::Timestamp;
use callboard_service::entity::{CapabilityLevel, WorkItemType, work_items};
use callboard_service::item::{AddItems, ItemHistory, ListItems, NewItem, Ready, ShowItem};
use callboard_service::sprint::{AddSprint, AddSprintItems};
use callboard_service::{
    BoxFuture, Callboard, DatabaseUrl, InlineCounts, OpenOptions, Query, Ref, Result, Tx, WriteLane,
};
use sea_orm::{
    ColumnTrait, Database, EntityTrait, QuerySelect, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use serde_json::json;
use support::automation_rows::{self, Around};
use support::{Seed, TestDb, on_sqlite};

use crate::lane::full;

/// As the command line opens a board for a question.
fn inline() -> OpenOptions {
    OpenOptions { inline_reads: true, max_connections: 1, lane: WriteLane::off(), ..OpenOptions::default() }
}

fn counts(board: &Callboard) -> (u64, u64) {
    let InlineCounts { answered, elsewhere, .. } = board.inline_counts().expect("it was opened for it");
    (answered, elsewhere)
}

/// Answers by a closure.
struct Asks<F>(F);

impl<F, T> Query for Asks<F>
where
    F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T>> + Sync,
    T: Send,
{
    type Output = T;
    const IS_SHORT: bool = true;

    async fn fetch(&self, tx: &Tx) -> Result<T> {
        (self.0)(tx).await
    }
}

fn asks<F, T>(ask: F) -> Asks<F>
where
    F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T>> + Sync,
{
    Asks(ask)
}

/// Both boards' answers, as they are printed.
async fn same<Q: Query>(seed: &Seed, board: &Callboard, query: &Q)
where
    Q::Output: serde::Serialize,
{
    let told = |answer: Result<Q::Output>| match answer {
        Ok(answer) => serde_json::to_value(answer).expect("JSON"),
        Err(error) => json!({"refused": format!("{:?}", error.kind()), "why": error.to_string()}),
    };
    assert_eq!(told(board.read(query).await), told(seed.board.read(query).await));
}

on_sqlite! {
    why: "PostgreSQL has no thread of its own for each connection, which would be saved";
    async fn the_same_answers(t: TestDb) {
        let (seed, items) = filled(&t).await;
        let board = t.board_with(inline()).await;
        let done = seed.board.read(&ShowItem { item: items[1].clone() }).await.expect("the first");
        assert!([done.sprints.len(), done.streams.len(), done.artifacts.len(), done.reviews.len()].iter().all(|n| *n > 0));
        for item in &items {
            same(&seed, &board, &ShowItem { item: item.clone() }).await;
            same(&seed, &board, &ItemHistory::of(item.clone())).await;
            same(&seed, &board, &ListAssignments { item: Some(item.clone()), ..ListAssignments::default() }).await;
        }
        for limit in [0, 1, 3, 1000, 1001] {
            same(&seed, &board, &Ready { limit, ..Ready::default() }).await;
            same(&seed, &board, &Ready { limit, ..Ready::of("coder") }).await;
            same(&seed, &board, &ListItems { limit, ..ListItems::default() }).await;
        }
        let only = Ready { project: Some("demo".into()), tag: Some("tag".to_owned()), ..Ready::default() };
        same(&seed, &board, &only).await;
        for project in ["demo", "none"] {
            same(&seed, &board, &Ready { project: Some(project.into()), ..Ready::default() }).await;
            same(&seed, &board, &ListItems { project: Some(project.into()), ..ListItems::default() }).await;
        }
        same(&seed, &board, &ShowItem { item: "CB-999".into() }).await;
        assert_eq!(counts(&board), (items.len() as u64 * 3 + 21, 0), "each was answered on the thread that asked");
    }

    /// A value of which the type is not known would be read as none where it may be none.
    why: "PostgreSQL has no rows whose types are not known";
    async fn a_computed_column_is_read_elsewhere(t: TestDb) {
        let (seed, _) = filled(&t).await;
        let board = t.board_with(inline()).await;
        let newest = asks(|tx| Box::pin(async move {
            let newest = work_items::Entity::find().select_only().expr_as(work_items::Column::CreatedAt.max(), "newest");
            Ok(newest.into_tuple::<Option<Timestamp>>().one(tx.connection()).await?.flatten())
        }));
        assert!(board.read(&newest).await.expect("an answer").is_some());
        assert_eq!(board.read(&newest).await.expect("an answer"), seed.board.read(&newest).await.expect("an answer"));
        assert_eq!(counts(&board), (0, 2));
    }

    why: "PostgreSQL has no thread of its own for each connection, which would be saved";
    async fn what_waits_or_panics_keeps_nobody_from_asking(t: TestDb) {
        let (seed, items) = filled(&t).await;
        let board = t.board_with(inline()).await;
        let waits = asks(|_| Box::pin(async {
            tokio::task::yield_now().await;
            Ok("waited")
        }));
        assert_eq!(board.read(&waits).await.expect("an answer"), "waited");
        assert_eq!(counts(&board), (0, 1));
        for _ in 0..2 {
            let asking = board.clone();
            let panicked = tokio::spawn(async move {
                let panics = asks(|tx| Box::pin(async move {
                    work_items::Entity::find().all(tx.connection()).await?;
                    fails()
                }));
                asking.read(&panics).await
            });
            assert!(panicked.await.expect_err("it panicked").is_panic());
            same(&seed, &board, &ShowItem { item: items[0].clone() }).await;
        }
        assert_eq!(counts(&board), (2, 1));
    }

    /// A file that another connection has locked is waited for as elsewhere, not on the thread that asks.
    why: "PostgreSQL has no lock on its whole database that a reader would wait for";
    async fn a_locked_file_is_waited_for(t: TestDb) {
        let (seed, items) = filled(&t).await;
        // The copy has a rollback journal: with a WAL nobody who writes keeps anybody from reading.
        let copy = t.dir().join("copy.db");
        seed.sql(&format!("VACUUM INTO '{}'", copy.display())).await;
        let board = Callboard::open(&DatabaseUrl::sqlite(&copy), inline()).await.expect("open the copy");
        let other = Database::connect(format!("sqlite://{}", copy.display())).await.expect("another connection");
        let show = ShowItem { item: items[0].clone() };
        let before = board.read(&show).await.expect("an answer");
        assert_eq!(counts(&board), (1, 0));
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Exclusive), ..Default::default() };
        let lock = other.begin_with_options(options).await.expect("lock the file");
        let waiting = tokio::spawn({
            let (board, show) = (board.clone(), show.clone());
            async move { board.read(&show).await }
        });
        while counts(&board).1 == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(!waiting.is_finished(), "the file is locked");
        lock.rollback().await.expect("let it go");
        assert_eq!(waiting.await.expect("no panic").expect("an answer"), before);
        assert_eq!(counts(&board), (1, 1));
    }

    why: "PostgreSQL has no thread of its own for each connection, which would be saved";
    async fn what_was_written_meanwhile_is_seen_by_the_next_question(t: TestDb) {
        let (seed, _) = filled(&t).await;
        let board = t.board_with(inline()).await;
        let list = ListItems { limit: 1000, ..ListItems::default() };
        let before = board.read(&list).await.expect("a list").items.len();
        // Its own writes go to a connection that is opened for them; others' are another board's.
        let add = |title: &str| AddItems { project: None, items: vec![NewItem::titled(title)] };
        board.run(seed.me, &add("own")).await.expect("add");
        assert_eq!(board.read(&list).await.expect("a list").items.len(), before + 1);
        seed.must(&add("other")).await;
        assert_eq!(board.read(&list).await.expect("a list").items.len(), before + 2);
        assert_eq!(counts(&board), (3, 0));
        let mut told = Vec::new();
        for board in [board, t.board_with(OpenOptions { inline_reads: false, ..inline() }).await] {
            board.clone().close().await.expect("close");
            told.push(board.read(&list).await.expect_err("it is closed").to_string());
        }
        assert_eq!(told[0], told[1]);
    }

    why: "PostgreSQL has no file that could be missing";
    async fn a_file_that_cannot_be_opened_is_told_of_as_ever(t: TestDb) {
        let missing = t.dir().join("missing.db");
        let torn = t.dir().join("torn.db");
        std::fs::write(&torn, "this is no database, however long the text of it may be").expect("write");
        for file in [missing, torn, t.dir().to_owned()] {
            let url = DatabaseUrl::sqlite(&file);
            let mut told = Vec::new();
            for options in [inline(), OpenOptions { inline_reads: false, ..inline() }] {
                let error = Callboard::open(&url, options).await.expect_err("it is no board");
                told.push((error.kind(), error.to_string()));
            }
            assert_eq!(told[0], told[1]);
        }
    }
}

fn fails() -> Result<()> {
    panic!("this panic is part of the test");
}

/// A board with something of all that these questions read.
async fn filled(t: &TestDb) -> (Seed, Vec<Ref>) {
    let seed = t.seed().await;
    let agent = seed.agent_with("coder", &[("rust", CapabilityLevel::Expert)], Some(9)).await;
    let full = full(&seed);
    let epic = seed.add(NewItem { r#type: WorkItemType::Epic, ..NewItem::titled("all of it") }).await;
    let first = seed.add(NewItem { parent: Some(Ref::Id(epic.id).into()), ..full.clone() }).await;
    let waits = NewItem { prerequisites: vec![Ref::Id(first.id).into()], ..NewItem::titled("waits") };
    let others = seed.add_all(vec![full.clone(), full, waits, NewItem::titled("plain")]).await;
    let done = seed.claim(&agent).await;
    seed.by(&agent, &Complete { assignment: done.assignment, ..Complete::default() }).await.expect("complete");
    let failed = seed.claim(&agent).await;
    let fail = Fail { assignment: failed.assignment, reason: "no luck".to_owned(), permanent: false };
    seed.by(&agent, &fail).await.expect("fail");
    seed.claim(&agent).await;
    let (project, item) = (seed.project.id, done.item.id);
    let around =
        Around { project, item, assignment: Some(done.assignment), session: None, agent: agent.id, user: seed.user.id };
    automation_rows::write_all(&seed.raw, &around).await;
    let sprint = AddSprint { code: "S1".to_owned(), title: "A sprint".to_owned(), ..AddSprint::default() };
    seed.must(&sprint).await;
    let put = AddSprintItems { project: None, sprint: "S1".into(), items: vec![item.into()], position: None };
    seed.must(&put).await;
    let mut items = vec![epic.id.into(), first.id.into()];
    items.extend(others.into_iter().map(|item| Ref::Id(item.id)));
    (seed, items)
}
