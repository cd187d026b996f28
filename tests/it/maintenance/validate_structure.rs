//! The run of a validation: its portions, its row, its scopes, and how it goes on.

use callboard_service::entity::{
    MaintenanceOperationExecutionStatus as Execution, MaintenanceOperationValidationLevel as Level,
    maintenance_operations as operations,
};
use callboard_service::item::{CommentOnItem, NewItem};
use callboard_service::maintenance::{KEPT_FINDINGS, Outcome, Results, Scope, ValidateStructure};
use callboard_service::{ErrorKind, Ref};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};
use std::sync::Mutex;
use support::{Seed, TestDb, both};

use super::structure::{fix, look, that_are, told, validate};

/// So many items, each with a wrong counter.
async fn damaged(seed: &Seed, count: usize) {
    seed.add_all((0..count).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
    seed.sql("UPDATE work_items SET unmet_prerequisites = 2").await;
}

async fn operation(seed: &Seed, id: uuid::Uuid) -> operations::Model {
    operations::Entity::find_by_id(id).one(&seed.raw).await.expect("read").expect("the run is there")
}

fn results(row: &operations::Model) -> Results {
    serde_json::from_value(row.results.clone().expect("results")).expect("results")
}

both! {
    async fn the_row_tells_what_was_found_and_done(t: TestDb) {
        let seed = t.seed().await;
        damaged(&seed, 3).await;
        let done = validate(&seed, &look()).await;
        let row = operation(&seed, done.operation.id).await;
        assert_eq!((row.execution_status, row.dry_run, row.auto_resolution_attempted), (Execution::Completed, false, false));
        assert_eq!((row.operation_type.as_str(), row.scope.as_str()), ("validate_structure", "full_project"));
        assert_eq!(row.validation_level, Level::FullAudit);
        let found = results(&row);
        assert_eq!(found.findings, done.findings);
        assert_eq!((found.summary["items"], found.summary["kept"]), (3, 3), "{:?}", found.summary);
        let detail = "is 2; should be 0; --fix mends it";
        assert_eq!((found.findings[0].subject.as_str(), found.findings[0].detail.as_str()), ("CB-1", detail));
        let mended = validate(&seed, &fix()).await;
        let row = operation(&seed, mended.operation.id).await;
        assert!(row.auto_resolution_attempted && row.completed_at.is_some() && row.lease_expires_at.is_none());
        assert_eq!((results(&row).summary["changed"], results(&row).summary["items"]), (3, 3));
    }

    /// More than a portion mends, and more than a run keeps.
    async fn a_rehearsal_above_the_batch_tells_exactly_what_the_run_does(t: TestDb) {
        let seed = t.seed().await;
        let count = KEPT_FINDINGS + 30;
        damaged(&seed, count).await;
        let portions = Mutex::new(Vec::new());
        let watch = |brought: callboard_service::maintenance::Brought<'_>| portions.lock().expect("lock").push(brought.findings.len());
        let mut rehearsal = ValidateStructure { batch: Some(40), ..fix() };
        rehearsal.request.dry_run = true;
        let before = super::structure::rows(&seed).await;
        let rehearsed = seed.board.maintain(seed.me, &rehearsal, &watch).await.expect("rehearse");
        super::structure::assert_unchanged(&seed, &before, "a rehearsal").await;
        let most = portions.lock().expect("lock").iter().copied().max();
        assert_eq!((rehearsed.findings.len(), most), (count, Some(40)));
        let done = validate(&seed, &ValidateStructure { batch: Some(40), ..fix() }).await;
        assert_eq!(done.findings, rehearsed.findings);
        assert_eq!(that_are(&done, Outcome::Changed).len(), count);
        let kept = results(&done.operation);
        assert_eq!((kept.findings.len(), kept.more, kept.summary["changed"]), (KEPT_FINDINGS, 30, count as i64));
        assert_eq!(told(&validate(&seed, &look()).await), Vec::<String>::new());
        assert_eq!(seed.kinds(nth(&seed, 0).await).await, ["created", "repaired"]);
    }

    async fn a_killed_run_goes_on_where_it_was(t: TestDb) {
        let seed = t.seed().await;
        damaged(&seed, 5).await;
        let first = validate(&seed, &ValidateStructure { batch: Some(2), ..fix() }).await;
        // As a kill after its first portion of items leaves it: two are mended.
        let third = nth(&seed, 2).await;
        seed.sql("UPDATE work_items SET unmet_prerequisites = 2 WHERE key IN ('CB-3', 'CB-4', 'CB-5')").await;
        let second = nth(&seed, 1).await;
        let killed = operations::ActiveModel {
            id: Set(first.operation.id),
            execution_status: Set(Execution::Running),
            cursor: Set(Some(json!({ "stage": "items", "after": second }))),
            lease_expires_at: Set(Some(seed.board.now() - chrono::TimeDelta::seconds(1))),
            completed_at: Set(None),
            ..Default::default()
        };
        killed.update(&seed.raw).await.expect("as if killed");
        validate(&seed, &look()).await;
        let marked = operation(&seed, first.operation.id).await;
        assert_eq!(marked.execution_status, Execution::Failed, "the next run finds it");
        let before = super::structure::rows(&seed).await;
        let mut again = ValidateStructure { batch: Some(2), ..fix() };
        again.request.resume = Some(first.operation.id);
        let resumed = validate(&seed, &again).await;
        assert_eq!(resumed.operation.id, first.operation.id);
        assert_eq!(that_are(&resumed, Outcome::Changed), ["CB-3", "CB-4", "CB-5"].map(|key| format!("unmet_prerequisites {key}")));
        let touched = before.differences(&super::structure::rows(&seed).await);
        assert!(touched.iter().all(|line| !line.contains("work_items CB-1") && !line.contains("work_items CB-2")), "{touched:?}");
        assert_eq!(seed.kinds(third).await, ["created", "repaired", "repaired"]);
    }

    async fn a_scope_leaves_out_what_is_not_in_it(t: TestDb) {
        let seed = t.seed().await;
        damaged(&seed, 3).await;
        seed.must(&callboard_service::session::StartSession { key: Some("day".to_owned()), ..Default::default() }).await;
        let inside = seed.in_session("day").await;
        inside.must(&CommentOnItem { item: Ref::from("CB-2"), text: "looked at".to_owned() }).await;
        let mut scoped = look();
        scoped.request.scope = Scope::Item(Ref::from("CB-3"));
        assert_eq!(told(&validate(&seed, &scoped).await), ["unmet_prerequisites CB-3"]);
        scoped.request.scope = Scope::CurrentSession(Some(Ref::from("day")));
        assert_eq!(told(&validate(&seed, &scoped).await), ["unmet_prerequisites CB-2"]);
        scoped.request.resolve = true;
        validate(&seed, &scoped).await;
        assert_eq!(told(&validate(&seed, &look()).await), ["unmet_prerequisites CB-1", "unmet_prerequisites CB-3"]);
        validate(&seed, &fix()).await;
    }

    async fn a_level_looks_for_what_it_has(t: TestDb) {
        let seed = t.seed().await;
        damaged(&seed, 1).await;
        seed.sql("UPDATE work_items SET attempt_count = 4").await;
        for (level, expected) in [
            (Level::Basic, vec!["unmet_prerequisites CB-1"]),
            (Level::Comprehensive, vec!["attempt_count CB-1", "unmet_prerequisites CB-1"]),
        ] {
            let mut look = look();
            look.request.level = level;
            assert_eq!(told(&validate(&seed, &look).await), expected);
        }
        validate(&seed, &fix()).await;
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let refused = async |what: ValidateStructure| {
            seed.board.maintain(seed.me, &what, &|_| {}).await.expect_err("refused").kind()
        };
        assert_eq!(refused(ValidateStructure { batch: Some(0), ..look() }).await, ErrorKind::Invalid);
        assert_eq!(refused(ValidateStructure { batch: Some(101), ..look() }).await, ErrorKind::Invalid);
        let mut other = look();
        other.request.scope = Scope::Board;
        assert_eq!(refused(other).await, ErrorKind::Invalid);
        let mut other = look();
        other.request.scope = Scope::Item(Ref::from("CB-99"));
        assert_eq!(refused(other).await, ErrorKind::NotFound);
        assert!(operations::Entity::find().all(&seed.raw).await.expect("read").is_empty(), "nothing was begun");
    }

    async fn the_command_line_finds_mends_and_checks(t: TestDb) {
        let seed = t.seed().await;
        damaged(&seed, 5).await;
        let run = |args: &[&str]| {
            let args = [&["maintenance", "validate-structure", "--as", "user:kim"], args].concat();
            t.callboard(args).run()
        };
        let shown = run(&["--check"]).code(3);
        assert!(shown.stdout.contains("CB-5") && shown.stdout.contains("kept"), "{shown}");
        let findings = |output: support::cli::Output| -> Value {
            let mut document = output.ok().json();
            assert_eq!(document["kind"], "validate_structure", "{document}");
            document["data"]["findings"].take()
        };
        let rehearsed = findings(run(&["--fix", "--dry-run", "--batch", "2", "--json"]));
        let done = findings(run(&["--fix", "--batch", "2", "--json"]));
        assert_eq!(rehearsed, done);
        assert_eq!(done.as_array().map(Vec::len), Some(5));
        run(&["--check"]).ok();
        run(&["--scope", "galaxy"]).code(18);
        run(&["--level", "galaxy"]).code(2);
        run(&["--batch", "0"]).code(18);
    }
}

/// The id of the item that was added so many before.
async fn nth(seed: &Seed, n: usize) -> uuid::Uuid {
    use callboard_service::entity::work_items;
    use sea_orm::QueryOrder;
    let rows = work_items::Entity::find().order_by_asc(work_items::Column::Id).all(&seed.raw).await.expect("read");
    rows[n].id
}
