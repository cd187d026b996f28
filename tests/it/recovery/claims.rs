//! The package that comes with a claim of what was begun before.

use callboard_service::assignment::{Claim, Complete, CompleteAndClaim, Fail};
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::item::NewItem;
use callboard_service::recovery::{HandOver, Recover};
use callboard_service::{Actor, Ref};
use support::{Seed, TestDb, both};

both! {
    async fn after_an_expiry_and_after_a_failure(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let first = seed.work(&one).await;
        assert_eq!(first.recovery, None, "nobody was there before");
        seed.by(&one, &AddCheckpoint::of(Ref::Id(first.item.id), "half")).await.expect("write");
        seed.lapse(first.assignment).await;
        seed.expire().await;
        seed.end_backoffs().await;
        let second = seed.claim(&two).await;
        let package = second.recovery.as_ref().expect("a package");
        assert_eq!(package.item.key, first.item.key);
        assert_eq!(package.checkpoint.as_ref().map(|c| c.note.as_str()), Some("half"));
        assert_eq!(package.attempts.len(), 2);
        assert!(!package.recommendations.iter().any(|r| r.rule == "held"), "the reader holds it: {package:?}");
        assert!(package.guidance.iter().any(|g| g.rule == "report"));
        // It is what the holder would be told.
        let ask = Recover { budget: Some(4000), assignment: Some(second.assignment), ..Recover::of(Ref::Id(first.item.id)) };
        assert_eq!(&seed.board.read(&ask).await.expect("a package"), package.as_ref());

        seed.by(&two, &Fail { assignment: second.assignment, reason: "no".to_owned(), permanent: false }).await.expect("fail");
        seed.end_backoffs().await;
        // By name, too.
        let named = Claim { item: Some(Ref::Id(first.item.id)), ..Claim::one(Ref::Id(one.id)) };
        let third = seed.must(&named).await.claimed.remove(0);
        assert_eq!(third.recovery.expect("a package").attempts[1].why.as_deref(), Some("no"));
    }

    async fn of_what_was_handed_over_to_nobody(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let held = seed.work(&one).await;
        seed.must(&HandOver::of(Ref::Id(held.item.id), "mind the gap")).await;
        let claimed = seed.claim(&two).await;
        assert_eq!(claimed.attempt, 1, "a handover costs no attempt");
        let package = claimed.recovery.expect("a package");
        assert_eq!(package.handover.expect("the handover").text, "mind the gap");
    }

    async fn of_the_first_ten_of_many(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        begin(&seed, &agent, 12).await;
        let fresh = seed.add(NewItem { priority: 0, ..NewItem::titled("fresh") }).await;
        let claim = Claim { count: 13, ..Claim::one(Ref::Id(agent.id)) };
        let claimed = seed.board.run(Actor::agent(agent.id), &claim).await.expect("claim").claimed;
        assert_eq!(claimed.len(), 13);
        let with: Vec<_> = claimed.iter().map(|c| c.recovery.is_some()).collect();
        assert!(!with[0] && claimed[0].item.id == fresh.id, "nobody had it before");
        assert_eq!(with.iter().filter(|with| **with).count(), 10);
    }

    async fn with_the_next_one_after_a_completion(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        begin(&seed, &agent, 1).await;
        let held = seed.add(NewItem { priority: 0, ..NewItem::titled("now") }).await;
        let now = seed.claim(&agent).await;
        assert_eq!(now.item.id, held.id);
        let both = CompleteAndClaim {
            complete: Complete { assignment: now.assignment, ..Complete::default() },
            claim: Claim::one(Ref::Id(agent.id)),
        };
        let next = seed.by(&agent, &both).await.expect("both").next.claimed.remove(0);
        assert!(next.recovery.is_some());
    }
}

/// Items that an attempt was made at, ready to be claimed again.
async fn begin(seed: &Seed, agent: &callboard_service::entity::agent_profiles::Model, count: usize) {
    for _ in 0..count {
        let held = seed.work(agent).await;
        let fail = Fail { assignment: held.assignment, reason: "no".to_owned(), permanent: false };
        seed.by(agent, &fail).await.expect("fail");
    }
    seed.end_backoffs().await;
}
