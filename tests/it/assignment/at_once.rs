//! Claims and completions that are one statement and a transaction by themselves (PostgreSQL): the same as the long way
//! gives.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_service::agent::{EditAgent, GrantCapability};
use callboard_service::assignment::{Claim, ClaimOutcome, Complete, Completed, Fail};
use callboard_service::entity::CapabilityLevel::{Basic, Expert};
use callboard_service::entity::WorkItemType;
use callboard_service::item::{Assignee, NewItem, Requirement};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::setting::SetSetting;
use callboard_service::{Actor, Callboard, Change, ErrorKind, OpenOptions, Ref};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;
use support::{Kind, Seed, TestDb, both};

/// A board that counts its statements, and has just taken back what ran out.
async fn counting(t: &TestDb, seed: &Seed) -> (Callboard, Arc<AtomicUsize>) {
    let sent = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&sent);
    let options = OpenOptions::default().on_statement(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
    });
    let board = t.board_with(options).await;
    let idle = seed.agent("idle").await;
    let none = Claim { tag: Some("nowhere".to_owned()), ..Claim::one(Ref::Id(idle.id)) };
    let nothing = board.run(Actor::agent(idle.id), &none).await.expect("an answer");
    assert!(nothing.claimed.is_empty(), "{nothing:?}");
    sent.store(0, Ordering::Relaxed);
    (board, sent)
}

/// What does not differ from one run of the same claim to the next.
fn told(outcome: &ClaimOutcome) -> serde_json::Value {
    let items = outcome.claimed.iter().map(|claimed| {
        let held = claimed.lease_expires_at.expect("a lease") - claimed.item.updated_at;
        json!({
            "key": claimed.item.key, "attempt": claimed.attempt, "context": claimed.context,
            "recovery": claimed.recovery.is_some(), "minutes": (held.num_seconds() + 30) / 60,
            "revision": claimed.item.revision, "status": claimed.item.status.as_str(), "holder": claimed.item.assignee_id,
        })
    });
    json!({ "agent": outcome.agent, "constraints": outcome.constraints, "why": outcome.why_nothing, "items": items.collect::<Vec<_>>() })
}

/// Claims on the counting board what the long way says it would.
async fn claims(seed: &Seed, (board, sent): &(Callboard, Arc<AtomicUsize>), claim: Claim) -> (ClaimOutcome, usize) {
    // A rehearsal is never alone: it is taken back.
    let long = seed.board.rehearse(seed.me, &claim).await.expect("the long way");
    sent.store(0, Ordering::Relaxed);
    let done = board.run(seed.me, &claim).await.expect("claim");
    assert_eq!(told(&done), told(&long), "{claim:?}");
    (done, sent.load(Ordering::Relaxed))
}

