//! What is written through a board that is in a session names it in its ledger rows.

use callboard_service::agent::RegisterAgent;
use callboard_service::assignment::{
    Assign, Cancel, Claim, Complete, CompleteAndClaim, Fail, Holder, Pause, Resume, Start,
};
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::{agent_profiles, work_item_events};
use callboard_service::item::{AddItems, BlockItem, CommentOnItem, NewItem, UnblockItem};
use callboard_service::{Actor, Callboard, Conflict, Error, ErrorKind, Ref};
use sea_orm::EntityTrait;
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{end, of, pause, start};

/// Every ledger row, as the item's number, what happened and the session.
async fn ledger(seed: &Seed) -> Vec<(String, Option<Uuid>)> {
    let rows = work_item_events::Entity::find().all(&seed.raw).await.expect("read the ledger");
    rows.into_iter().map(|row| (row.kind, row.session_id)).collect()
}

/// A board in a new session of the agent.
async fn inside(seed: &Seed, agent: &agent_profiles::Model) -> (Callboard, Uuid) {
    let session = of(seed, agent, "day").await;
    (seed.board.in_session(&Ref::from("day")).await.expect("the session"), session.id)
}

async fn claim(board: &Callboard, agent: &agent_profiles::Model, item: Option<&str>) -> Uuid {
    let claim = Claim { item: item.map(Ref::from), ..Claim::one(Ref::Id(agent.id)) };
    board.run(Actor::agent(agent.id), &claim).await.expect("claim").claimed[0].assignment
}

