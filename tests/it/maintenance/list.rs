//! Listing the runs of the maintenance.

use callboard_service::entity::{
    MaintenanceOperationExecutionStatus as Status, MaintenanceOperationType as Kind,
    MaintenanceOperationValidationLevel as Level,
};
use callboard_service::maintenance::{ListOperations, ScanCleanup, Scope, Sweep};
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{cleanup, scan, sweep};

both! {
    async fn newest_first_and_filtered(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let first = scan(&seed, &cleanup(Level::Basic)).await.operation.id;
        let one = ScanCleanup { scope: Scope::Item(Ref::Id(item.id)), dry_run: true, ..cleanup(Level::FullAudit) };
        let second = scan(&seed, &one).await.operation.id;
        let third = sweep(&seed, &Sweep::default()).await.operation.id;
        let list = |query: ListOperations| {
            let seed = &seed;
            async move {
                let page = seed.board.read(&query).await.expect("list");
                page.rows.iter().map(|row| row.id).collect::<Vec<_>>()
            }
        };
        let all = ListOperations::default;
        assert_eq!(list(all()).await, [third, second, first]);
        assert_eq!(list(ListOperations { kinds: vec![Kind::Sweep], ..all() }).await, [third]);
        assert_eq!(list(ListOperations { statuses: vec![Status::Failed], ..all() }).await, Vec::<uuid::Uuid>::new());
        // The sweep was of the whole board.
        let project = seed.row(item.id).await.project_id;
        assert_eq!(list(ListOperations { project: Some(Ref::Id(project)), ..all() }).await, [second, first]);
        let page = seed.board.read(&ListOperations { limit: Some(2), ..all() }).await.expect("list");
        assert_eq!((page.rows.len(), page.next), (2, Some(second)));
        assert_eq!(list(ListOperations { after: page.next, ..all() }).await, [first]);
        let row = &page.rows[1];
        assert_eq!((row.target.as_deref(), row.dry_run, row.by.as_str()), (Some(&*item.key), true, "user:kim"));
        assert_eq!((row.level, row.status), (Level::FullAudit, Status::Completed));
        assert_eq!((page.rows[0].project.as_deref(), row.project.is_some()), (None, true));
    }

    async fn a_limit_that_is_none(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&ListOperations { limit: Some(501), ..ListOperations::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
    }
}