both! {
    async fn it_is_one_statement_and_gives_what_the_long_way_gives(t: TestDb) {
        let seed = t.seed().await;
        let board = counting(&t, &seed).await;
        let agent = seed.agent_with("coder", &[("rust", Expert)], None).await;
        let constraints = Change::Set(json!({ "no_network": true }));
        seed.must(&EditAgent { constraints, ..EditAgent::new(Ref::Id(agent.id)) }).await;
        let other = seed.project("other", "OT").await.id;
        let lease = SetSetting { key: "lease_seconds".to_owned(), value: json!(1200), project: None };
        seed.must(&lease).await;
        seed.must(&SetSetting { value: json!(3600), project: Some("other".into()), ..lease }).await;
        for project in ["other", "demo"] {
            let item = |priority| NewItem { priority, ..NewItem::titled("x") };
            let bug = NewItem { r#type: WorkItemType::Bug, ..item(4) };
            let tagged = NewItem { tags: vec!["ui".to_owned()], ..item(4) };
            let needs = Requirement { capability: "rust".to_owned(), level: Basic };
            let skilled = NewItem { requirements: vec![needs], ..item(0) };
            seed.add_all_in(project, vec![item(3), item(1), item(2), item(3), item(3), bug, tagged, skilled]).await;
        }
        let one = || Claim::one("coder");
        let by_id = Claim::one(Ref::Id(agent.id));
        for (at, claim) in [
            one(),
            by_id.clone(),
            Claim { lease_seconds: Some(7200), ..one() },
            Claim { project: Some("other".into()), ..one() },
            Claim { project: Some(Ref::Id(other)), count: 2, ..by_id },
            Claim { kind: Some(WorkItemType::Bug), ..one() },
            Claim { tag: Some("ui".to_owned()), project: Some("other".into()), ..one() },
            Claim { count: 3, ..one() },
        ]
        .into_iter()
        .enumerate()
        {
            let wanted = claim.count as usize;
            let (done, statements) = claims(&seed, &board, claim).await;
            assert_eq!(done.claimed.len(), wanted);
            match t.kind() {
                // The first one finds that something needs a capability, which the shortest text is not for; when that is
                // gone, what the agent lacks is looked at once.
                Kind::Postgres => assert_eq!(statements, 1 + usize::from(at == 0 || at == 2), "{done:?}"),
                Kind::Sqlite => assert!(statements > 1, "SQLite has no round trips to save"),
            }
        }
    }

    /// Where nothing needs anything, a shorter text does.
    async fn a_plain_one_is_one_statement_and_gives_what_the_long_way_gives(t: TestDb) {
        let seed = t.seed().await;
        let board = counting(&t, &seed).await;
        let agent = seed.agent("coder").await;
        let constraints = Change::Set(json!({ "no_network": true }));
        seed.must(&EditAgent { constraints, ..EditAgent::new(Ref::Id(agent.id)) }).await;
        let other = seed.project("other", "OT").await.id;
        let lease = SetSetting { key: "lease_seconds".to_owned(), value: json!(1200), project: None };
        seed.must(&lease).await;
        seed.must(&SetSetting { value: json!(3600), project: Some("other".into()), ..lease }).await;
        for project in ["other", "demo"] {
            let item = |n| NewItem { priority: i64::from(n) * 7 % 5, ..NewItem::titled("x") };
            seed.add_all_in(project, (0_u8..8).map(item).collect()).await;
        }
        let one = || Claim::one("coder");
        let by_id = Claim::one(Ref::Id(agent.id));
        for claim in [
            one(),
            by_id.clone(),
            Claim { lease_seconds: Some(7200), ..one() },
            Claim { project: Some("other".into()), ..one() },
            Claim { project: Some(Ref::Id(other)), ..by_id.clone() },
            Claim { project: Some(Ref::Id(other)), ..one() },
        ] {
            let (done, statements) = claims(&seed, &board, claim).await;
            assert_eq!((done.claimed.len(), statements == 1), (1, t.kind() == Kind::Postgres), "{statements}: {done:?}");
            let claimed = &done.claimed[0];
            assert_eq!(claimed.item, seed.row(claimed.item.id).await, "what was given is what is stored");
        }
        // What is set aside for the agent comes first, however urgent the others are.
        let assignee = Some(Assignee::Agent(Ref::Id(agent.id)));
        let aside = seed.add(NewItem { priority: 4, assignee, ..NewItem::titled("aside") }).await;
        let (done, _) = claims(&seed, &board, one()).await;
        assert_eq!(done.claimed[0].item.id, aside.id);
    }

    /// What an agent lacks all of is as if it were not there, until it has some of it.
    async fn who_lacks_all_that_is_asked_for_claims_by_one_statement(t: TestDb) {
        let seed = t.seed().await;
        let board = counting(&t, &seed).await;
        let agent = seed.agent_with("coder", &[("rust", Basic)], None).await;
        let needs = |capability: &str, level| NewItem {
            requirements: vec![Requirement { capability: capability.to_owned(), level }],
            ..NewItem::titled(capability)
        };
        let urgent = |item: NewItem| NewItem { priority: 0, ..item };
        for project in ["demo", "other"] {
            if project == "other" {
                seed.project(project, "OT").await;
            }
            let mut items = vec![needs("art", Basic), needs("rust", Expert), needs("tool/git", Basic)];
            items = items.into_iter().map(urgent).collect();
            items.extend((0_u8..10).map(|n| NewItem { priority: i64::from(n) % 4 + 1, ..NewItem::titled("x") }));
            seed.add_all_in(project, items).await;
        }
        let expect = |statements: usize, on_postgres: usize| match t.kind() {
            Kind::Postgres => assert_eq!(statements, on_postgres),
            Kind::Sqlite => assert!(statements > 1, "SQLite has no round trips to save"),
        };
        let one = || Claim::one("coder");
        let in_other = || Claim { project: Some("other".into()), ..one() };
        // It is not plain, it is claimed all the same, and the agent is looked at.
        for (claim, on_postgres) in [(one(), 3), (one(), 1), (in_other(), 1), (one(), 1)] {
            let (done, statements) = claims(&seed, &board, claim).await;
            assert_eq!(done.claimed[0].item.requirement_key, "");
            expect(statements, on_postgres);
        }
        // What it lacks is still all that is asked for, though one of it is gone.
        let art = seed.agent_with("artist", &[("art", Basic)], None).await;
        for _ in 0..2 {
            assert_eq!(seed.claim(&art).await.item.requirement_key, "art:basic");
        }
        expect(claims(&seed, &board, one()).await.1, 1);
        // Something else is asked for, which it lacks too: the long way says so, and for a while is taken at once.
        seed.add(urgent(needs("law", Basic))).await;
        expect(claims(&seed, &board, one()).await.1, 2);
        expect(claims(&seed, &board, one()).await.1, 1);
        // Another agent, which then is granted what it lacked, by a capability or a tool.
        seed.agent("helper").await;
        let helper = || Claim::one("helper");
        expect(claims(&seed, &board, helper()).await.1, 2);
        expect(claims(&seed, &board, helper()).await.1, 1);
        let grant = |level| GrantCapability { agent: "helper".into(), capability: "rust".to_owned(), level, verified: false };
        seed.must(&grant(Expert)).await;
        let (done, statements) = claims(&seed, &board, helper()).await;
        assert_eq!(done.claimed[0].item.requirement_key, "rust:expert", "what it was granted since");
        expect(statements, 2);
        seed.agent("smith").await;
        let smith = || Claim::one("smith");
        expect(claims(&seed, &board, smith()).await.1, 2);
        seed.must(&EditAgent { tools: Some(vec!["git".to_owned()]), ..EditAgent::new("smith") }).await;
        let (done, _) = claims(&seed, &board, smith()).await;
        assert_eq!(done.claimed[0].item.requirement_key, "tool/git:basic", "the tool that it was given since");
        // What is set aside for the agent comes first all the same.
        let aside = NewItem { assignee: Some(Assignee::Agent(Ref::Id(agent.id))), priority: 4, ..NewItem::titled("aside") };
        let aside = seed.add(aside).await;
        assert_eq!(claims(&seed, &board, one()).await.0.claimed[0].item.id, aside.id);
    }

    /// Fifteen others who claim as many at the same time hide the heads of the queue from this one.
    async fn many_are_found_behind_what_others_have_locked(t: TestDb) {
        const COUNT: u32 = 20;
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all((0..COUNT * 16).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let others = seed.raw.begin().await.expect("begin");
        if t.kind() == Kind::Postgres {
            let heads = format!("SELECT id FROM work_items ORDER BY priority, id LIMIT {} FOR UPDATE", COUNT * 15);
            others.execute_unprepared(&heads).await.expect("lock what the others claim");
        }
        for count in [COUNT - 1, 1] {
            let claim = Claim { count, ..Claim::one("coder") };
            let done = seed.board.run(Actor::agent(agent.id), &claim).await.expect("claim");
            assert_eq!(done.claimed.len(), count as usize);
        }
        others.rollback().await.expect("let go");
    }

    async fn what_takes_more_goes_the_long_way(t: TestDb) {
        let seed = t.seed().await;
        let board = counting(&t, &seed).await;
        let agent = seed.agent("coder").await;
        let items = seed.add_all((0..3).map(|_| NewItem::titled("x")).collect()).await;

        // Somebody had it before: what they left is handed over.
        let first = seed.claim(&agent).await;
        let fail = Fail { assignment: first.assignment, reason: "no network".to_owned(), permanent: false };
        seed.must(&fail).await;
        seed.end_backoff(first.item.id).await;
        seed.expire().await;
        let (again, statements) = claims(&seed, &board, Claim::one("coder")).await;
        assert_eq!((&again.claimed[0].item.key, again.claimed[0].attempt), (&items[0].key, 2));
        assert!(again.claimed[0].recovery.is_some() && statements > 1, "{again:?}");

        // Fewer are ready than are asked for.
        let (rest, _) = claims(&seed, &board, Claim { count: 5, ..Claim::one("coder") }).await;
        assert_eq!(rest.claimed.len(), 2);
        // Nothing is ready: what there is, is told.
        seed.add(NewItem { requirements: vec![Requirement { capability: "art".to_owned(), level: Basic }], ..NewItem::titled("x") }).await;
        let (none, _) = claims(&seed, &board, Claim::one("coder")).await;
        assert!(none.claimed.is_empty() && none.why_nothing[0].contains("1 item is ready"), "{none:?}");

        // An agent's open assignments are counted under its lock.
        seed.agent_with("limited", &[], Some(1)).await;
        seed.add_all((0..3).map(|_| NewItem::titled("x")).collect()).await;
        let (one, _) = claims(&seed, &board, Claim { count: 2, ..Claim::one("limited") }).await;
        assert_eq!(one.claimed.len(), 1);
        let (full, _) = claims(&seed, &board, Claim::one("limited")).await;
        assert!(full.claimed.is_empty(), "{full:?}");
        let error = board.0.run(seed.me, &Claim::one("nobody")).await.expect_err("no agent");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    async fn a_plain_completion_is_one_statement(t: TestDb) {
        let seed = t.seed().await;
        let (board, sent) = counting(&t, &seed).await;
        let agent = seed.agent("coder").await;
        for waited in [false, true] {
            let held = seed.work(&agent).await;
            if waited {
                let next = seed.add(NewItem::titled("waits")).await.id;
                seed.must(&AddPrerequisite::new(next, held.item.id)).await;
            }
            let (notes, result) = (Some("with tests".to_owned()), Some(json!({ "files": 3 })));
            let hours = Some(rust_decimal::Decimal::new(150, 2));
            let complete = Complete { notes, result, actual_hours: hours, assignment: held.assignment, force: None };
            let long = seed.board.rehearse(Actor::agent(agent.id), &complete).await.expect("the long way");
            sent.store(0, Ordering::Relaxed);
            let done = board.run(Actor::agent(agent.id), &complete).await.expect("complete");
            let statements = sent.load(Ordering::Relaxed);
            assert_eq!(statements == 1, t.kind() == Kind::Postgres && !waited, "{statements} statements");
            assert_eq!((done.unblocked.len(), done.already, &done.gate), (usize::from(waited), false, &long.gate));
            let told = |done: &Completed| {
                let (item, held) = (&done.item, &done.assignment);
                let of_item = (item.status, item.delegation_status, item.actual_hours, item.revision, item.unmet_prerequisites);
                (of_item, held.status, held.notes.clone(), held.context.clone())
            };
            assert_eq!(told(&done), told(&long));
            assert_eq!(done.item, seed.row(held.item.id).await, "what was given is what is stored");
            assert!(board.run(Actor::agent(agent.id), &complete).await.expect("a repeat").already);
        }
    }
}
