//! Showing a run of the maintenance.

use callboard_service::Error;
use callboard_service::entity::{
    MaintenanceOperationExecutionStatus as Status, MaintenanceOperationValidationLevel as Level,
};
use callboard_service::item::NewItem;
use callboard_service::maintenance::{KEPT_FINDINGS, Severity, ShowOperation};
use chrono::TimeDelta;
use support::{TestDb, both};
use uuid::Uuid;

use super::{cleanup, idle, scan};

both! {
    async fn it_tells_what_was_found_and_what_was_done(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        idle(&seed, held.item.id, TimeDelta::hours(97)).await;
        let done = scan(&seed, &cleanup(Level::Basic)).await;
        let shown = seed.board.read(&ShowOperation { operation: done.operation.id }).await.expect("show");
        assert_eq!((shown.listed.status, shown.listed.max_severity), (Status::Completed, Some(Severity::High)));
        assert_eq!((shown.results.findings, shown.results.more), (done.findings, 0));
        assert_eq!((shown.listed.summary["changed"], shown.listed.summary["assignments_looked_at"]), (1, 1));
        assert_eq!((shown.cursor, shown.session, shown.auto_resolution_attempted), (None, None, true));
        assert!(shown.listed.completed_at >= shown.listed.started_at && shown.listed.lease_expires_at.is_none());
    }

    /// What is too much for the row is counted in it; whoever ran it saw all.
    async fn findings_are_cut_and_counted(t: TestDb) {
        let seed = t.seed().await;
        let many = KEPT_FINDINGS + 20;
        let items = seed.add_all((0..many).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        seed.sql("UPDATE work_items SET attempt_count = 1, auto_maintenance_enabled = FALSE").await;
        for item in &items {
            let change = callboard_service::entity::work_item_events::Model {
                id: Uuid::now_v7(),
                work_item_id: item.id,
                revision: item.revision + 1,
                data: Some(serde_json::json!({"after": {"attempt_count": 1}})),
                ..seed.events(item.id).await.remove(0)
            };
            put(&seed, change).await;
        }
        seed.sql("UPDATE work_items SET revision = revision + 1").await;
        for item in &items {
            idle(&seed, item.id, TimeDelta::days(31)).await;
        }
        let done = scan(&seed, &cleanup(Level::Comprehensive)).await;
        assert_eq!(done.findings.len(), many);
        let shown = seed.board.read(&ShowOperation { operation: done.operation.id }).await.expect("show");
        assert_eq!((shown.results.findings.len(), shown.results.more), (KEPT_FINDINGS, 20));
        assert_eq!(shown.listed.summary["kept"], i64::try_from(many).expect("few"));
    }

    async fn what_is_not_there(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&ShowOperation { operation: Uuid::nil() }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "maintenance operation", .. })), "{error:?}");
    }
}

async fn put(seed: &support::Seed, row: callboard_service::entity::work_item_events::Model) {
    use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
    let insert = callboard_service::entity::work_item_events::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("write the ledger");
}
