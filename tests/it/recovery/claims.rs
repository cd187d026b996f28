//! The package that comes with a claim of what was begun before.

use callboard_service::assignment::{Cancel, Claim, Complete, CompleteAndClaim, Fail};
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::FileOperationOperation as Operation;
use callboard_service::item::{CommentOnItem, NewItem, RetryItem, ShowItem};
use callboard_service::recovery::{HandOver, Recover};
use callboard_service::{Actor, Ref};
use support::{Seed, TestDb, both};

use super::{decide, decision, operation, track};

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

    /// The attempts count anew then, and what was left is there all the same.
    async fn after_a_retry_and_after_a_hold_that_was_taken_back(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let fail = Fail { assignment: held.assignment, reason: "no key".to_owned(), permanent: true };
        seed.by(&agent, &fail).await.expect("fail");
        seed.must(&RetryItem { item: Ref::Id(held.item.id), reason: None }).await;
        let again = seed.claim(&agent).await;
        assert_eq!(again.attempt, 1);
        assert_eq!(again.recovery.expect("a package").attempts[1].why.as_deref(), Some("no key"));
        seed.must(&Cancel { assignment: again.assignment, reason: "not now".to_owned() }).await;
        let third = seed.claim(&agent).await;
        assert_eq!((third.attempt, third.recovery.expect("a package").attempts.len()), (1, 3));
    }

    async fn with_as_many_statements_whatever_there_is(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        begin(&seed, &agent, 2).await;
        let [few, many] = ["CB-1", "CB-2"].map(Ref::from);
        let fresh = seed.item().await;
        for (item, count) in [(&few, 1), (&many, 20)] {
            let id = seed.board.read(&ShowItem { item: item.clone() }).await.expect("show").item.id;
            for n in 0..count {
                seed.must(&CommentOnItem { item: item.clone(), text: n.to_string() }).await;
                decide(&seed, decision(&seed, id, count + n)).await;
                track(&seed, operation(&seed, id, n, Operation::Create, &format!("{id}/{n}"))).await;
            }
        }
        let claim = |item: &Ref| Claim { item: Some(item.clone()), ..Claim::one(Ref::Id(agent.id)) };
        let mut counts = Vec::new();
        for (item, has_package) in [(&Ref::Id(fresh.id), false), (&few, true), (&many, true)] {
            let (count, outcome) = t.statements_of(&seed.board, seed.me, &claim(item)).await;
            assert_eq!(outcome.claimed[0].recovery.is_some(), has_package);
            counts.push(count);
        }
        assert_eq!(counts[1], counts[2], "they do not grow with the rows");
        assert!((counts[0] + 1..=counts[0] + 18).contains(&counts[1]), "{counts:?}");
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
