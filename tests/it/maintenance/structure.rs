//! What the tests of the structure, of documents and of handovers share.

use callboard_service::entity::{MaintenanceOperationType as Kind, MaintenanceOperationValidationLevel as Level};
use callboard_service::maintenance::{Maintained, Outcome, Request, Scope, ValidateStructure};
use support::{Seed, Snapshot};

/// A request about the whole project.
pub fn request(kind: Kind, level: Level) -> Request {
    Request { kind, project: None, scope: Scope::FullProject, level, dry_run: false, resolve: false, resume: None }
}

/// Everything is looked for, and nothing mended.
pub fn look() -> ValidateStructure {
    ValidateStructure { request: request(Kind::ValidateStructure, Level::FullAudit), batch: None }
}

/// Everything is looked for, and mended.
pub fn fix() -> ValidateStructure {
    let mut fix = look();
    fix.request.resolve = true;
    fix
}

/// Runs it; it must come to its end.
pub async fn validate(seed: &Seed, what: &ValidateStructure) -> Maintained {
    let done = seed.board.maintain(seed.me, what, &|_| {}).await.expect("validate the structure");
    assert!(done.refused.is_none(), "{done:?}");
    done
}

/// What was found, as `kind subject`, in order.
pub fn told(done: &Maintained) -> Vec<String> {
    let mut told: Vec<String> = done.findings.iter().map(|found| format!("{} {}", found.kind, found.subject)).collect();
    told.sort();
    told
}

/// The same of what became so.
pub fn that_are(done: &Maintained, outcome: Outcome) -> Vec<String> {
    let mut told: Vec<String> = done
        .findings
        .iter()
        .filter(|found| found.outcome == outcome)
        .map(|found| format!("{} {}", found.kind, found.subject))
        .collect();
    told.sort();
    told
}

/// All that a run could change but the rows of runs themselves.
pub async fn rows(seed: &Seed) -> Snapshot {
    seed.snapshot().await.without("maintenance_operations")
}

/// Fails where a run changed more than its own row.
pub async fn assert_unchanged(seed: &Seed, before: &Snapshot, what: &str) {
    let found = before.differences(&rows(seed).await);
    assert!(found.is_empty(), "{what} changed:\n{}", found.join("\n"));
}
