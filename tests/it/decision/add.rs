//! Capturing decisions.

use callboard_service::assignment::Complete;
use callboard_service::decision::{AddDecision, NamedDecision};
use callboard_service::entity::{
    DecisionActorType, DecisionCategory, DecisionImpact, DecisionImplementationStatus, DecisionStatus, WorkItemStatus,
    board_decisions as decisions, board_projects,
};
use callboard_service::item::NewItem;
use callboard_service::project::ArchiveProject;
use callboard_service::{Actor, Conflict, Error, Ref};
use sea_orm::EntityTrait;
use serde_json::json;
use support::{Seed, TestDb, both};

use super::{add, decision, full, row, rows, session, time};

async fn next_number(seed: &Seed) -> i64 {
    let project = board_projects::Entity::find_by_id(seed.project.id).one(&seed.raw).await;
    project.expect("read the project").expect("the project is there").next_decision_number
}

both! {
    async fn three_texts_suffice(t: TestDb) {
        let seed = t.seed().await;
        let added = seed.must(&AddDecision::new(" Use one writer ", "All writes\r\ngo through it.\n", "One is simpler.")).await;
        let stored = row(&seed, added.decision.id).await;
        assert_eq!((added.key.as_str(), &added.decision), ("CB-D1", &stored));
        let expected = decisions::Model {
            id: stored.id,
            project_id: seed.project.id,
            number: 1,
            work_item_id: None,
            session_id: None,
            agent_id: None,
            title: "Use one writer".to_owned(),
            category: DecisionCategory::Implementation,
            impact: DecisionImpact::Medium,
            status: DecisionStatus::Accepted,
            problem: None,
            context: None,
            decision: "All writes\ngo through it.".to_owned(),
            rationale: "One is simpler.".to_owned(),
            implementation_approach: None,
            alternatives: None,
            trade_offs: None,
            risks: None,
            mitigations: None,
            success_criteria: None,
            affected_files: None,
            affected_components: None,
            implementation_status: DecisionImplementationStatus::Planned,
            outcome: None,
            lessons: None,
            review_at: None,
            actor_type: DecisionActorType::User,
            actor_id: Some(seed.user.id),
            created_at: stored.created_at,
            updated_at: stored.created_at,
        };
        assert_eq!(stored, expected);
    }

    async fn every_field_is_kept_and_the_item_tells_of_it(t: TestDb) {
        let seed = t.seed().await;
        let (item, session, agent) = (seed.item().await, session(&seed, "s-1").await, seed.agent("coder").await);
        let seed = seed.in_session(session.id).await;
        let add = AddDecision { status: DecisionStatus::Proposed, project: None, ..full(item.id, "coder") };
        let added = seed.must(&add).await;
        let stored = row(&seed, added.decision.id).await;
        assert_eq!((stored.work_item_id, stored.session_id, stored.agent_id), (Some(item.id), Some(session.id), Some(agent.id)));
        assert_eq!((stored.category, stored.impact), (DecisionCategory::Security, DecisionImpact::High));
        assert_eq!((stored.status, stored.implementation_status), (DecisionStatus::Proposed, DecisionImplementationStatus::InProgress));
        assert_eq!((&stored.problem, &stored.context), (&add.problem, &add.context));
        assert_eq!((&stored.implementation_approach, &stored.outcome), (&add.implementation_approach, &add.outcome));
        assert_eq!((&stored.lessons, stored.review_at), (&add.lessons, add.review_at));
        for (column, given) in [
            (&stored.alternatives, &add.alternatives),
            (&stored.trade_offs, &add.trade_offs),
            (&stored.risks, &add.risks),
            (&stored.mitigations, &add.mitigations),
            (&stored.success_criteria, &add.success_criteria),
            (&stored.affected_files, &add.affected_files),
            (&stored.affected_components, &add.affected_components),
        ] {
            assert_eq!(column, &Some(json!(given)));
        }
        let events = seed.events(item.id).await;
        let told = events.last().expect("an event");
        let data = told.data.as_ref().expect("data");
        assert_eq!((told.kind.as_str(), &data["decision"], &data["event"]), ("decision", &json!("CB-D1"), &json!("captured")));
        assert_eq!(seed.row(item.id).await.revision, item.revision + 1);
    }

    async fn the_agent_who_acts_took_it(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let added = seed.by(&agent, &decision("One")).await.expect("add");
        let stored = row(&seed, added.decision.id).await;
        assert_eq!((stored.agent_id, stored.actor_type), (Some(agent.id), DecisionActorType::Agent));
        assert_eq!(stored.actor_id, Some(agent.id));
        let by_nobody = seed.board.run(Actor::SYSTEM, &decision("Two")).await.expect("add").decision;
        let stored = row(&seed, by_nobody.id).await;
        assert_eq!((stored.agent_id, stored.actor_type, stored.actor_id), (None, DecisionActorType::System, None));
    }

    async fn each_project_numbers_its_own_and_a_refused_one_takes_no_number(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&crate::project::project("other", "OT")).await;
        let other = |title: &str| AddDecision { project: Some(Ref::from("other")), ..decision(title) };
        let keys = |all: &[NamedDecision]| all.iter().map(|d| d.key.clone()).collect::<Vec<_>>();
        let all = [add(&seed, "a").await, seed.must(&other("b")).await, add(&seed, "c").await];
        assert_eq!(keys(&all), ["CB-D1", "OT-D1", "CB-D2"]);
        seed.must_refuse(&AddDecision { agent: Some(Ref::from("nobody")), ..decision("d") }).await;
        assert_eq!(next_number(&seed).await, 3);
        // Taken back after the number was given.
        seed.board.rehearse(seed.me, &decision("e")).await.expect("rehearse");
        assert_eq!((add(&seed, "f").await.key.as_str(), next_number(&seed).await), ("CB-D3", 4));
        assert_eq!(rows(&seed).await.len(), 4);
    }

    async fn what_breaks_a_rule_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let new = || decision("x");
        let many = vec!["x".to_owned(); 101];
        let bad = [
            (AddDecision { title: " ".to_owned(), ..new() }, "title"),
            (AddDecision { title: "a\nb".to_owned(), ..new() }, "title"),
            (AddDecision { decision: "\n".to_owned(), ..new() }, "decision"),
            (AddDecision { rationale: String::new(), ..new() }, "rationale"),
            (AddDecision { problem: Some("a\u{1b}[31m".to_owned()), ..new() }, "problem"),
            (AddDecision { context: Some("x".repeat(1024 * 1024 + 1)), ..new() }, "context"),
            (AddDecision { risks: vec!["a".to_owned(), " ".to_owned()], ..new() }, "risks"),
            (AddDecision { alternatives: many, ..new() }, "alternatives"),
            (AddDecision { affected_files: vec!["/etc/passwd".to_owned()], ..new() }, "affected_files"),
            (AddDecision { affected_files: vec!["a/../../b".to_owned()], ..new() }, "affected_files"),
            (AddDecision { affected_files: vec!["x".repeat(5000)], ..new() }, "affected_files"),
            (AddDecision { affected_files: vec!["a\0".to_owned()], ..new() }, "affected_files"),
            (AddDecision { affected_components: vec![String::new()], ..new() }, "affected_components"),
            (AddDecision { status: DecisionStatus::Superseded, ..new() }, "status"),
        ];
        for (add, expected) in bad {
            let error = seed.must_refuse(&add).await;
            assert!(matches!(&error, Error::Invalid { field, .. } if *field == expected), "{expected}: {error:?}");
        }
        let kept = AddDecision { affected_files: vec!["./src//a.rs".to_owned(), "src/a.rs/".to_owned()], ..new() };
        assert_eq!(seed.must(&kept).await.decision.affected_files, Some(json!(["src/a.rs"])));
    }

    async fn links_must_be_of_the_project(t: TestDb) {
        let seed = t.seed().await;
        let other = seed.must(&crate::project::project("other", "OT")).await;
        let item = seed.add_all_in("other", vec![NewItem::titled("x")]).await.remove(0);
        let error = seed.must_refuse(&AddDecision { item: Some(Ref::Id(item.id)), ..decision("x") }).await;
        assert!(matches!(error, Error::Invalid { field: "item", .. }), "{error:?}");
        for (add, what) in [
            (AddDecision { item: Some(Ref::from("CB-99")), ..decision("x") }, "item"),
            (AddDecision { agent: Some(Ref::from("nobody")), ..decision("x") }, "agent"),
            (AddDecision { project: Some(Ref::from("nowhere")), ..decision("x") }, "project"),
        ] {
            let error = seed.must_refuse(&add).await;
            assert!(matches!(&error, Error::NotFound { entity, .. } if *entity == what), "{what}: {error:?}");
        }
        // Without a project, that of the item.
        let added = seed.must(&AddDecision { project: None, item: Some(Ref::Id(item.id)), ..decision("x") }).await;
        assert_eq!((added.key.as_str(), added.decision.project_id), ("OT-D1", other.id));
        seed.must(&ArchiveProject { project: Ref::from("other"), reason: None }).await;
        let error = seed.must_refuse(&AddDecision { project: Some(Ref::from("other")), ..decision("x") }).await;
        assert!(matches!(error, Error::Conflict(Conflict::Inactive { entity: "project", .. })), "{error:?}");
    }

    /// In the system that this board replaces, one decision of high impact, or one risk, kept its item from completion.
    async fn a_decision_of_high_impact_holds_no_item_up(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for status in [DecisionStatus::Accepted, DecisionStatus::Proposed] {
            let claimed = seed.work(&agent).await;
            let add = AddDecision {
                impact: DecisionImpact::High,
                status,
                risks: vec!["it may all be wrong".to_owned()],
                review_at: Some(time("2020-01-01T00:00:00Z")),
                item: Some(Ref::Id(claimed.item.id)),
                ..decision("Change everything")
            };
            seed.by(&agent, &add).await.expect("add");
            let complete = Complete { assignment: claimed.assignment, notes: None, actual_hours: None, result: None, force: None };
            seed.by(&agent, &complete).await.expect("complete");
            assert_eq!(seed.row(claimed.item.id).await.status, WorkItemStatus::Done);
        }
    }
}
