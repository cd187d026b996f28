//! Where tables are looked for: the app's path is put back, and the board's own tables are found first.

use callboard_migration::runner::{self, Goal, Options};
use callboard_service::agent::RegisterAgent;
use callboard_service::sprint::{AddSprint, ListSprints};
use callboard_service::{Actor, Callboard, Error, ErrorKind, OpenOptions, Ref};
use sea_orm::{ConnectionTrait, EntityTrait, TransactionTrait};
use support::{Kind, TestDb, both_empty, on_postgres_empty};

use super::{levels, shop, texts};

on_postgres_empty! {
    why: "SQLite has no search path: the board's transaction is the app's";
    async fn the_apps_search_path_is_put_back(t: TestDb) {
        let shop = shop(&t, Some("board")).await;
        let own = shop.own.as_ref().expect("the app's own connections");
        for level in levels(&t) {
            let tx = own.begin_with_config(Some(*level), None).await.expect("begin");
            tx.execute_unprepared("SET LOCAL search_path TO pg_catalog, public").await.expect("set the app's path");
            let path = texts(&tx, "SHOW search_path").await;
            let agent = RegisterAgent::new(format!("agent-{}", path.len()));
            let first = shop.board.run_in(&tx, Actor::SYSTEM, &agent).await;
            assert!(first.is_ok(), "{first:?}");
            assert_eq!(texts(&tx, "SHOW search_path").await, path, "after a success");
            let error = shop.board.run_in(&tx, Actor::SYSTEM, &agent).await.expect_err("it is there");
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert_eq!(texts(&tx, "SHOW search_path").await, path, "after a refusal");
            callboard_embed::orders::Entity::find().all(&tx).await.expect("the app's tables are found");
            tx.rollback().await.expect("roll back");
        }
    }
}

both_empty! {
    /// In a transaction of the board's both are found, and without the option the app's are not.
    async fn the_boards_transaction_finds_the_apps_tables(t: TestDb) {
        let shop = shop(&t, Some("board")).await;
        let orders = count_orders(&shop.board).await.expect("the app's tables are found");
        assert_eq!(orders, 0);
        let options = OpenOptions { schema: Some("board".to_owned()), ..OpenOptions::default() };
        let without = t.board_with(options).await;
        match t.kind() {
            Kind::Sqlite => assert_eq!(count_orders(&without).await.expect("a file has one schema"), 0),
            Kind::Postgres => {
                let error = count_orders(&without).await.expect_err("nobody said where they are");
                assert!(error.to_string().contains("orders"), "{error}");
            }
        }
    }

    async fn the_boards_tables_come_before_the_apps_of_the_same_name(t: TestDb) {
        if t.kind() == Kind::Postgres {
            let raw = t.raw().await;
            raw.execute_unprepared("CREATE TABLE public.sprints (mine text)").await.expect("a table of the app's");
        }
        let shop = shop(&t, Some("board")).await;
        let project = Some(Ref::from("shop"));
        let sprint = AddSprint { project: project.clone(), code: "1".to_owned(), title: "Spring".to_owned(), ..AddSprint::default() };
        shop.board.run(Actor::SYSTEM, &sprint).await.expect("add a sprint");
        let found = shop.board.read(&ListSprints { project, ..ListSprints::default() }).await.expect("list");
        assert_eq!(found.rows.len(), 1);
        if t.kind() == Kind::Postgres {
            assert_eq!(texts(&t.raw().await, "SELECT mine FROM public.sprints").await, [""; 0]);
        }
    }

    /// A board in the app's schema is not taken for the one that was asked for.
    async fn a_board_in_the_apps_schema_is_another_one(t: TestDb) {
        let migrate = Options::new(t.url().parse().expect("the test's own URL"));
        runner::up(&migrate, Goal::Latest, &mut |_| {}).await.expect("migrate public");
        let schema = |name: &str| Some(name.to_owned());
        let url = || t.url().parse().expect("the test's own URL");
        let options = OpenOptions { schema: schema("board"), app_schema: schema("public"), ..OpenOptions::default() };
        let opened = Callboard::open(&url(), options).await;
        match t.kind() {
            Kind::Sqlite => assert!(opened.is_ok(), "a file has one schema"),
            Kind::Postgres => {
                let error = opened.expect_err("there is no board in that schema");
                assert!(matches!(error, Error::SchemaTooOld { found: None, .. }), "{error}");
                let wrong = OpenOptions { app_schema: schema("a; DROP"), ..OpenOptions::default() };
                let error = Callboard::open(&url(), wrong).await.expect_err("it is no name");
                assert!(error.to_string().starts_with("app_schema: "), "{error}");
            }
        }
    }
}

async fn count_orders(board: &Callboard) -> Result<usize, Error> {
    board
        .transaction(Actor::SYSTEM, |tx| {
            Box::pin(async move { Ok(callboard_embed::orders::Entity::find().all(tx.connection()).await?.len()) })
        })
        .await
}
