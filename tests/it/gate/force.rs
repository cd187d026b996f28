//! Completing what a gate would not let pass: with a reason, which is kept.

use callboard_service::ErrorKind;
use callboard_service::Ref;
use callboard_service::assignment::{Complete, FinishOwn};
use callboard_service::entity::{
    TaskPrerequisiteStatus, WorkItemQualityGateLevel as Level, WorkItemStatus as Status, WorkItemType,
};
use callboard_service::item::{MoveItem, NewItem};
use callboard_service::prerequisite::{AddPrerequisite, ListPrerequisites, Needed};
use serde_json::json;
use support::{TestDb, both};

use super::{Gated, complete, criterion};

fn forced(assignment: uuid::Uuid, why: &str) -> Complete {
    Complete { force: Some(why.to_owned()), ..complete(assignment) }
}

both! {
    async fn what_was_missing_is_kept_with_the_reason(t: TestDb) {
        let gated = Gated::new(&t).await;
        let item = NewItem {
            quality_gate_level: Level::Enhanced,
            acceptance_criteria: vec![criterion("it is fast", false)],
            ..NewItem::titled("gated")
        };
        let held = gated.work_on(item).await;
        gated.create(held.item.id, "a", "one").await;
        gated.remove("a");
        let blank = gated.seed.by(&gated.agent, &forced(held.assignment, " ")).await.expect_err("a reason");
        assert_eq!(blank.kind(), ErrorKind::Invalid);
        let verb = Complete { notes: Some("as far as it went".to_owned()), ..forced(held.assignment, "it ships today") };
        let done = gated.seed.by(&gated.agent, &verb).await.expect("complete");
        let missing = ["criterion 1 is not met: it is fast", "the file a is missing"];
        assert_eq!((done.item.status, done.gate.unmet.as_slice()), (Status::Done, missing.map(str::to_owned).as_slice()));
        let last = gated.seed.events(held.item.id).await.pop().expect("a ledger row");
        assert_eq!(last.reason.as_deref(), Some("forced: it ships today (as far as it went)"));
        assert_eq!(gated.told(held.item.id).await, json!({
            "level": "enhanced", "forced": "it ships today", "unmet": missing, "unmet_count": 2,
        }));
        assert_eq!(gated.seed.assignment(held.assignment).await.notes.as_deref(), Some("as far as it went"));
    }

    async fn where_nothing_is_missing_it_changes_nothing(t: TestDb) {
        let gated = Gated::new(&t).await;
        for level in [Level::Standard, Level::Enhanced] {
            let held = gated.work(level).await;
            let done = gated.seed.by(&gated.agent, &forced(held.assignment, "to be safe")).await.expect("complete");
            assert!(done.gate.is_empty());
            assert_eq!(gated.told(held.item.id).await.get("forced"), None);
        }
    }

    /// The review is what is forced then.
    async fn a_strict_item_is_done_without_a_review(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Strict).await;
        let done = gated.seed.by(&gated.agent, &forced(held.assignment, "nobody else is there")).await.expect("complete");
        assert_eq!((done.item.status, done.gate.unmet), (Status::Done, vec!["no review accepted it".to_owned()]));
    }

    /// A completion is a completion; a gate is not reached by force.
    async fn what_waits_for_a_gate_still_waits(t: TestDb) {
        let gated = Gated::new(&t).await;
        let item = NewItem {
            quality_gate_level: Level::Enhanced,
            acceptance_criteria: vec![criterion("it is fast", false)],
            ..NewItem::titled("gated")
        };
        let held = gated.work_on(item).await;
        let waits = |title: &str| NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled(title) };
        let by_gate = gated.seed.add(waits("by the gate")).await;
        let by_end = gated.seed.add(waits("by its end")).await;
        let gate = Needed::QualityGate { item: Ref::Id(held.item.id), level: Level::Standard };
        gated.seed.must(&AddPrerequisite::on(by_gate.id, gate)).await;
        gated.seed.must(&AddPrerequisite::new(by_end.id, held.item.id)).await;
        let done = gated.seed.by(&gated.agent, &forced(held.assignment, "it ships")).await.expect("complete");
        assert_eq!(done.unblocked, [by_end.id]);
        assert_eq!(gated.row(by_gate.id).await.unmet_prerequisites, 1);
        let found = gated.seed.board.read(&ListPrerequisites { item: Ref::Id(by_gate.id) }).await.expect("list");
        assert_eq!(found.prerequisites[0].status, TaskPrerequisiteStatus::Pending);
    }

    async fn by_hand_and_by_the_short_way_of_a_person(t: TestDb) {
        let gated = Gated::new(&t).await;
        let item = |kind| NewItem {
            r#type: kind,
            quality_gate_level: Level::Enhanced,
            acceptance_criteria: vec![criterion("it is fast", false)],
            ..NewItem::titled("gated")
        };
        let own = gated.seed.add(item(WorkItemType::Task)).await;
        let finish = FinishOwn { item: Ref::Id(own.id), notes: None, actual_hours: None, force: None };
        assert_eq!(gated.seed.must_refuse(&finish).await.kind(), ErrorKind::GateNotMet);
        let done = gated.seed.must(&FinishOwn { force: Some("late".to_owned()), ..finish }).await;
        assert_eq!((done.item.status, done.gate.unmet.len()), (Status::Done, 1));

        let epic = gated.seed.add(item(WorkItemType::Epic)).await;
        gated.seed.must(&MoveItem::new(epic.id, Status::InProgress)).await;
        let finish = MoveItem::new(epic.id, Status::Done);
        assert_eq!(gated.seed.must_refuse(&finish).await.kind(), ErrorKind::GateNotMet);
        let done = gated.seed.must(&MoveItem { force: Some("late".to_owned()), ..finish }).await;
        assert_eq!((done.item.status, done.gate.unmet.len()), (Status::Done, 1));
        assert_eq!(gated.told(epic.id).await["forced"], "late");
    }
}
