//! Completing and claiming the next: one call, one transaction.

use callboard_service::assignment::{Claim, Complete, CompleteAndClaim};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus, agent_profiles};
use callboard_service::item::NewItem;
use callboard_service::{ErrorKind, Ref};
use support::{TestDb, both};
use uuid::Uuid;

both! {
    async fn what_was_waiting_for_it_is_the_next(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let first = seed.item().await;
        let then = NewItem { prerequisites: vec![Ref::Id(first.id).into()], ..NewItem::titled("then") };
        let then = seed.add(then).await;
        let held = seed.claim(&agent).await;
        let both = seed.by(&agent, &next(held.assignment, &agent)).await.expect("complete and claim");
        assert_eq!(both.completed.unblocked, [then.id]);
        assert_eq!(seed.row(first.id).await.status, WorkItemStatus::Done);
        let claimed = &both.next.claimed[0];
        assert_eq!((claimed.item.id, &seed.row(then.id).await), (then.id, &claimed.item));
        assert_eq!(seed.assignment(claimed.assignment).await.status, TaskAssignmentStatus::Started);
    }

    /// The one that is completed makes room for the next.
    async fn an_agent_at_its_limit_goes_on(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[], Some(1)).await;
        seed.add_all(vec![NewItem::titled("a"), NewItem::titled("b")]).await;
        let held = seed.claim(&agent).await;
        assert!(seed.try_claim(&agent).await.is_err(), "it holds one");
        let both = seed.by(&agent, &next(held.assignment, &agent)).await.expect("complete and claim");
        assert_eq!(both.next.claimed.len(), 1);
    }

    async fn finding_nothing_is_no_refusal(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let both = seed.by(&agent, &next(held.assignment, &agent)).await.expect("complete and claim");
        assert_eq!((both.completed.already, both.next.claimed.len()), (false, 0));
        assert_eq!(seed.row(held.item.id).await.status, WorkItemStatus::Done);
    }

    async fn a_refused_half_undoes_the_other(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        seed.item().await;
        let unknown = CompleteAndClaim { claim: Claim::one("coda"), ..next(held, &agent) };
        assert_eq!(seed.must_refuse(&unknown).await.kind(), ErrorKind::NotFound);
        let nowhere = Claim { project: Some(Ref::from("nowhere")), ..Claim::one(Ref::Id(agent.id)) };
        let nowhere = CompleteAndClaim { claim: nowhere, ..next(held, &agent) };
        assert_eq!(seed.must_refuse(&nowhere).await.kind(), ErrorKind::NotFound, "the completion is undone");
        assert_eq!(seed.assignment(held).await.status, TaskAssignmentStatus::Started);
        seed.lapse(held).await;
        assert_eq!(seed.must_refuse(&next(held, &agent)).await.kind(), ErrorKind::LeaseLost, "and claims nothing");
    }
}

fn next(assignment: Uuid, agent: &agent_profiles::Model) -> CompleteAndClaim {
    let complete = Complete { assignment, ..Complete::default() };
    CompleteAndClaim { complete, claim: Claim::one(Ref::Id(agent.id)) }
}
