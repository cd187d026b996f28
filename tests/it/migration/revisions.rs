//! `down` writes to the ledger, and refuses where an item's revision cannot be raised for that.

use callboard_migration::Error;
use callboard_migration::runner::{DownGoal, Goal};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use support::{TestDb, both_empty};

use super::common::{down, everything, sql, up};
use super::loss::{item, project};

both_empty! {
    async fn an_item_at_the_highest_revision_is_named(t: TestDb) {
        up(&t, Goal::To("14".to_owned())).await.expect("up");
        let db = t.raw().await;
        sql(&db, &project(&t)).await;
        for (n, revision, unmet) in [(1, i64::MAX, 0), (2, i64::MAX, 3), (3, i64::MAX - 1, 1), (4, 0, 1)] {
            sql(&db, &item(&t, n)).await;
            let set = format!("revision = {revision}, unmet_prerequisites = {unmet}");
            sql(&db, &format!("UPDATE work_items SET {set} WHERE key = 'P-{n}'")).await;
        }
        let before = (everything(&t).await, rows(&db).await);
        let error = down(&t, DownGoal::Steps(1)).await.expect_err("no room in the ledger");
        assert_eq!(error.exit_code(), 8, "{error}");
        let Error::Failed { version, reason, .. } = &error else { panic!("{error:?}") };
        assert_eq!(version, "m20261121_000014_create_task_prerequisites");
        assert!(reason.contains("the item P-2 (") && reason.contains("9223372036854775807"), "{reason}");
        assert_eq!((everything(&t).await, rows(&db).await), before, "nothing was changed");

        // As the refusal says; the one below the highest revision has room, the first one needs none.
        sql(&db, "UPDATE work_items SET unmet_prerequisites = 0 WHERE key = 'P-2'").await;
        down(&t, DownGoal::Steps(1)).await.expect("down");
        assert_eq!(
            rows(&db).await,
            [("P-1", i64::MAX, 0), ("P-2", i64::MAX, 0), ("P-3", i64::MAX, 0), ("P-4", 1, 0)].map(|(key, revision, unmet)| {
                (key.to_owned(), revision, unmet, i64::from(["P-3", "P-4"].contains(&key)))
            })
        );
    }

    /// The same one step of the automation further up, where an item that counted all kinds counts completions again.
    async fn an_item_that_would_be_counted_again_at_the_highest_revision_is_named(t: TestDb) {
        up(&t, Goal::To("36".to_owned())).await.expect("up");
        let db = t.raw().await;
        sql(&db, &project(&t)).await;
        let items = [
            (1, i64::MAX, 0, "TRUE"),
            (2, i64::MAX, 3, "TRUE"),
            (3, i64::MAX - 1, 1, "TRUE"),
            (4, i64::MAX, 5, "FALSE"),
            (5, 0, 2, "TRUE"),
        ];
        for (n, revision, unmet, required) in items {
            sql(&db, &item(&t, n)).await;
            let set = format!(
                "revision = {revision}, unmet_prerequisites = {unmet}, prerequisite_satisfaction_required = {required}"
            );
            sql(&db, &format!("UPDATE work_items SET {set} WHERE key = 'P-{n}'")).await;
        }
        let before = (everything(&t).await, rows(&db).await);
        let error = down(&t, DownGoal::Steps(1)).await.expect_err("no room in the ledger");
        assert_eq!(error.exit_code(), 8, "{error}");
        let Error::Failed { version, reason, .. } = &error else { panic!("{error:?}") };
        assert_eq!(version, "m20261121_000036_add_automation_to_work_items");
        assert!(reason.contains("the item P-2 (") && reason.contains("9223372036854775807"), "{reason}");
        assert_eq!((everything(&t).await, rows(&db).await), before, "nothing was changed");

        // As the refusal says; the last but one does not count other kinds, and keeps what it counted.
        sql(&db, "UPDATE work_items SET prerequisite_satisfaction_required = FALSE WHERE key = 'P-2'").await;
        down(&t, DownGoal::Steps(1)).await.expect("down");
        let expected = [("P-1", i64::MAX, 0), ("P-2", i64::MAX, 3), ("P-3", i64::MAX, 0), ("P-4", i64::MAX, 5), ("P-5", 1, 0)];
        let written = |key: &str| i64::from(["P-3", "P-5"].contains(&key));
        assert_eq!(rows(&db).await, expected.map(|(key, revision, unmet)| (key.to_owned(), revision, unmet, written(key))));
    }
}

/// Key, revision, counter and the number of ledger rows at that revision.
async fn rows(db: &DatabaseConnection) -> Vec<(String, i64, i64, i64)> {
    let select = "SELECT key, revision, unmet_prerequisites, (SELECT count(*) FROM work_item_events e \
        WHERE e.work_item_id = i.id AND e.revision = i.revision) FROM work_items i ORDER BY key";
    let found =
        db.query_all_raw(Statement::from_string(db.get_database_backend(), select)).await.expect("read the items");
    let row = |r: &sea_orm::QueryResult| {
        Ok((r.try_get_by_index(0)?, r.try_get_by_index(1)?, r.try_get_by_index(2)?, r.try_get_by_index(3)?))
    };
    found.iter().map(row).collect::<Result<_, sea_orm::DbErr>>().expect("values of their types")
}
