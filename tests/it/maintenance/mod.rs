//! Tests of the maintenance: its runs, the clean-up and the sweep.

mod killed;
mod list;
mod prepare_handover;
mod rows;
mod scan_cleanup;
mod scope;
mod show;
mod structure;
mod structure_fixed;
mod structure_found;
mod sweep;
mod update_documentation;
mod validate_structure;

use callboard_service::entity::{
    MaintenanceOperationValidationLevel as Level, maintenance_operations as operations, work_items,
};
use callboard_service::maintenance::{Finding, Maintained, Outcome, ScanCleanup, Scope, Sweep};
use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use support::Seed;
use uuid::Uuid;

fn cleanup(level: Level) -> ScanCleanup {
    ScanCleanup { project: None, scope: Scope::FullProject, level, dry_run: false, resume: None }
}

async fn scan(seed: &Seed, what: &ScanCleanup) -> Maintained {
    let done = seed.board.maintain(seed.me, what, &|_| {}).await.expect("the run begins");
    assert!(done.refused.is_none(), "{:?}", done.refused);
    done
}

async fn sweep(seed: &Seed, what: &Sweep) -> Maintained {
    let done = seed.board.maintain(seed.me, what, &|_| {}).await.expect("the run begins");
    assert!(done.refused.is_none(), "{:?}", done.refused);
    done
}

/// `kind subject outcome` of each finding.
fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{} {} {}", f.kind, f.subject, f.outcome.as_str())).collect()
}

fn changed(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|f| f.outcome == Outcome::Changed).collect()
}

/// Makes an item one on which nothing happened for a time.
async fn idle(seed: &Seed, item: Uuid, time: TimeDelta) {
    let at = seed.board.now() - time - TimeDelta::minutes(1);
    let change = work_items::ActiveModel { last_activity_at: Set(Some(at)), ..Default::default() };
    let written = work_items::Entity::update_many().set(change).filter(work_items::Column::Id.eq(item));
    assert_eq!(written.exec(&seed.raw).await.expect("write the item").rows_affected, 1);
}

/// The rows of all runs, oldest first.
async fn runs(seed: &Seed) -> Vec<operations::Model> {
    operations::Entity::find().order_by_asc(operations::Column::Id).all(&seed.raw).await.expect("read the runs")
}
