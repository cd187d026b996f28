//! Verbs inside an app's own transaction.

use callboard_migration::runner::{self, Goal, Options};
use callboard_service::agent::RegisterAgent;
use callboard_service::assignment::{Claim, Complete, Heartbeat};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::item::{AddItems, NewItem};
use callboard_service::project::AddProject;
use callboard_service::user::AddUser;
use callboard_service::{Actor, ErrorKind, OpenOptions, Ref, id};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, Statement, TransactionTrait};
use support::{Kind, TestDb, both};

const TABLE: &str = "CREATE TABLE app_notes (body text NOT NULL)";

both! {
    async fn an_apps_rows_and_verbs_are_committed_together(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        seed.sql(TABLE).await;
        let app = seed.raw.begin().await.expect("begin");
        note(&app, "before").await;
        let by = Actor::agent(agent.id);
        let claimed = seed.board.run_in(&app, by, &Claim::one(Ref::Id(agent.id))).await.expect("claim").claimed;
        note(&app, "between").await;
        let complete = Complete { assignment: claimed[0].assignment, ..Complete::default() };
        seed.board.run_in(&app, by, &complete).await.expect("complete");
        if t.kind() == Kind::Postgres {
            assert_eq!(seed.row(item.id).await.status, WorkItemStatus::Todo, "not before the app commits");
        }
        app.commit().await.expect("commit");
        assert_eq!(notes(&seed.raw).await, ["before", "between"]);
        assert_eq!(seed.row(item.id).await.status, WorkItemStatus::Done);
        assert_eq!(seed.kinds(item.id).await, ["created", "claimed", "completed"]);
    }

    async fn a_rollback_leaves_neither(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        seed.sql(TABLE).await;
        let before = seed.snapshot().await;
        for dropped in [false, true] {
            let app = seed.raw.begin().await.expect("begin");
            note(&app, "gone").await;
            let claim = Claim::one(Ref::Id(agent.id));
            let claimed = seed.board.run_in(&app, seed.me, &claim).await.expect("claim").claimed;
            assert_eq!(claimed.len(), 1);
            if dropped { drop(app) } else { app.rollback().await.expect("roll back") }
            seed.assert_unchanged(&before, "what was rolled back").await;
            assert_eq!(notes(&seed.raw).await, [""; 0]);
        }
    }

    async fn a_refused_verb_leaves_the_transaction_usable(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        let item = seed.item().await;
        seed.sql(TABLE).await;
        let user = AddUser { name: "a".to_owned(), email: Some("a@example.org".to_owned()) };
        seed.must(&user).await;
        seed.lapse(held).await;
        let app = seed.raw.begin().await.expect("begin");
        note(&app, "first").await;
        let stale = Complete { assignment: held, ..Complete::default() };
        let error = seed.board.run_in(&app, seed.me, &stale).await.expect_err("stale");
        assert_eq!(error.kind(), ErrorKind::LeaseLost);
        let error = seed.board.run_in(&app, seed.me, &user).await.expect_err("the address is taken");
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let error = seed.board.run_in(&app, seed.me, &Heartbeat { assignment: id::new(), lease_seconds: None }).await;
        assert_eq!(error.expect_err("unknown").kind(), ErrorKind::NotFound);
        note(&app, "second").await;
        let named = Claim { item: Some(Ref::Id(item.id)), ..Claim::one(Ref::Id(agent.id)) };
        let claimed = seed.board.run_in(&app, seed.me, &named).await.expect("claim").claimed;
        app.commit().await.expect("commit");
        assert_eq!(notes(&seed.raw).await, ["first", "second"]);
        assert_eq!(seed.assignment(claimed[0].assignment).await.status, TaskAssignmentStatus::Started);
        assert_eq!(seed.assignment(held).await.status, TaskAssignmentStatus::Started, "the stale write did nothing");
    }

    /// The statement itself fails here, which on PostgreSQL ends a transaction that has no savepoint.
    async fn a_failed_statement_leaves_the_transaction_usable(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        seed.sql(TABLE).await;
        let app = seed.raw.begin().await.expect("begin");
        note(&app, "first").await;
        // The ledger is taken away for the time of the call, inside the app's own transaction.
        app.execute_unprepared("ALTER TABLE work_item_events RENAME TO hidden").await.expect("hide the ledger");
        let named = Claim { item: Some(Ref::Id(item.id)), ..Claim::one(Ref::Id(agent.id)) };
        let error = seed.board.run_in(&app, seed.me, &named).await.expect_err("there is no ledger");
        assert_eq!(error.kind(), ErrorKind::Internal, "{error}");
        app.execute_unprepared("ALTER TABLE hidden RENAME TO work_item_events").await.expect("bring it back");
        note(&app, "second").await;
        seed.board.run_in(&app, seed.me, &named).await.expect("claim");
        app.commit().await.expect("commit");
        assert_eq!(notes(&seed.raw).await, ["first", "second"]);
        assert_eq!(seed.kinds(item.id).await, ["created", "claimed"], "the failed call left nothing");
    }

    /// The board in a schema of its own, the app in another: each finds its own tables, before, within and after. On
    /// SQLite, which has no schemas, the name changes nothing.
    async fn the_apps_search_path_is_put_back(t: TestDb) {
        let seed = t.seed().await;
        if t.kind() == Kind::Postgres {
            let url = t.url().parse().expect("the test's own URL");
            let options = Options { schema: Some("board".to_owned()), ..Options::new(url) };
            runner::up(&options, Goal::Latest, &mut |_| {}).await.expect("migrate another schema");
            seed.sql("CREATE SCHEMA app").await;
            seed.sql("CREATE TABLE app.app_notes (body text NOT NULL)").await;
            // A board of the same tables: writes that went astray would land here.
            seed.sql("CREATE TABLE app.work_items (LIKE public.work_items)").await;
        } else {
            seed.sql(TABLE).await;
        }
        let options = OpenOptions { schema: Some("board".to_owned()), ..OpenOptions::default() };
        let board = t.board_with(options).await;
        let public = seed.snapshot().await;
        let app = seed.raw.begin().await.expect("begin");
        if t.kind() == Kind::Postgres {
            app.execute_unprepared("SET LOCAL search_path TO app, pg_catalog").await.expect("set the app's path");
        }
        let before = path(&app, t.kind()).await;
        let project = AddProject {
            slug: "inner".to_owned(),
            name: "Inner".to_owned(),
            key_prefix: "IN".to_owned(),
            ..AddProject::default()
        };
        board.run_in(&app, Actor::SYSTEM, &project).await.expect("add a project");
        assert_eq!(path(&app, t.kind()).await, before, "after a success");
        board.run_in(&app, Actor::SYSTEM, &project).await.expect_err("it is there");
        assert_eq!(path(&app, t.kind()).await, before, "after a refusal");
        note(&app, "mine").await;
        board.run_in(&app, Actor::SYSTEM, &RegisterAgent::new("worker")).await.expect("register");
        let add = AddItems { project: Some(Ref::from("inner")), items: vec![NewItem::titled("inside")] };
        board.run_in(&app, Actor::SYSTEM, &add).await.expect("add an item");
        let claimed = board.run_in(&app, Actor::SYSTEM, &Claim::one("worker")).await.expect("claim").claimed;
        assert_eq!(claimed[0].item.key, "IN-1");
        assert_eq!(path(&app, t.kind()).await, before);
        app.commit().await.expect("commit");

        let complete = Complete { assignment: claimed[0].assignment, ..Complete::default() };
        let done = board.run(Actor::SYSTEM, &complete).await.expect("by the board's own connection");
        assert_eq!(done.item.status, WorkItemStatus::Done);
        if t.kind() == Kind::Postgres {
            seed.assert_unchanged(&public, "a board in another schema").await;
            let stray = "SELECT body FROM app.app_notes UNION ALL SELECT title FROM app.work_items";
            assert_eq!(texts(&seed.raw, stray).await, ["mine"]);
            assert_eq!(texts(&seed.raw, "SELECT key FROM board.work_items").await, ["IN-1"]);
        }
    }

    /// A board in `public`, where the app's own path does not lead.
    async fn a_board_in_the_default_schema_is_found_from_another_path(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let app = seed.raw.begin().await.expect("begin");
        if t.kind() == Kind::Postgres {
            app.execute_unprepared("CREATE SCHEMA app; SET LOCAL search_path TO app").await.expect("set the path");
        }
        let before = path(&app, t.kind()).await;
        let claimed = seed.board.run_in(&app, seed.me, &Claim::one(Ref::Id(agent.id))).await.expect("claim").claimed;
        assert_eq!(claimed[0].item.id, item.id);
        assert_eq!(path(&app, t.kind()).await, before);
        app.commit().await.expect("commit");
        assert_eq!(seed.row(item.id).await.status, WorkItemStatus::InProgress);
    }
}

async fn note(app: &DatabaseTransaction, body: &str) {
    let insert = format!("INSERT INTO app_notes (body) VALUES ('{body}')");
    app.execute_unprepared(&insert).await.expect("write the app's row");
}

async fn notes(raw: &DatabaseConnection) -> Vec<String> {
    let mut found = texts(raw, "SELECT body FROM app_notes").await;
    found.sort();
    found
}

async fn texts(conn: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.expect(sql);
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

async fn path(app: &DatabaseTransaction, kind: Kind) -> Vec<String> {
    match kind {
        Kind::Sqlite => Vec::new(),
        Kind::Postgres => texts(app, "SHOW search_path").await,
    }
}
