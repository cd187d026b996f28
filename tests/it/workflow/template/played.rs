//! The shipped templates, played by agents from the first claim to the last output: each gate fails once.

use callboard_service::assignment::Claim;
use callboard_service::entity::{CapabilityLevel, WorkflowRunStatus as RunStatus, workflow_runs as runs};
use callboard_service::workflow::StartRun;
use callboard_service::workflow::template::{How, shipped};
use callboard_service::{ErrorKind, Ref};
use serde_json::{Map, Value, json};
use support::{Seed, TestDb, both};

use super::shipped::{good, inputs};

/// Plays a run of a shipped template; gives the run, the steps in the order in which they were done, and its outputs.
async fn play(seed: &Seed, name: &str) -> (runs::Model, Vec<String>, Map<String, Value>) {
    let template = shipped::definition(name).expect("a shipped template");
    let start = StartRun { id: Some(format!("{name}-1")), inputs: inputs(&template), ..StartRun::of(name) };
    let run = seed.must(&start).await.run;
    // An agent for each step, who can do what it needs and nothing more.
    let mut agents = Vec::new();
    for step in &template.steps {
        let How::Delegate(delegate) = &step.how else { panic!("{}: needs code", step.name) };
        let grants: Vec<_> =
            delegate.requires.iter().map(|r| (r.capability.as_str(), CapabilityLevel::Basic)).collect();
        agents.push(seed.agent_with(&format!("{}-{}", name.replace('_', "-"), step.name), &grants, None).await);
    }
    let mut done = Vec::new();
    while done.len() < template.steps.len() {
        let before = done.len();
        for (agent, spec) in agents.iter().zip(&template.steps) {
            let claim = Claim::one(Ref::Id(agent.id));
            let Some(claimed) = seed.by(agent, &claim).await.expect("claim").claimed.pop() else { continue };
            let about = &claimed.item.metadata.as_ref().expect("metadata")["workflow"];
            let step = about["step"].as_str().expect("a step").to_owned();
            assert!(claimed.item.title.contains("falls in hospitals"), "{}", claimed.item.title);
            let refused = seed.hand_in(agent, claimed.assignment, json!({})).await.expect_err("an empty result");
            assert_eq!(refused.kind(), ErrorKind::GateNotMet, "{name} {step}: {refused}");
            seed.hand_in(agent, claimed.assignment, good(name, &step))
                .await
                .unwrap_or_else(|e| panic!("{name} {step}: {e}"));
            assert!(template.step(&step).is_some() && !spec.name.is_empty());
            done.push(step);
        }
        assert!(done.len() > before, "{name}: nothing is ready after {done:?}");
    }
    let outputs = seed.outputs(run.id).await.into_iter().map(|(key, value)| (key, Value::String(value))).collect();
    (seed.run_row(run.id).await, done, outputs)
}

both! {
    async fn each_shipped_template_is_played_to_its_end(t: TestDb) {
        let seed = t.seed().await;
        for (name, steps, keys) in [
            ("research", &["question", "search", "draft"][..], &["draft", "question", "sources"][..]),
            ("parallel_search", &["search-1", "search-2", "search-3", "merge"], &["sources", "sources-1", "sources-2", "sources-3"]),
            ("timeline", &["plan", "milestones"], &["milestones", "timeline"]),
            ("validated_research", &["question", "search", "validation", "synthesis"], &["question", "sources", "synthesis", "validation"]),
        ] {
            let (run, mut done, outputs) = play(&seed, name).await;
            assert_eq!((run.status, run.steps_completed), (RunStatus::Completed, steps.len() as i64), "{name}");
            if name == "parallel_search" {
                done[..3].sort();
            }
            assert_eq!(done, steps, "{name}");
            let mut found: Vec<&str> = outputs.keys().map(String::as_str).collect();
            found.sort_unstable();
            assert_eq!(found, keys, "{name}");
            let failed = seed.run_kinds(run.id).await.into_iter().filter(|kind| kind.starts_with("step_fail")).count();
            assert_eq!(failed, 0, "{name}: a refused completion is no failure of the step");
        }
    }
}
