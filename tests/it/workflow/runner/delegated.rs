//! Runs whose steps agents do.

use callboard_service::assignment::{Claim, Complete};
use callboard_service::entity::{CapabilityLevel, WorkflowRunStatus as RunStatus};
use callboard_service::workflow::{RunOutputs, ShowRun, StartRun};
use callboard_service::{Actor, Error, Ref};
use serde_json::json;
use support::{TestDb, both};

both! {
    async fn a_shipped_template_is_played_by_agents_alone(t: TestDb) {
        let seed = t.seed().await;
        let grants: Vec<_> = ["research", "search", "writing", "validation", "planning"].map(|c| (c, CapabilityLevel::Expert)).to_vec();
        let agent = seed.agent_with("scholar", &grants, None).await;
        let text = "name: two\nsteps:\n  - name: first\n    title: First\n    delegate: {}\n    gate: [{ field: n, at_least: 2 }]\n    output: { key: n, type: json, field: n }\n  - name: second\n    title: \"Second {{ steps.first.output.n }}\"\n    delegate: {}\n    after: [first]\n";
        seed.board.run(seed.me, &callboard_service::workflow::template::AddTemplate { text: text.to_owned() }).await.expect("add");
        let started = seed.board.run(seed.me, &StartRun::of("two")).await.expect("start");
        let me = Actor::agent(agent.id);
        let first = seed.claim(&agent).await;
        assert_eq!(first.item.title, "First");
        let low = Complete { assignment: first.assignment, result: Some(json!({ "n": 1 })), ..Complete::default() };
        let refused = seed.board.run(me, &low).await.expect_err("the gate");
        assert!(matches!(refused, Error::GateNotMet { .. }), "{refused}");
        let high = Complete { assignment: first.assignment, result: Some(json!({ "n": 2 })), ..Complete::default() };
        seed.board.run(me, &high).await.expect("complete");
        let second = seed.claim(&agent).await;
        assert_eq!(second.item.title, "Second 2");
        seed.board.run(me, &Complete { assignment: second.assignment, ..Complete::default() }).await.expect("complete");
        let shown = seed.board.read(&ShowRun { run: Ref::Id(started.run.id) }).await.expect("show");
        assert_eq!((shown.run.status, shown.run.steps_completed), (RunStatus::Completed, 2));
        let outputs = seed.board.read(&RunOutputs { run: Ref::Id(started.run.id), key: None }).await.expect("outputs");
        assert_eq!(outputs[0].value, "2");
        let nothing = seed.board.run(me, &Claim::one(Ref::Id(agent.id))).await.expect("claim");
        assert!(nothing.claimed.is_empty());
    }
}
