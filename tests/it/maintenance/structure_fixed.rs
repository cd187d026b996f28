//! What can be derived is mended, with a ledger row each, and nothing else is changed.

use callboard_service::decision::AddDecision;
use callboard_service::entity::{TaskPrerequisiteStatus as Status, TaskPrerequisiteType as Type, board_projects};
use callboard_service::maintenance::Outcome;
use callboard_service::structure::Damage;
use sea_orm::EntityTrait;
use support::{Seed, TestDb, both};

use super::structure::{fix, look, told, validate};
use super::structure_found::{board, edge};

/// Whatever differs, as `table key`.
async fn changed(seed: &Seed, before: &support::Snapshot) -> Vec<String> {
    let differences = before.differences(&super::structure::rows(seed).await);
    let mut named: Vec<String> = differences
        .iter()
        .map(|line| {
            let key = line.lines().next().unwrap_or_default();
            // The ids of rows are no names.
            if key.starts_with("work_items") {
                key.to_owned()
            } else {
                key.split(' ').next().unwrap_or_default().to_owned()
            }
        })
        .collect();
    named.sort();
    named
}

/// Plants by SQL, and mends: exactly these kinds are found, and mended, and only these rows change.
async fn mended(seed: &Seed, sql: &str, kinds: &[&str], rows: &[&str]) {
    seed.sql(sql).await;
    mended_as_it_is(seed, kinds, rows).await;
}

async fn mended_as_it_is(seed: &Seed, kinds: &[&str], rows: &[&str]) {
    let before = super::structure::rows(seed).await;
    assert_eq!(told(&validate(seed, &look()).await), kinds);
    assert_eq!(changed(seed, &before).await, Vec::<String>::new(), "looking changes nothing");
    let mut rehearsal = fix();
    rehearsal.request.dry_run = true;
    let rehearsed = validate(seed, &rehearsal).await;
    assert_eq!(changed(seed, &before).await, Vec::<String>::new(), "nor does a rehearsal");
    let done = validate(seed, &fix()).await;
    assert_eq!(done.findings, rehearsed.findings, "the rehearsal tells what is done");
    assert_eq!(told(&done), kinds);
    assert!(done.findings.iter().all(|found| found.outcome == Outcome::Changed), "{:?}", done.findings);
    assert_eq!(changed(seed, &before).await, rows);
    assert_eq!(told(&validate(seed, &look()).await), Vec::<String>::new(), "nothing is left");
    let again = super::structure::rows(seed).await;
    assert_eq!(told(&validate(seed, &fix()).await), Vec::<String>::new());
    assert_eq!(changed(seed, &again).await, Vec::<String>::new(), "a second run changes nothing");
}

/// The repairs that the newest ledger row of an item tells.
async fn repairs(seed: &Seed, key: &str) -> serde_json::Value {
    let item = super::structure_found::id(seed, key).await;
    let newest = seed.events(item).await.pop().expect("a ledger");
    assert_eq!(newest.kind, "repaired");
    newest.data.expect("data")["repairs"].clone()
}

