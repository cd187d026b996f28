//! Each test has a database of its own, as the product would make it.

use sea_orm::{ConnectionTrait, Statement};
use support::{Kind, TestDb, both, both_empty};

both! {
    async fn is_migrated_and_without_rows(t: TestDb) {
        assert_eq!(count(&t, "SELECT count(*) FROM work_items").await, 0);
    }

    /// With the next test: whichever runs first, the other one must not see its row.
    async fn is_alone_here(t: TestDb) {
        only_sees_its_own_row(&t).await;
    }

    async fn is_alone_there(t: TestDb) {
        only_sees_its_own_row(&t).await;
    }

    async fn enforces_foreign_keys(t: TestDb) {
        let sql = "INSERT INTO sprints (id, project_id, code, title, status, created_at, updated_at) \
                   VALUES ('00000000-0000-7000-8000-000000000000', '00000000-0000-7000-8000-000000000001', 'SPRINT-1', \
                   'First', 'planning', '2026-11-21 00:00:00+00:00', '2026-11-21 00:00:00+00:00')";
        let error = t.raw().await.execute_unprepared(sql).await.expect_err("the project does not exist").to_string();
        assert!(error.to_lowercase().contains("foreign key"), "{error}");
    }
}

both_empty! {
    async fn holds_no_tables(t: TestDb) {
        if t.kind() == Kind::Sqlite {
            assert!(!t.dir().join("board.db").exists());
        }
        let tables = match t.kind() {
            Kind::Sqlite => "SELECT count(*) FROM sqlite_master",
            Kind::Postgres => "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'",
        };
        assert_eq!(count(&t, tables).await, 0);
    }
}

async fn only_sees_its_own_row(t: &TestDb) {
    let sql = "INSERT INTO board_users (id, name, created_at, updated_at) \
               VALUES ('00000000-0000-7000-8000-000000000000', 'Ada', '2026-11-21 00:00:00+00:00', \
               '2026-11-21 00:00:00+00:00')";
    t.raw().await.execute_unprepared(sql).await.expect("insert a user");
    assert_eq!(count(t, "SELECT count(*) FROM board_users").await, 1);
}

async fn count(t: &TestDb, sql: &str) -> i64 {
    let db = t.raw().await;
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await;
    row.expect("run the query").expect("one row").try_get_by_index(0).expect("a number")
}
