//! What an app's metrics are told of each statement.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use callboard_service::user::{AddUser, ListUsers};
use callboard_service::{Actor, OpenOptions};
use sea_orm::{ConnectionTrait, Statement};
use support::{TestDb, both};

both! {
    async fn each_is_told_with_its_text_and_never_with_its_values(t: TestDb) {
        let told: Arc<Mutex<Vec<(String, Duration, bool)>>> = Arc::default();
        let list = Arc::clone(&told);
        let board = t.board_with(OpenOptions::default().on_statement(move |statement| {
            list.lock().expect("the list").push((statement.sql.to_owned(), statement.elapsed, statement.failed));
        })).await;
        let taken = || std::mem::take(&mut *told.lock().expect("the list"));
        taken();

        let user = AddUser { name: "hidden-name".to_owned(), email: Some("hidden@example.org".to_owned()) };
        board.run(Actor::SYSTEM, &user).await.expect("add the user");
        let written = taken();
        let insert = written.iter().find(|(sql, ..)| sql.contains("INSERT INTO \"board_users\"")).expect("the insert");
        assert!(insert.1 > Duration::ZERO && !insert.2, "{insert:?}");
        assert!(written.iter().all(|(sql, ..)| !sql.contains("hidden")), "a value was told: {written:?}");

        board.read(&ListUsers::default()).await.expect("list");
        let read = taken();
        assert!(read.iter().any(|(sql, ..)| sql.contains("FROM \"board_users\"")), "reads are told too: {read:?}");

        let broken = board.transaction(Actor::SYSTEM, |tx| Box::pin(async move {
            let conn = tx.connection();
            conn.execute_raw(Statement::from_string(conn.get_database_backend(), "SELECT nothing FROM nowhere")).await?;
            Ok(())
        })).await;
        assert!(broken.is_err());
        let told = taken();
        assert!(told.iter().any(|(sql, _, failed)| *failed && sql.contains("nowhere")), "{told:?}");
    }

    async fn a_callback_that_panics_harms_nothing(t: TestDb) {
        let board = t.board_with(OpenOptions::default().on_statement(|statement| {
            assert!(!statement.sql.contains("INSERT"), "this panic is part of the test");
        })).await;
        let user = AddUser { name: "kim".to_owned(), ..AddUser::default() };
        board.run(Actor::SYSTEM, &user).await.expect("add the user");
        let name = board.read(&ListUsers::default()).await.expect("list").rows.remove(0).name;
        assert_eq!(name, "kim");
    }
}
