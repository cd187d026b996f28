use callboard_service::entity::{TaskAssignmentStatus, WorkflowRunStatus as Status};
use callboard_service::item::{ItemRef, NewItem};
use callboard_service::workflow::{CancelRun, PauseRun};
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::flow::delegated;
use support::{TestDb, both};

fn cancel(run: &str, reason: Option<&str>) -> CancelRun {
    CancelRun { run: Ref::from(run), reason: reason.map(str::to_owned) }
}

const OUTPUTS: &str = "name: flow
steps:
  - { name: a, delegate: {}, output: { key: found, field: n } }
  - { name: b, delegate: {} }
  - { name: c, delegate: {} }
  - { name: d, delegate: {}, after: [b, c] }
";

both! {
    /// Its holder's late completion is refused; what was done before stays.
    async fn unfinished_steps_go_with_their_items_and_holders(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(OUTPUTS).await;
        seed.play(&agent, run.id, "a", json!({ "n": 3 })).await;
        let held = seed.claim_step(&agent, run.id, "b").await;
        let cancelled = seed.must(&cancel("flow", Some("not wanted"))).await;
        assert_eq!((cancelled.already, &cancelled.run), (false, &seed.run_row(run.id).await));
        assert_eq!((cancelled.run.status, cancelled.run.steps_completed), (Status::Cancelled, 1));
        assert!(cancelled.run.completed_at.is_some() && cancelled.run.error_message.is_none());
        assert_eq!(cancelled.steps, ["b", "c", "d"]);
        assert_eq!(seed.standing(run.id).await, ["a:completed", "b:cancelled", "c:cancelled", "d:cancelled"]);
        let (b, c) = (seed.item_of(run.id, "b").await, seed.item_of(run.id, "c").await);
        assert_eq!(cancelled.items, [b.key.clone(), c.key.clone()]);
        for item in [&b, &c] {
            assert_eq!(item.status.as_str(), "cancelled");
            let last = seed.events(item.id).await.pop().expect("a ledger row");
            assert_eq!(last.reason.as_deref(), Some("not wanted"));
        }
        assert_eq!(seed.item_of(run.id, "a").await.status.as_str(), "done");
        assert_eq!(seed.assignment(held).await.status, TaskAssignmentStatus::Cancelled);
        assert_eq!(seed.outputs(run.id).await, [("found".to_owned(), "3".to_owned())]);

        let before = seed.snapshot().await;
        let late = seed.hand_in(&agent, held, json!({})).await.expect_err("it is taken back");
        assert_eq!(late.kind(), ErrorKind::LeaseLost, "{late}");
        seed.assert_unchanged(&before, "a late completion").await;
    }

    async fn a_paused_one_may_be_cancelled_and_again_is_a_repeat(t: TestDb) {
        let seed = t.seed().await;
        let run = seed.flow(OUTPUTS).await;
        seed.must(&PauseRun { run: Ref::from("flow"), reason: None }).await;
        let cancelled = seed.must(&cancel("flow", None)).await;
        assert_eq!((cancelled.run.status, cancelled.items.len()), (Status::Cancelled, 3));
        let last = seed.events(seed.item_of(run.id, "a").await.id).await.pop().expect("a ledger row");
        assert_eq!(last.reason.as_deref(), Some("run 'flow' was cancelled"));
        let before = seed.snapshot().await;
        let again = seed.must(&cancel("flow", Some("again"))).await;
        assert_eq!((again.already, again.steps.len(), again.items.len()), (true, 0, 0));
        seed.assert_unchanged(&before, "a second cancellation").await;
    }

    /// An item of somebody else's that waits for a step's item waits no longer.
    async fn what_waits_for_a_cancelled_item_goes_on_without_it(t: TestDb) {
        let seed = t.seed().await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        let item = seed.item_of(run.id, "a").await;
        let waits = NewItem { prerequisites: vec![ItemRef::Existing(item.id.into())], ..NewItem::titled("waits") };
        let waits = seed.add(waits).await;
        assert_eq!(waits.unmet_prerequisites, 1);
        seed.must(&cancel("flow", None)).await;
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
    }

    async fn refusals_change_nothing(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        let error = seed.must_refuse(&cancel("flew", None)).await;
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no workflow run 'flew'; near to it: flow"));
        let error = seed.must_refuse(&cancel("flow", Some(""))).await;
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Invalid, "reason: must not be empty"));
        seed.play(&agent, run.id, "a", json!({})).await;
        let error = seed.must_refuse(&cancel("flow", None)).await;
        let text = "workflow run flow is completed: cancel is not possible";
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Conflict, text));
    }
}
