//! A PostgreSQL server that refuses what a backup holds.

use callboard_migration::runner::Goal;
use support::{TestDb, on_postgres_empty};

use super::common::sql;
use super::saved::{all, board, restore, take};

on_postgres_empty! {
    /// What the server says is told, and the backup is not called unusable because its reader's pipe broke.
    why: "a SQLite backup is pages, which hold every type that they need";
    async fn its_own_words_are_told(t: TestDb) {
        let db = board(&t, Goal::Latest, 0).await;
        sql(&db, "CREATE TYPE mood AS ENUM ('good'); ALTER TABLE board_users ADD COLUMN mood mood").await;
        sql(&db, "INSERT INTO board_users (id, name, created_at, updated_at) SELECT gen_random_uuid(), md5(n::text) || \
                  repeat('x', 200), now(), now() FROM generate_series(1, 4000) AS n").await;
        let backup = take(&t).await;
        sql(&db, "DROP TYPE mood CASCADE").await;
        let before = all(&t).await;
        let error = restore(&t, &backup).await.expect_err("the type is gone");
        assert!(error.to_string().contains("type \"public.mood\" does not exist"), "{error}");
        assert!(!error.to_string().contains("usable backup"), "{error}");
        assert_eq!((error.exit_code(), error.verdict().as_str()), (8, "Nothing was changed."));
        assert_eq!(all(&t).await, before);
    }
}
