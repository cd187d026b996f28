//! Steps that agents and people do: their order, their gates, and what the end of an item makes of them.

use callboard_service::assignment::{Claim, Complete, CompleteAndClaim, Fail, FinishOwn};
use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::item::{ArchiveItem, CancelItem, MoveItem, NewItem, ReopenItem, RetryItem};
use callboard_service::project::ArchiveProject;
use callboard_service::workflow::{CancelRun, RetryRun};
use callboard_service::{Error, ErrorKind, Ref};
use serde_json::json;
use support::flow::delegated;
use support::{Seed, TestDb, both};

const GATED: &str = "name: flow
steps:
  - name: a
    delegate: {}
    gate: [{ field: n, at_least: 2 }, { field: list, min_items: 1 }]
    output: { key: n, field: n }
  - { name: b, title: \"Take {{ steps.a.output.n }}\", delegate: {}, after: [a] }
";

/// One delegated step with these settings.
fn one(settings: &str) -> String {
    format!("name: flow\nsteps:\n  - name: a\n    delegate: {{}}\n{settings}")
}

async fn cancel_item(seed: &Seed, run: uuid::Uuid, step: &str) {
    let item = seed.item_of(run, step).await.id;
    seed.must(&CancelItem { reason: Some("not needed".to_owned()), ..CancelItem::new(item) }).await;
}

both! {
    /// A diamond with a tail: items that may be done at once are there at once, and none before its time.
    async fn the_order_is_that_of_the_graph(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let graph: &[(&str, &[&str])] = &[
            ("end", &["join"]), ("root", &[]), ("left", &["root"]), ("right", &["root"]), ("join", &["left", "right"]), ("alone", &[]),
        ];
        let run = seed.flow(&delegated("flow", graph)).await;
        let waiting = async || {
            let steps = seed.steps(run.id).await;
            let names = steps.into_iter().filter(|s| s.status == StepStatus::Waiting).map(|s| s.name);
            names.collect::<Vec<_>>()
        };
        assert_eq!(waiting().await, ["root", "alone"]);
        seed.play(&agent, run.id, "root", json!({})).await;
        assert_eq!(waiting().await, ["left", "right", "alone"]);
        let both = [seed.claim_step(&agent, run.id, "left").await, seed.claim_step(&agent, run.id, "right").await];
        seed.hand_in(&agent, both[1], json!({})).await.expect("complete");
        assert_eq!(waiting().await, ["left", "alone"], "one of two is not enough");
        seed.hand_in(&agent, both[0], json!({})).await.expect("complete");
        assert_eq!(waiting().await, ["join", "alone"]);
        for step in ["join", "end"] {
            seed.play(&agent, run.id, step, json!({})).await;
        }
        let row = seed.run_row(run.id).await;
        assert_eq!((row.status, row.steps_completed), (RunStatus::Running, 5));
        seed.play(&agent, run.id, "alone", json!({})).await;
        let row = seed.run_row(run.id).await;
        assert_eq!((row.status, row.steps_completed, row.completed_at.is_some()), (RunStatus::Completed, 6, true));
    }

    /// The holder still holds it, and hands in a better result.
    async fn a_gate_refuses_the_completion_and_changes_nothing(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(GATED).await;
        let held = seed.claim_step(&agent, run.id, "a").await;
        let before = seed.snapshot().await;
        for result in [json!({ "n": 1 }), json!("text"), json!(null)] {
            let error = seed.hand_in(&agent, held, result.clone()).await.expect_err("the gate");
            assert_eq!(error.kind(), ErrorKind::GateNotMet);
            let Error::GateNotMet { item, level, missing } = &error else { panic!("{error}") };
            assert_eq!((item.as_str(), level.as_str()), ("CB-1", "workflow"));
            assert!(missing.len() >= 2 && missing[0].starts_with("n: must be a number of at least 2"), "{result}: {missing:?}");
        }
        seed.assert_unchanged(&before, "a completion that does not meet the gate").await;
        seed.hand_in(&agent, held, json!({ "n": 2, "list": [1] })).await.expect("a better one");
        let step = seed.step(run.id, "a").await;
        assert_eq!((step.status, step.attempt, step.agent_id), (StepStatus::Completed, 1, Some(agent.id)));
        assert_eq!(seed.outputs(run.id).await, [("n".to_owned(), "2".to_owned())]);
        assert_eq!(seed.item_of(run.id, "b").await.title, "Take 2");
    }

    /// Handed out again at once, but nobody may claim it before the backoff is over; then the run fails.
    async fn a_dead_item_fails_the_step_which_is_tried_again(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&one("    max_attempts: 2\n    backoff: 10s\n    timeout: 1h\n")).await;
        let held = seed.claim_step(&agent, run.id, "a").await;
        let fail = |assignment| Fail { assignment, reason: "too hard".to_owned(), permanent: true };
        seed.by(&agent, &fail(held)).await.expect("fail");
        let (step, item) = (seed.step(run.id, "a").await, seed.item_of(run.id, "a").await);
        assert_eq!((step.status, step.attempt), (StepStatus::Waiting, 2));
        assert_eq!((item.status.as_str(), item.dead_at, item.attempt_count, item.key.as_str()), ("todo", None, 0, "CB-1"));
        let pause = item.available_at.expect("a backoff") - seed.board.now();
        assert!(pause.num_milliseconds() > 3000 && pause.num_seconds() <= 10, "{pause}");
        let from = item.available_at.expect("a backoff");
        assert_eq!(step.deadline_at, Some(from + chrono::TimeDelta::hours(1)), "its time begins after the backoff");
        let failed = seed.run_events(run.id).await.into_iter().find(|e| e.kind == "step_fail").expect("a ledger row");
        assert_eq!(failed.reason.as_deref(), Some("CB-1 is a dead letter: failed: too hard"));
        assert!(seed.by(&agent, &Claim::one(Ref::Id(agent.id))).await.expect("claim").claimed.is_empty());

        seed.end_backoff(item.id).await;
        seed.expire().await;
        let again = seed.claim_step(&agent, run.id, "a").await;
        seed.by(&agent, &fail(again)).await.expect("fail");
        let row = seed.run_row(run.id).await;
        let why = "step 'a' failed: CB-1 is a dead letter: failed: too hard";
        assert_eq!((row.status, row.error_message.as_deref(), row.completed_at.is_some()), (RunStatus::Failed, Some(why), true));
        let step = seed.step(run.id, "a").await;
        assert_eq!((step.status, step.attempt, step.next_attempt_at, step.deadline_at), (StepStatus::Failed, 2, None, None));
        assert_eq!(step.error_context.expect("why")["context"], json!({ "item": "CB-1" }));
    }

    /// The attempts of the item are its own: the step fails once they are used up.
    async fn an_item_that_fails_with_attempts_left_is_still_waited_for(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&one("")).await;
        for attempt in 1..=3 {
            assert_eq!(seed.standing(run.id).await, ["a:waiting"]);
            let held = seed.claim_step(&agent, run.id, "a").await;
            seed.by(&agent, &Fail { assignment: held, reason: format!("no {attempt}"), permanent: false }).await.expect("fail");
            if attempt < 3 {
                seed.end_backoffs().await;
                seed.expire().await;
            }
        }
        assert_eq!(seed.standing(run.id).await, ["a:failed"]);
        let why = "step 'a' failed: CB-1 is a dead letter: failed: no 3";
        assert_eq!(seed.run_row(run.id).await.error_message.as_deref(), Some(why));
    }

    async fn a_cancelled_item_fails_the_step(t: TestDb) {
        let seed = t.seed().await;
        let run = seed.flow(&delegated("flow", &[("a", &[]), ("b", &["a"])])).await;
        cancel_item(&seed, run.id, "a").await;
        let row = seed.run_row(run.id).await;
        let why = "step 'a' failed: CB-1 was cancelled: not needed";
        assert_eq!((row.status, row.error_message.as_deref()), (RunStatus::Failed, Some(why)));
        assert_eq!(seed.standing(run.id).await, ["a:failed", "b:pending"]);
    }

    /// One branch fails the run; what another is at is let end, and kept, and counts when the run is retried.
    async fn what_others_are_at_when_the_run_fails_is_kept(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let text = "name: flow\nsteps:\n  - { name: a, delegate: {} }\n  - { name: b, delegate: {}, output: { key: b } }\n  - { name: c, delegate: {}, after: [a, b] }\n";
        let run = seed.flow(text).await;
        let held = seed.claim_step(&agent, run.id, "b").await;
        cancel_item(&seed, run.id, "a").await;
        assert_eq!(seed.run_row(run.id).await.status, RunStatus::Failed);
        seed.hand_in(&agent, held, json!(7)).await.expect("complete");
        let row = seed.run_row(run.id).await;
        assert_eq!((row.status, row.steps_completed), (RunStatus::Failed, 1));
        assert_eq!(seed.outputs(run.id).await, [("b".to_owned(), "7".to_owned())]);
        seed.must(&RetryRun::of(run.id)).await;
        seed.play(&agent, run.id, "a", json!({})).await;
        assert_eq!(seed.standing(run.id).await, ["a:completed", "b:completed", "c:waiting"]);
    }

    /// A person finishes it: the notes are the result, and the gate holds for people too.
    async fn a_person_does_it_the_short_way(t: TestDb) {
        let seed = t.seed().await;
        let run = seed.flow(&one("    gate: [{ min_characters: 5 }]\n    output: { key: notes, type: text }\n")).await;
        let item = seed.item_of(run.id, "a").await;
        let finish = |notes: &str| FinishOwn { item: Ref::Id(item.id), notes: Some(notes.to_owned()), actual_hours: None, force: None };
        let error = seed.must_refuse(&finish("ok")).await;
        assert_eq!(error.to_string(), "CB-1 does not meet its workflow gate: the result: must be a text of at least 5 characters, has 2");
        seed.must(&finish("well done")).await;
        let step = seed.step(run.id, "a").await;
        assert_eq!((step.status, step.output, step.agent_id), (StepStatus::Completed, Some(json!("well done")), None));
        assert_eq!(seed.outputs(run.id).await, [("notes".to_owned(), "well done".to_owned())]);
        assert_eq!(seed.run_row(run.id).await.status, RunStatus::Completed);
    }

    /// An epic is never assigned: it is done by hand, and gives no result.
    async fn an_item_done_by_hand_completes_the_step(t: TestDb) {
        let seed = t.seed().await;
        let run = seed.flow("name: flow\nsteps:\n  - { name: a, delegate: { type: epic } }\n").await;
        let item = seed.item_of(run.id, "a").await;
        for to in ["in_progress", "done"] {
            let to = callboard_service::entity::WorkItemStatus::ALL.iter().find(|s| s.as_str() == to).expect("a status");
            seed.must(&MoveItem::new(item.id, *to)).await;
        }
        let step = seed.step(run.id, "a").await;
        assert_eq!((step.status, step.output), (StepStatus::Completed, Some(json!(null))));
        assert_eq!(seed.run_row(run.id).await.status, RunStatus::Completed);
    }

    /// The completed step stays; the item may be done again for its own sake.
    async fn reopening_the_item_of_a_completed_step_changes_no_run(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        seed.play(&agent, run.id, "a", json!(1)).await;
        let (row, step) = (seed.run_row(run.id).await, seed.step(run.id, "a").await);
        let item = seed.item_of(run.id, "a").await.id;
        seed.must(&ReopenItem { item: item.into(), reason: None }).await;
        seed.play(&agent, run.id, "a", json!(2)).await;
        assert_eq!((seed.run_row(run.id).await, seed.step(run.id, "a").await), (row, step));
    }

    /// Brought back by hand first, the item is taken as it is by the retry, and the step waits for it again.
    async fn the_retry_takes_an_item_that_was_brought_back_by_hand(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&one("")).await;
        let held = seed.claim_step(&agent, run.id, "a").await;
        seed.by(&agent, &Fail { assignment: held, reason: "no".to_owned(), permanent: true }).await.expect("fail");
        let item = seed.item_of(run.id, "a").await.id;
        seed.must(&RetryItem { item: item.into(), reason: None }).await;
        let held = seed.claim_step(&agent, run.id, "a").await;
        let before = seed.row(item).await;
        seed.must(&RetryRun::of(run.id)).await;
        assert_eq!((seed.row(item).await, seed.standing(run.id).await), (before, vec!["a:waiting".to_owned()]));
        seed.hand_in(&agent, held, json!(1)).await.expect("complete");
        assert_eq!(seed.run_row(run.id).await.status, RunStatus::Completed);
    }

    /// So is a cancelled one that was reopened: that alone moves no run.
    async fn the_retry_takes_an_item_that_was_reopened(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&one("")).await;
        cancel_item(&seed, run.id, "a").await;
        let item = seed.item_of(run.id, "a").await.id;
        let failed = seed.run_row(run.id).await;
        seed.must(&ReopenItem { item: item.into(), reason: None }).await;
        assert_eq!((seed.run_row(run.id).await, seed.standing(run.id).await), (failed, vec!["a:failed".to_owned()]));
        seed.must(&RetryRun::of(run.id)).await;
        assert_eq!(seed.step(run.id, "a").await.work_item_id, Some(item));
        seed.play(&agent, run.id, "a", json!(1)).await;
        assert_eq!(seed.run_row(run.id).await.status, RunStatus::Completed);
    }

    /// The next step is there within the transaction that completes the one before it.
    async fn one_call_completes_a_step_and_claims_the_next(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(GATED).await;
        let assignment = seed.claim_step(&agent, run.id, "a").await;
        let claim = Claim::one(Ref::Id(agent.id));
        let both = |result| CompleteAndClaim {
            complete: Complete { assignment, result: Some(result), ..Complete::default() },
            claim: claim.clone(),
        };
        let before = seed.snapshot().await;
        let error = seed.by(&agent, &both(json!({ "n": 1 }))).await.expect_err("the gate");
        assert_eq!(error.kind(), ErrorKind::GateNotMet);
        seed.assert_unchanged(&before, "a refused completion with a claim").await;
        let done = seed.by(&agent, &both(json!({ "n": 2, "list": [1] }))).await.expect("complete and claim");
        assert_eq!(done.next.claimed[0].item.id, seed.item_of(run.id, "b").await.id);
        assert_eq!(seed.standing(run.id).await, ["a:completed", "b:waiting"]);
    }

    /// Done by hand before the retry, it is done again, and what waited for it waits again.
    async fn the_retry_reopens_an_item_that_was_done_meanwhile(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&one("")).await;
        let item = seed.item_of(run.id, "a").await.id;
        let waits = NewItem { prerequisites: vec![callboard_service::item::ItemRef::Existing(item.into())], ..NewItem::titled("waits") };
        let waits = seed.add(waits).await.id;
        let held = seed.claim_step(&agent, run.id, "a").await;
        seed.by(&agent, &Fail { assignment: held, reason: "no".to_owned(), permanent: true }).await.expect("fail");
        seed.must(&RetryItem { item: item.into(), reason: None }).await;
        seed.play(&agent, run.id, "a", json!(1)).await;
        assert_eq!((seed.row(waits).await.unmet_prerequisites, seed.standing(run.id).await), (0, vec!["a:failed".to_owned()]));
        seed.must(&RetryRun::of(run.id)).await;
        assert_eq!((seed.row(waits).await.unmet_prerequisites, seed.row(item).await.status.as_str()), (1, "todo"));
        seed.play(&agent, run.id, "a", json!(2)).await;
        assert_eq!(seed.step(run.id, "a").await.output, Some(json!(2)));
        assert_eq!(seed.row(waits).await.unmet_prerequisites, 0);
    }

    /// An archived item would never end; with its whole project it may be, and the run can still be cancelled.
    async fn an_item_that_a_step_waits_for_is_not_archived_alone(t: TestDb) {
        let seed = t.seed().await;
        let run = seed.flow(&one("")).await;
        let item = seed.item_of(run.id, "a").await.id;
        let error = seed.must_refuse(&ArchiveItem { item: item.into(), reason: None }).await;
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert_eq!(error.to_string(), "archiving CB-1 cannot be done: step 'a' of run 'flow' waits for it: cancel it");
        seed.must(&ArchiveProject { project: Ref::from("demo"), reason: None }).await;
        let cancelled = seed.must(&CancelRun { run: Ref::from("flow"), reason: None }).await;
        assert_eq!((cancelled.steps.len(), cancelled.items.len()), (1, 0));
        assert_eq!(seed.run_row(run.id).await.status, RunStatus::Cancelled);
    }

    /// What a step gave is used by the next one's texts: where they cannot be written, the step fails and says why.
    async fn a_text_that_cannot_be_written_fails_the_step(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let text = "name: flow\nsteps:\n  - { name: a, delegate: {} }\n  - name: b\n    title: Go on\n    description: |\n      First line.\n      Then {{ steps.a.output.n }}.\n    delegate: {}\n    after: [a]\n    max_attempts: 3\n";
        let run = seed.flow(text).await;
        seed.play(&agent, run.id, "a", json!({ "other": 1 })).await;
        assert_eq!(seed.standing(run.id).await, ["a:completed", "b:failed"]);
        let (row, step) = (seed.run_row(run.id).await, seed.step(run.id, "b").await);
        let why = row.error_message.expect("why");
        assert!(why.starts_with("step 'b' failed: the description of step 'b' cannot be written: line 2: "), "{why}");
        assert_eq!((row.status, step.attempt, step.work_item_id), (RunStatus::Failed, 1, None), "another attempt would fail too");
        assert_eq!(step.error_context.expect("why")["permanent"], json!(true));
        // It is no fault of the template's alone: a retry fails in the same way, and tells it.
        let retried = seed.must(&RetryRun::of(run.id)).await;
        assert_eq!((retried.run.status, seed.step(run.id, "b").await.attempt), (RunStatus::Failed, 2));
    }
}