both! {
    /// The hot statements of PostgreSQL, and what SQLite does in their place.
    async fn every_verb_of_an_assignment_names_the_session(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (board, session) = inside(&seed, &agent).await;
        let by = Actor::agent(agent.id);
        let items = vec![NewItem { max_attempts: 5, ..NewItem::titled("one") }, NewItem::titled("two")];
        board.run(by, &AddItems { project: None, items }).await.expect("add");
        let id = claim(&board, &agent, None).await;
        let wait = Pause { assignment: id, reason: "an answer".to_owned(), deadline_seconds: None };
        board.run(by, &wait).await.expect("pause");
        board.run(by, &Resume { assignment: id, lease_seconds: None }).await.expect("resume");
        let fail = Fail { assignment: id, reason: "too hard".to_owned(), permanent: false };
        board.run(by, &fail).await.expect("fail");
        let holder = Holder::Agent(Ref::Id(agent.id));
        let assign = Assign { item: Ref::from("CB-2"), holder, accept_seconds: None, context: None, notes: None };
        let id = board.run(by, &assign).await.expect("assign").assignment.id;
        board.run(by, &Start { assignment: id, lease_seconds: None }).await.expect("start");
        board.run(by, &Cancel { assignment: id, reason: "not now".to_owned() }).await.expect("cancel");
        let id = claim(&board, &agent, Some("CB-2")).await;
        board.run(by, &Complete { assignment: id, ..Complete::default() }).await.expect("complete");
        let kinds: Vec<String> = ledger(&seed).await.into_iter().map(|(kind, _)| kind).collect();
        for kind in ["created", "claimed", "paused", "resumed", "failed", "assigned", "started", "unassigned", "completed"] {
            assert!(kinds.iter().any(|found| found == kind), "{kind} is not among {kinds:?}");
        }
        assert!(ledger(&seed).await.iter().all(|(_, found)| *found == Some(session)), "{:?}", ledger(&seed).await);
    }

    async fn one_transaction_of_several_changes_names_it_in_all(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (board, session) = inside(&seed, &agent).await;
        let by = Actor::agent(agent.id);
        let add = |title: &str| AddItems { project: None, items: vec![NewItem::titled(title)] };
        board.run_once(by, "once", &add("by key")).await.expect("add");
        board.transaction(by, |tx| Box::pin(async move { tx.run(&add("in a savepoint")).await })).await.expect("add");
        let raw = t.raw().await;
        board.run_in(&raw, by, &add("embedded")).await.expect("add");
        let id = claim(&board, &agent, None).await;
        let next = CompleteAndClaim {
            complete: Complete { assignment: id, ..Complete::default() },
            claim: Claim::one(Ref::Id(agent.id)),
        };
        board.run(by, &next).await.expect("complete and claim");
        board.run(by, &BlockItem { item: Ref::from("CB-3"), reason: "x".to_owned() }).await.expect("block");
        board.run(by, &UnblockItem { item: Ref::from("CB-3"), reason: None }).await.expect("unblock");
        let found = ledger(&seed).await;
        assert!(found.len() >= 8 && found.iter().all(|(_, found)| *found == Some(session)), "{found:?}");
    }

    async fn beside_it_nothing_does(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (board, session) = inside(&seed, &agent).await;
        seed.item().await;
        let comment = CommentOnItem { item: Ref::from("CB-1"), text: "seen".to_owned() };
        board.run(seed.me, &comment).await.expect("by another actor, in the session");
        seed.must(&comment).await;
        let named: Vec<_> = ledger(&seed).await.into_iter().map(|(_, session)| session).collect();
        assert_eq!(named, [None, Some(session), None]);
    }

    /// What ran out is taken back by Callboard itself, in whoever's claim.
    async fn a_sweep_on_the_way_is_not_of_the_session(t: TestDb) {
        let seed = t.seed().await;
        let (lost, agent) = (seed.agent("lost").await, seed.agent("coder").await);
        let held = seed.work(&lost).await;
        seed.lapse(held.assignment).await;
        let (board, session) = inside(&seed, &agent).await;
        seed.item().await;
        claim(&board, &agent, None).await;
        let found = ledger(&seed).await;
        assert!(found.contains(&("expired".to_owned(), None)), "{found:?}");
        assert!(found.contains(&("claimed".to_owned(), Some(session))), "{found:?}");
    }

    async fn a_session_that_is_over_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let session = seed.must(&start("day")).await;
        seed.must(&pause("day")).await;
        seed.board.in_session(&Ref::Id(session.id)).await.expect("a paused one is not over");
        seed.must(&end("day")).await;
        let error = seed.board.in_session(&Ref::from("day")).await.expect_err("over");
        assert!(matches!(&error, Error::Conflict(Conflict::Inactive { entity: "session", status, .. }) if status == "completed"));
        let error = seed.board.in_session(&Ref::from("dey")).await.expect_err("unknown");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        // Whatever writes no ledger row of an item is not in its way.
        seed.must(&RegisterAgent::new("late")).await;
    }

    /// A board that was in the session before writes nothing in it any more, in whichever way it is asked to.
    async fn nothing_is_written_in_one_that_ended_meanwhile(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (board, _) = inside(&seed, &agent).await;
        let by = Actor::agent(agent.id);
        let held = seed.work(&agent).await;
        let add = AddItems { project: None, items: vec![NewItem::titled("late")] };
        board.run(by, &add).await.expect("while it is open");
        seed.must(&end("day")).await;
        let before = seed.snapshot().await;
        let checkpoint = AddCheckpoint::of(Ref::Id(held.item.id), "late");
        let raw = t.raw().await;
        let refusals = [
            board.run(by, &add).await.map(drop),
            board.run(by, &checkpoint).await.map(drop),
            board.run_once(by, "once", &add).await.map(drop),
            board.rehearse(by, &add).await.map(drop),
            board.run_in(&raw, by, &add).await.map(drop),
            board.transaction(by, |tx| {
                let add = AddItems { project: None, items: vec![NewItem::titled("late")] };
                Box::pin(async move { tx.run(&add).await.map(drop) })
            }).await,
        ];
        for refused in refusals {
            let error = refused.expect_err("the session is over");
            assert!(matches!(&error, Error::Conflict(Conflict::Inactive { entity: "session", .. })), "{error:?}");
        }
        seed.assert_unchanged(&before, "what was refused").await;
    }
}
