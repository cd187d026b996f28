//! Steps that waited longer than they may: a claim or a sweep takes their items back.

use callboard_service::assignment::{Claim, Due, Expire};
use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::project::AddProject;
use callboard_service::workflow::PauseRun;
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::{TestDb, both};

fn flow(attempts: i64) -> String {
    format!(
        "name: flow\nsteps:\n  - {{ name: a, delegate: {{}}, timeout: 1h, backoff: 0s, max_attempts: {attempts} }}\n"
    )
}

both! {
    /// Its holder is refused from then on, and the run fails.
    async fn the_step_fails_and_its_item_is_cancelled(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&flow(1)).await;
        let held = seed.claim_step(&agent, run.id, "a").await;
        assert_eq!(seed.expire().await.timed_out, Vec::<String>::new(), "not yet");
        seed.lapse_step(seed.step(run.id, "a").await.id).await;
        let before = seed.snapshot().await;
        assert_eq!(seed.board.read(&Due::default()).await.expect("due").timed_out, ["CB-1"]);
        seed.assert_unchanged(&before, "asking what is due").await;
        assert_eq!(seed.expire().await.timed_out, ["CB-1"]);
        let (row, step, item) = (seed.run_row(run.id).await, seed.step(run.id, "a").await, seed.item_of(run.id, "a").await);
        let why = "CB-1 was cancelled: step 'a' of run 'flow' timed out";
        assert_eq!((row.status, row.error_message), (RunStatus::Failed, Some(format!("step 'a' failed: {why}"))));
        assert_eq!((step.status, step.deadline_at), (StepStatus::Failed, None));
        assert_eq!((item.status.as_str(), item.assignee_id), ("cancelled", None));
        let late = seed.hand_in(&agent, held, json!({})).await.expect_err("too late");
        assert_eq!(late.kind(), ErrorKind::LeaseLost, "{late}");
        assert_eq!(seed.expire().await.timed_out, Vec::<String>::new(), "once");
    }

    /// No sweep is needed: a claim that finds nothing takes it back, and gets the item of the next attempt.
    async fn a_claim_takes_it_back_and_the_next_attempt_begins(t: TestDb) {
        let seed = t.seed().await;
        let (slow, quick) = (seed.agent("slow").await, seed.agent("quick").await);
        let run = seed.flow(&flow(2)).await;
        let held = seed.claim_step(&slow, run.id, "a").await;
        seed.lapse_step(seed.step(run.id, "a").await.id).await;
        let claimed = seed.by(&quick, &Claim::one(Ref::Id(quick.id))).await.expect("claim").claimed;
        let step = seed.step(run.id, "a").await;
        assert_eq!((claimed.len(), claimed[0].item.id), (1, step.work_item_id.expect("an item")));
        assert_eq!((step.status, step.attempt), (StepStatus::Waiting, 2));
        assert!(step.deadline_at.expect("a new time-out") > seed.board.now() + chrono::TimeDelta::minutes(59));
        assert_eq!(seed.hand_in(&slow, held, json!({})).await.expect_err("too late").kind(), ErrorKind::LeaseLost);
        seed.hand_in(&quick, claimed[0].assignment, json!({})).await.expect("complete");
        assert_eq!(seed.run_row(run.id).await.status, RunStatus::Completed);
    }

    /// It fails in the pause too; the next attempt is for when the run goes on.
    async fn a_paused_run_is_no_excuse(t: TestDb) {
        let seed = t.seed().await;
        let run = seed.flow(&flow(2)).await;
        seed.must(&PauseRun { run: Ref::from("flow"), reason: None }).await;
        seed.lapse_step(seed.step(run.id, "a").await.id).await;
        assert_eq!(seed.expire().await.timed_out, ["CB-1"]);
        assert_eq!((seed.run_row(run.id).await.status, seed.standing(run.id).await), (RunStatus::Paused, vec!["a:failed".to_owned()]));
    }

    /// A sweep of one project leaves the others alone, and stops at its limit.
    async fn within_the_scope_and_the_limit(t: TestDb) {
        let seed = t.seed().await;
        let step = |name: &str| format!("  - {{ name: {name}, delegate: {{}}, timeout: 1h }}\n");
        let run = seed.flow(&format!("name: flow\nsteps:\n{}{}{}", step("a"), step("b"), step("c"))).await;
        let other = AddProject { slug: "other".to_owned(), name: "Other".to_owned(), key_prefix: "OT".to_owned(), ..AddProject::default() };
        seed.must(&other).await;
        for name in ["a", "b", "c"] {
            seed.lapse_step(seed.step(run.id, name).await.id).await;
        }
        let sweep = |project: &str, limit| Expire { project: Some(Ref::from(project)), limit };
        assert_eq!(seed.must(&sweep("other", 10)).await.timed_out, Vec::<String>::new());
        assert_eq!(seed.board.read(&Due(sweep("other", 10))).await.expect("due").timed_out, Vec::<String>::new());
        assert_eq!(seed.must(&sweep("demo", 2)).await.timed_out.len(), 2);
        assert_eq!(seed.must(&sweep("demo", 2)).await.timed_out.len(), 1);
        assert_eq!(seed.standing(run.id).await, ["a:failed", "b:failed", "c:failed"]);
    }
}
