//! Confirming what no look resolves.

use callboard_service::entity::{
    TaskPrerequisiteStatus as Status, WorkItemQualityGateLevel as Level, agent_profiles, task_prerequisites,
};
use callboard_service::item::NewItem;
use callboard_service::prerequisite::{
    AddPrerequisite, FailPrerequisite, Needed, SatisfyPrerequisite, WaivePrerequisite,
};
use callboard_service::{Actor, ErrorKind, Ref};
use sea_orm::EntityTrait;
use support::{Seed, TestDb, both};
use uuid::Uuid;

fn satisfy(item: Uuid, what: &str) -> SatisfyPrerequisite {
    SatisfyPrerequisite { item: Ref::Id(item), prerequisite: what.into(), evidence: "run 4711".to_owned() }
}

async fn waiting(seed: &Seed) -> (Uuid, agent_profiles::Model) {
    let item = seed.add(NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("waits") }).await.id;
    let needs = Needed::ValidationRequirement { command: None };
    let add = AddPrerequisite { description: Some("it builds".to_owned()), ..AddPrerequisite::on(item, needs) };
    seed.must(&add).await;
    (item, seed.agent("coder").await)
}

both! {
    async fn the_item_is_ready_and_the_evidence_is_kept(t: TestDb) {
        let seed = t.seed().await;
        let (item, agent) = waiting(&seed).await;
        assert!(seed.try_claim(&agent).await.is_err());
        let changed = seed.by(&agent, &satisfy(item, "it builds")).await.expect("satisfy");
        assert_eq!((changed.already, changed.unmet, changed.item.as_str()), (false, 0, "CB-1"));
        let row = task_prerequisites::Entity::find_by_id(changed.edge.id).one(&seed.raw).await.expect("read").expect("there");
        assert_eq!(row, changed.edge);
        assert_eq!((row.status, row.satisfied_at.is_some()), (Status::Satisfied, true));
        let evidence = &row.validation_criteria.expect("criteria")["evidence"];
        assert_eq!((&evidence["text"], &evidence["by"]), (&"run 4711".into(), &"agent:coder".into()));
        let last = seed.events(item).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("prerequisite_satisfied", Some("run 4711")));
        let data = last.data.expect("data");
        assert_eq!((&data["prerequisite"], &data["after"]["unmet_prerequisites"]), (&"it builds".into(), &0.into()));
        assert_eq!(seed.claim(&agent).await.item.id, item);
        assert!(seed.must(&satisfy(item, "it builds")).await.already);
    }

    async fn what_failed_may_be_confirmed_after_all(t: TestDb) {
        let seed = t.seed().await;
        let (item, _) = waiting(&seed).await;
        let fail = FailPrerequisite { item: Ref::Id(item), prerequisite: "it builds".into(), reason: "no".to_owned() };
        seed.must(&fail).await;
        let changed = seed.must(&satisfy(item, "it builds")).await;
        let criteria = changed.edge.validation_criteria.expect("criteria");
        assert_eq!((&criteria["failure"]["text"], &criteria["evidence"]["text"]), (&"no".into(), &"run 4711".into()));
        assert_eq!(seed.row(item).await.unmet_prerequisites, 0);
    }

    async fn it_needs_evidence_somebody_and_something_to_confirm(t: TestDb) {
        let seed = t.seed().await;
        let (item, _) = waiting(&seed).await;
        let other = seed.item().await.id;
        let blank = SatisfyPrerequisite { evidence: "\n ".to_owned(), ..satisfy(item, "it builds") };
        assert_eq!(seed.must_refuse(&blank).await.kind(), ErrorKind::Invalid);
        let error = seed.board.run(Actor::SYSTEM, &satisfy(item, "it builds")).await.expect_err("nobody");
        assert!(error.to_string().contains("a confirmation needs who answers for it"), "{error}");
        seed.must(&AddPrerequisite::new(item, other)).await;
        let error = seed.must_refuse(&satisfy(item, "CB-2")).await;
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("completion of its item"), "{error}");
        let waive = WaivePrerequisite { item: Ref::Id(item), prerequisite: "it builds".into(), reason: "x".to_owned() };
        seed.must(&waive).await;
        let error = seed.must_refuse(&satisfy(item, "it builds")).await;
        assert_eq!(error.to_string(), "prerequisite it builds of CB-1 is waived: satisfy is not possible");
        assert_eq!(seed.must_refuse(&satisfy(item, "it runs")).await.kind(), ErrorKind::NotFound);
    }

    /// A gate that no look resolves is somebody's word; one that a look resolves is not.
    async fn a_gate_by_hand_and_a_file_elsewhere(t: TestDb) {
        let seed = t.seed().await;
        let (item, _) = waiting(&seed).await;
        let (one, two) = (seed.item().await.id, seed.item().await.id);
        let gate = |other: Uuid| Needed::QualityGate { item: Ref::Id(other), level: Level::Strict };
        seed.must(&AddPrerequisite { by_hand: true, ..AddPrerequisite::on(item, gate(one)) }).await;
        seed.must(&AddPrerequisite::on(item, gate(two))).await;
        let file = Needed::FileDependency { path: "elsewhere".to_owned(), content_hash: None };
        seed.must(&AddPrerequisite::on(item, file)).await;
        assert_eq!(seed.must(&satisfy(item, "CB-2")).await.unmet, 3);
        assert_eq!(seed.must_refuse(&satisfy(item, "CB-3")).await.kind(), ErrorKind::Invalid);
        assert_eq!(seed.must(&satisfy(item, "elsewhere")).await.unmet, 2);
    }
}
