//! Runs whose steps agents do.

use callboard_service::assignment::{Claim, Complete};
use callboard_service::entity::{CapabilityLevel, WorkflowRunStatus as RunStatus};
use callboard_service::workflow::template::AddTemplate;
use callboard_service::workflow::{RetryRun, RunOutputs, ShowRun, StartRun};
use callboard_service::{Actor, Error, Ref};
use serde_json::json;
use support::{TestDb, both};

both! {
    async fn a_shipped_template_is_played_by_agents_alone(t: TestDb) {
        let seed = t.seed().await;
        let grants: Vec<_> = ["research", "search", "writing", "validation", "planning"].map(|c| (c, CapabilityLevel::Expert)).to_vec();
        let agent = seed.agent_with("scholar", &grants, None).await;
        let text = "name: two\nsteps:\n  - name: first\n    title: First\n    delegate: {}\n    gate: [{ field: n, at_least: 2 }]\n    output: { key: n, type: json, field: n }\n  - name: second\n    title: \"Second {{ steps.first.output.n }}\"\n    delegate: {}\n    after: [first]\n";
        seed.board.run(seed.me, &AddTemplate { text: text.to_owned() }).await.expect("add");
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

    /// What the next step cannot be is its failure, and no reason to refuse the completion that led there.
    async fn a_step_that_cannot_be_handed_out_fails_the_run_and_not_the_completion(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let text = "name: two\nsteps:\n  - { name: first, delegate: {} }\n  - { name: second, delegate: {}, after: [first] }\n";
        seed.board.run(seed.me, &AddTemplate { text: text.to_owned() }).await.expect("add");
        let run = seed.board.run(seed.me, &StartRun::of("two")).await.expect("start").run;
        let first = seed.claim(&agent).await;
        // Archived behind the board's back: by its verb that is refused while somebody holds an item.
        seed.sql("UPDATE board_projects SET status = 'archived'").await;
        let complete = Complete { assignment: first.assignment, ..Complete::default() };
        let done = seed.board.run(Actor::agent(agent.id), &complete).await.expect("complete");
        assert!(done.item.completed_at.is_some());
        let shown = seed.board.read(&ShowRun { run: Ref::Id(run.id) }).await.expect("show");
        assert_eq!((shown.run.status, shown.run.steps_completed), (RunStatus::Failed, 1));
        let why = shown.run.error_message.expect("a reason");
        assert!(why.contains("second") && why.contains("archived"), "{why}");
        // Mended, it goes on from there.
        seed.sql("UPDATE board_projects SET status = 'active'").await;
        seed.board.run(seed.me, &RetryRun::of(run.id)).await.expect("retry");
        let second = seed.claim(&agent).await;
        assert_eq!(second.item.title, "second");
    }
}
