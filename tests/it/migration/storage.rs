//! How PostgreSQL stores the tables that change all the time: set by a migration, taken back by it, and no matter of `verify`.

use callboard_migration::runner::{DownGoal, Goal};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use support::{TestDb, on_postgres_empty};

use super::common::{down, options, sql, up};

/// The options of each table that has any.
async fn stored(db: &DatabaseConnection) -> Vec<String> {
    let ask = "SELECT relname || ' ' || array_to_string(reloptions, ' ') AS line FROM pg_class \
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND reloptions IS NOT NULL ORDER BY relname";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), ask)).await.expect("ask");
    rows.iter().map(|row| row.try_get("", "line").expect("a line")).collect()
}

on_postgres_empty! {
    why: "SQLite has no such settings";
    async fn hot_tables_have_room_and_are_vacuumed_early(t: TestDb) {
        up(&t, Goal::To("46".to_owned())).await.expect("up");
        let db = t.raw().await;
        assert_eq!(stored(&db).await, Vec::<String>::new());
        up(&t, Goal::Latest).await.expect("up");
        let hot = stored(&db).await;
        for table in ["task_assignments", "work_items", "workflow_runs", "workflow_steps", "work_sessions"] {
            let line = hot.iter().find(|line| line.starts_with(&format!("{table} "))).expect("a line");
            assert!(line.contains("fillfactor=85") && line.contains("autovacuum_vacuum_scale_factor=0.01"), "{line}");
        }
        assert_eq!(hot.len(), 6, "{hot:?}");

        // Whoever runs the server may know better: that is no drift.
        sql(&db, "ALTER TABLE work_items SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.2)").await;
        let report = callboard_migration::verify::verify(&options(&t), &mut |_| {}).await.expect("verify");
        assert!(report.findings.is_empty(), "{:?}", report.findings);
        down(&t, DownGoal::To("46".to_owned())).await.expect("down");
        assert_eq!(stored(&db).await, Vec::<String>::new());
    }
}
