//! One gate, in every form of completion.

use callboard_service::assignment::{Claim, CompleteAndClaim, FinishOwn};
use callboard_service::entity::{
    FileOperationOperation as Kind, WorkItemQualityGateLevel as Level, WorkItemStatus as Status, WorkItemType,
    WorkflowRunStatus, WorkflowStepStatus,
};
use callboard_service::item::{EditItem, MoveItem, NewItem};
use callboard_service::review::{AcceptReview, RejectReview};
use callboard_service::{Actor, Error, ErrorKind, Ref};
use sea_orm::TransactionTrait;
use serde_json::json;
use support::{TestDb, both};

use super::{Gated, complete, criterion};

const GATED: &str = "name: flow\nsteps:\n  - name: a\n    delegate: {}\n    gate: [{ field: n, at_least: 1 }]\n";

fn gate_of(error: Error) -> (String, Vec<String>) {
    let Error::GateNotMet { level, missing, .. } = error else { panic!("{error}") };
    (level, missing)
}

both! {
    /// A refused completion claims nothing; a gate that looks at files lets both happen in one transaction.
    async fn completing_and_claiming_the_next(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Enhanced).await;
        let next = gated.seed.item().await;
        gated.create(held.item.id, "a", "one").await;
        gated.remove("a");
        let both = CompleteAndClaim { complete: complete(held.assignment), claim: Claim::one(Ref::Id(gated.agent.id)) };
        let before = gated.seed.snapshot().await;
        let error = gated.seed.by(&gated.agent, &both).await.expect_err("refused");
        assert_eq!(gate_of(error).1, ["the file a is missing"]);
        gated.seed.assert_unchanged(&before, "a refused completion").await;
        gated.write("a", "one");
        let done = gated.seed.by(&gated.agent, &both).await.expect("both");
        assert_eq!((done.completed.item.status, done.next.claimed[0].item.id), (Status::Done, next.id));
    }

    async fn several_in_one_transaction(t: TestDb) {
        let gated = Gated::new(&t).await;
        let mut held = Vec::new();
        for n in 0..4 {
            let one = gated.work(Level::Enhanced).await;
            gated.create(one.item.id, &format!("file {n}"), "one").await;
            held.push(one);
        }
        gated.remove("file 3");
        let ids: Vec<_> = held.iter().map(|one| one.assignment).collect();
        let all = |ids: Vec<uuid::Uuid>| {
            let board = gated.seed.board.clone();
            let by = Actor::agent(gated.agent.id);
            async move {
                board.transaction(by, |tx| {
                    let ids = ids.clone();
                    Box::pin(async move {
                        for id in &ids {
                            tx.run(&complete(*id)).await?;
                        }
                        Ok(ids.len())
                    })
                }).await
            }
        };
        let before = gated.seed.snapshot().await;
        let error = all(ids.clone()).await.expect_err("one is not done");
        assert_eq!(gate_of(error).1, ["the file file 3 is missing"]);
        gated.seed.assert_unchanged(&before, "a refused transaction").await;
        assert_eq!(all(ids[..3].to_vec()).await.expect("the others are"), 3);
        for one in &held[..3] {
            assert_eq!(gated.row(one.item.id).await.status, Status::Done);
        }
    }

    /// A closure that takes no notice of a refusal must not keep the half of what it was to do.
    async fn a_closure_that_goes_on_is_run_again(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Enhanced).await;
        gated.create(held.item.id, "a", "one").await;
        let (id, by) = (held.assignment, Actor::agent(gated.agent.id));
        let done = gated.seed.board.transaction(by, |tx| Box::pin(async move {
            Ok(tx.run(&complete(id)).await.map(|done| done.item.status).ok())
        })).await.expect("run");
        assert_eq!(done, Some(Status::Done));
        assert_eq!(gated.row(held.item.id).await.status, Status::Done);
    }

    async fn an_epic_by_hand(t: TestDb) {
        let gated = Gated::new(&t).await;
        let epic = NewItem {
            r#type: WorkItemType::Epic,
            quality_gate_level: Level::Strict,
            acceptance_criteria: vec![criterion("all parts are there", false)],
            ..NewItem::titled("epic")
        };
        let epic = gated.seed.add(epic).await;
        gated.seed.must(&MoveItem::new(epic.id, Status::InProgress)).await;
        gated.create(epic.id, "a", "one").await;
        gated.write("a", "two");
        let error = gated.seed.must_refuse(&MoveItem::new(epic.id, Status::Done)).await;
        assert_eq!(gate_of(error), ("strict".to_owned(), vec![
            "criterion 1 is not met: all parts are there".to_owned(),
            "the file a has another content".to_owned(),
        ]));
        gated.track(epic.id, Kind::Modify, "a").await;
        let met = vec![criterion("all parts are there", true)];
        gated.seed.must(&EditItem { acceptance_criteria: Some(met), ..EditItem::new(epic.id) }).await;
        let moved = gated.seed.must(&MoveItem::new(epic.id, Status::Done)).await;
        assert_eq!(moved.item.status, Status::Review);
        assert_eq!(gated.seed.events(epic.id).await.pop().expect("a row").kind, "submitted");
        // Who moved it there is its completer.
        let error = gated.seed.must_refuse(&MoveItem::new(epic.id, Status::Done)).await;
        assert!(error.to_string().contains("user:kim completed CB-1"), "{error}");
        gated.seed.by(&gated.agent, &AcceptReview { item: Ref::Id(epic.id), reason: None }).await.expect("accept");
        assert_eq!(gated.row(epic.id).await.status, Status::Done);
    }

    async fn a_persons_short_way(t: TestDb) {
        let gated = Gated::new(&t).await;
        let item = gated.seed.add(NewItem { quality_gate_level: Level::Enhanced, ..NewItem::titled("own") }).await;
        gated.create(item.id, "a", "one").await;
        gated.remove("a");
        let finish = FinishOwn { item: Ref::Id(item.id), notes: None, actual_hours: None, force: None };
        assert_eq!(gate_of(gated.seed.must_refuse(&finish).await).1, ["the file a is missing"]);
        gated.write("a", "one");
        assert_eq!(gated.seed.must(&finish).await.item.status, Status::Done);
    }

    /// What the app tracked in its own transaction is seen by the gate, and a refused verb leaves the transaction usable.
    async fn in_an_apps_own_transaction(t: TestDb) {
        let gated = Gated::new(&t).await;
        let (held, other) = (gated.work(Level::Enhanced).await, gated.work(Level::Enhanced).await);
        gated.create(held.item.id, "a", "one").await;
        gated.create(other.item.id, "b", "two").await;
        gated.remove("b");
        let by = Actor::agent(gated.agent.id);
        // Before the transaction, as docs/automation says; and inside of it.
        let looked = gated.seed.board.having_looked(&[Ref::Id(held.item.id)]).await.expect("look");
        gated.remove("a");
        let app = gated.seed.raw.begin().await.expect("begin");
        let error = looked.run_in(&app, by, &complete(other.assignment)).await.expect_err("its file is missing");
        assert_eq!(gate_of(error).1, ["the file b is missing"]);
        let error = gated.seed.board.run_in(&app, by, &complete(held.assignment)).await.expect_err("a fresh look");
        assert_eq!(gate_of(error).1, ["the file a is missing"]);
        let done = looked.run_in(&app, by, &complete(held.assignment)).await.expect("by what was seen before");
        assert_eq!(done.item.status, Status::Done);
        app.commit().await.expect("commit");
        assert_eq!(gated.row(held.item.id).await.status, Status::Done);
        assert_eq!(gated.row(other.item.id).await.status, Status::InProgress);
    }

    async fn a_rehearsal_says_what_would_be(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Enhanced).await;
        gated.create(held.item.id, "a", "one").await;
        let by = Actor::agent(gated.agent.id);
        let done = gated.seed.board.rehearse(by, &complete(held.assignment)).await.expect("it would do");
        assert_eq!(done.item.status, Status::Done);
        assert_eq!(gated.row(held.item.id).await.status, Status::InProgress);
        gated.remove("a");
        let error = gated.seed.board.rehearse(by, &complete(held.assignment)).await.expect_err("it would not");
        assert_eq!(error.kind(), ErrorKind::GateNotMet);
    }

    /// The step's own gate is asked when the item is handed in, and the step goes on when it is accepted.
    async fn a_workflows_step_waits_for_the_review(t: TestDb) {
        let gated = Gated::new(&t).await;
        let seed = &gated.seed;
        let run = seed.flow(GATED).await;
        let item = seed.item_of(run.id, "a").await;
        seed.must(&EditItem { quality_gate_level: Some(Level::Strict), ..EditItem::new(item.id) }).await;
        let held = seed.claim_step(&gated.agent, run.id, "a").await;
        let error = seed.hand_in(&gated.agent, held, json!({})).await.expect_err("the step's gate");
        assert_eq!(gate_of(error).0, "workflow");
        assert_eq!(seed.row(item.id).await.status, Status::InProgress);
        seed.hand_in(&gated.agent, held, json!({ "n": 1 })).await.expect("complete");
        assert_eq!((seed.row(item.id).await.status, seed.step(run.id, "a").await.status), (Status::Review, WorkflowStepStatus::Waiting));
        // Rejected, it is done again; the step waits all the time.
        seed.must(&RejectReview { item: Ref::Id(item.id), reason: "a better one".to_owned() }).await;
        assert_eq!(seed.step(run.id, "a").await.status, WorkflowStepStatus::Waiting);
        let held = seed.claim_step(&gated.agent, run.id, "a").await;
        seed.hand_in(&gated.agent, held, json!({ "n": 2 })).await.expect("complete");
        seed.must(&AcceptReview { item: Ref::Id(item.id), reason: None }).await;
        assert_eq!(seed.step(run.id, "a").await.status, WorkflowStepStatus::Completed);
        assert_eq!(seed.run_row(run.id).await.status, WorkflowRunStatus::Completed);
    }
}