both! {
    async fn assignees(t: TestDb) {
        let seed = board(&t).await;
        let nobody = "UPDATE work_items SET assignee_type = 'agent', assignee_id = id WHERE key = ";
        mended(&seed, &format!("{nobody}'CB-1'"), &["dangling_assignee CB-1"], &["work_item_events", "work_items CB-1"]).await;
        assert_eq!(repairs(&seed, "CB-1").await, serde_json::json!(["dangling_assignee"]));
        let other = "UPDATE work_items SET assignee_id = (SELECT id FROM agent_profiles WHERE slug = 'other') WHERE key = 'CB-2'";
        mended(&seed, other, &["assignee_against_holder CB-2"], &["work_item_events", "work_items CB-2"]).await;
        let both = ["assignee_against_holder CB-2", "dangling_assignee CB-2"];
        mended(&seed, &format!("{nobody}'CB-2'"), &both, &["work_item_events", "work_items CB-2"]).await;
        let holder = seed.row(super::structure_found::id(&seed, "CB-2").await).await;
        assert!(holder.assignee_id.is_some(), "it is the holder's");
    }

    async fn counters_and_keys(t: TestDb) {
        let seed = board(&t).await;
        let set = |what: &str, key: &str| format!("UPDATE work_items SET {what} WHERE key = '{key}'");
        let rows = |key: &str| ["work_item_events".to_owned(), format!("work_items {key}")];
        for (what, key, kind) in [
            ("unmet_prerequisites = 3", "CB-1", "unmet_prerequisites"),
            ("unmet_prerequisites = 0", "CB-4", "unmet_prerequisites"),
            ("requirement_key = 'java:expert'", "CB-5", "requirement_key"),
            ("requirement_key = 'java:expert'", "CB-1", "requirement_key"),
            ("attempt_count = 7", "CB-2", "attempt_count"),
            ("attempt_count = 0", "CB-3", "attempt_count"),
        ] {
            let rows = rows(key);
            mended(&seed, &set(what, key), &[&format!("{kind} {key}")], &[&rows[0], &rows[1]]).await;
        }
        let five = seed.row(super::structure_found::id(&seed, "CB-5").await).await;
        assert_eq!((five.requirement_key.as_str(), five.unmet_prerequisites), ("rust:expert", 0));
    }

    async fn states(t: TestDb) {
        let seed = board(&t).await;
        let set = |what: &str, key: &str| format!("UPDATE work_items SET {what} WHERE key = '{key}'");
        let rows = |key: &str| ["work_item_events".to_owned(), format!("work_items {key}")];
        for (what, key, kind) in [
            ("delegation_status = 'assigned'", "CB-2", "delegation_status"),
            ("delegation_status = 'in_progress'", "CB-1", "delegation_status"),
            ("delegation_status = 'assigned'", "CB-3", "delegation_status"),
            ("status = 'in_progress'", "CB-1", "in_progress_without_assignment"),
            ("completed_at = NULL", "CB-3", "completed_at"),
            ("completed_at = created_at", "CB-1", "completed_at"),
        ] {
            let rows = rows(key);
            mended(&seed, &set(what, key), &[&format!("{kind} {key}")], &[&rows[0], &rows[1]]).await;
        }
        let three = seed.row(super::structure_found::id(&seed, "CB-3").await).await;
        let ended = seed.events(three.id).await.into_iter().find(|row| row.kind == "completed").expect("it was completed");
        assert_eq!((three.completed_at, three.delegation_status.as_str()), (Some(ended.created_at), "completed"));
    }

    async fn what_an_archived_agent_holds_is_taken_back(t: TestDb) {
        let seed = board(&t).await;
        let kinds = ["held_by_archived_agent CB-2"];
        let rows = ["task_assignments", "work_item_events", "work_item_events", "work_items CB-2"];
        mended(&seed, "UPDATE agent_profiles SET status = 'archived' WHERE slug = 'coder'", &kinds, &rows).await;
        let item = seed.row(super::structure_found::id(&seed, "CB-2").await).await;
        assert_eq!((item.status.as_str(), item.assignee_id, item.attempt_count), ("todo", None, 0));
        assert_eq!(repairs(&seed, "CB-2").await, serde_json::json!(["held_by_archived_agent"]));
    }

    async fn what_waits_for_a_done_item_waits_no_more(t: TestDb) {
        let seed = board(&t).await;
        edge(&seed, "CB-5", Some("CB-3"), Type::CompletionDependency, Status::Pending, true).await;
        seed.sql("UPDATE work_items SET unmet_prerequisites = 1 WHERE key = 'CB-5'").await;
        // The ledger never saw the counter; the recount does after the repair.
        let kinds = ["ledger CB-5", "prerequisite_of_done CB-5"];
        assert_eq!(told(&validate(&seed, &look()).await), kinds);
        seed.sql("UPDATE work_items SET unmet_prerequisites = 0 WHERE key = 'CB-5'").await;
        let kinds = ["prerequisite_of_done CB-5", "unmet_prerequisites CB-5"];
        let rows = ["task_prerequisites", "work_item_events", "work_items CB-5"];
        mended_as_it_is(&seed, &kinds, &rows).await;
        let item = seed.row(super::structure_found::id(&seed, "CB-5").await).await;
        assert_eq!(item.unmet_prerequisites, 0);
    }

    /// A project has no ledger: the run tells what was mended.
    async fn the_numbers_of_a_project(t: TestDb) {
        let seed = board(&t).await;
        let decision = AddDecision {
            title: "One".to_owned(), decision: "x".to_owned(), rationale: "y".to_owned(), ..AddDecision::default()
        };
        seed.must(&decision).await;
        seed.sql("UPDATE board_projects SET next_item_number = 2, next_decision_number = 1 WHERE slug = 'demo'").await;
        let kinds = ["next_decision_number demo", "next_item_number demo"];
        mended_as_it_is(&seed, &kinds, &[]).await;
        let project = board_projects::Entity::find_by_id(seed.project.id).one(&seed.raw).await.expect("read").expect("there");
        assert_eq!((project.next_item_number, project.next_decision_number), (6, 2));
        assert_eq!(seed.item().await.key, "CB-6");
    }

    async fn what_is_switched_off_is_reported_and_left(t: TestDb) {
        let seed = board(&t).await;
        seed.sql("UPDATE work_items SET unmet_prerequisites = 3, auto_maintenance_enabled = FALSE WHERE key = 'CB-1'").await;
        let before = super::structure::rows(&seed).await;
        let done = validate(&seed, &fix()).await;
        assert_eq!(told(&done), ["unmet_prerequisites CB-1"]);
        assert_eq!(done.findings[0].outcome, Outcome::Kept);
        assert!(done.findings[0].detail.contains("switched off"), "{:?}", done.findings);
        super::structure::assert_unchanged(&seed, &before, "a run that leaves it").await;
        seed.sql("UPDATE work_items SET unmet_prerequisites = 0").await;
        seed.sql("UPDATE work_items SET unmet_prerequisites = 1 WHERE key = 'CB-4'").await;
    }

    /// One that refuses is told, and the others are mended all the same.
    async fn one_that_cannot_be_mended_does_not_keep_the_others(t: TestDb) {
        let seed = board(&t).await;
        seed.sql("UPDATE work_items SET requirement_key = 'x:basic' WHERE key IN ('CB-1', 'CB-5')").await;
        // The next ledger row would have a revision that is taken.
        seed.sql("UPDATE work_items SET revision = revision - 1 WHERE key = 'CB-5'").await;
        let five = super::structure_found::id(&seed, "CB-5").await;
        let comment = callboard_service::item::CommentOnItem { item: five.into(), text: "x".to_owned() };
        let refused = seed.board.run(seed.me, &comment).await;
        assert!(refused.is_err(), "the plant does not bite: {refused:?}");
        let done = validate(&seed, &fix()).await;
        assert_eq!(super::structure::that_are(&done, Outcome::Changed), ["requirement_key CB-1"]);
        assert_eq!(super::structure::that_are(&done, Outcome::Missed), ["requirement_key CB-5"]);
        assert_eq!(done.operation.execution_status.as_str(), "completed");
        seed.sql("UPDATE work_items SET revision = revision + 1, requirement_key = 'rust:expert' WHERE key = 'CB-5'").await;
    }
}

support::plain! {
    fn what_is_mended_says_how() {
        let mended = Damage::ALL.iter().filter(|damage| damage.repair().is_some()).count();
        assert_eq!(mended, 12);
    }
}
