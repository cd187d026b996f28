//! The hot verbs do on the lane what they do on the board's other connection, and all of it there.

use callboard_service::assignment::{Assign, Claim, Complete, CompleteAndClaim, Fail, Heartbeat, Holder, Start};
use callboard_service::entity::CapabilityLevel;
use callboard_service::item::NewItem;
use callboard_service::session::StartSession;
use callboard_service::{Actor, Callboard, Conflict, Error, ErrorKind, OpenOptions, Ref, WriteLane};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use support::{Seed, TestDb, on_sqlite};

use super::{claim, counts, full, normal, stocked};

on_sqlite! {
    /// Answers and rows, with every optional field in use; only ids and times differ.
    why: "PostgreSQL has no write lane that could differ from its other connections";
    async fn the_same_story_has_the_same_end(t: TestDb) {
        let seed = t.seed().await;
        let mut told = Vec::new();
        for (number, options) in [
            OpenOptions { lane: WriteLane::off(), ..OpenOptions::default() },
            OpenOptions::default(),
            normal(),
        ].into_iter().enumerate() {
            let board = t.board_with(options).await;
            told.push(story(&seed, &board, number).await);
            if let Some(counts) = board.lane_counts() {
                assert_eq!(counts.elsewhere, 0, "a hot verb had to leave the lane: {counts:?}");
                assert!(counts.verbs > 15, "{counts:?}");
            }
        }
        let [off, on, inline] = told.try_into().expect("three stories");
        assert_eq!(off, on);
        assert_eq!(off, inline);
        seed.end_backoffs().await;
        seed.expire().await;
    }

    /// Typed, by the same kinds: SQLite's own errors come from another driver there.
    why: "PostgreSQL has no write lane, whose errors come from another driver";
    async fn a_taken_value_is_told_by_its_name(t: TestDb) {
        use sea_orm::ConnectionTrait;
        let (seed, _) = stocked(&t, 1).await;
        for (sql, expected) in [
            ("INSERT INTO board_users (id, name, created_at, updated_at) SELECT id, 'other', created_at, updated_at FROM board_users", "unique"),
            ("UPDATE work_items SET parent_id = x'00112233445566778899aabbccddeeff'", "referred"),
        ] {
            let breaks = super::Here::new(move |tx| Box::pin(async move {
                tx.connection().execute_unprepared(sql).await?;
                Ok(())
            }));
            let error = seed.board.run(seed.me, &breaks).await.expect_err("it breaks a rule");
            assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
            assert!(error.to_string().contains(expected), "{error}");
        }
        assert_eq!(counts(&seed.board).elsewhere, 0);
    }
}

/// Goes through the hot verbs, and gives what each answered, without what differs from time to time.
async fn story(seed: &Seed, board: &Callboard, number: usize) -> Vec<Value> {
    let slug = format!("coder-{number}");
    let agent = seed.agent_with(&slug, &[("rust", CapabilityLevel::Expert)], Some(50)).await;
    let me = Actor::agent(agent.id);
    let first = seed.add(full(seed)).await;
    let waits = NewItem { prerequisites: vec![Ref::Id(first.id).into()], ..NewItem::titled("waits") };
    let waits = seed.add(waits).await;
    let (assigned, fails) = (seed.item().await, seed.item().await);
    let mut told = Vec::new();
    let mut tell = |what: &str, answer: Result<Value, Error>| {
        let answer = answer.unwrap_or_else(|error| json!(format!("{:?}", error.kind())));
        told.push(json!([what, plain(answer)]));
    };

    let one =
        Claim { item: Some(Ref::Id(first.id)), tag: Some("tag".to_owned()), ..Claim::one(Ref::from(slug.as_str())) };
    let outcome = board.run(me, &one).await.expect("claim");
    let held = outcome.claimed[0].assignment;
    assert_eq!(outcome.claimed[0].item, seed.row(first.id).await, "what was answered is what is there");
    tell("claim", Ok(json!(outcome)));
    let twice = board.run(me, &one).await;
    assert!(matches!(twice, Err(Error::NotAssignable { .. })), "{twice:?}");
    tell("claim again", twice.map(|o| json!(o)));

    for seconds in [Some(600), None] {
        let lease = board.run(me, &Heartbeat { assignment: held, lease_seconds: seconds }).await;
        tell("heartbeat", lease.map(|lease| json!(lease)));
    }
    let lease = Heartbeat { assignment: held, lease_seconds: Some(1) };
    tell("a short lease", board.run(me, &lease).await.map(|lease| json!(lease)));

    let assign = Assign {
        item: Ref::Id(assigned.id),
        holder: Holder::Agent(Ref::Id(agent.id)),
        accept_seconds: None,
        context: Some(json!({"k": 1})),
        notes: None,
    };
    let pushed = seed.must(&assign).await.assignment;
    for lease_seconds in [None, Some(60)] {
        let start = Start { assignment: pushed.id, lease_seconds };
        tell("start", board.run(me, &start).await.map(|outcome| json!(outcome)));
    }

    let complete = Complete {
        assignment: held,
        notes: Some("done; it's".to_owned()),
        actual_hours: Some(Decimal::new(205, 2)),
        result: Some(json!({"files": ["a"]})),
        force: None,
    };
    let next = Claim { item: Some(Ref::Id(waits.id)), ..claim(&agent) };
    let both = board.run(me, &CompleteAndClaim { complete: complete.clone(), claim: next }).await.expect("both");
    assert_eq!(
        (both.completed.unblocked.as_slice(), &both.completed.item),
        ([waits.id].as_slice(), &seed.row(first.id).await)
    );
    assert_eq!(both.completed.assignment, seed.assignment(held).await);
    tell("complete and claim", Ok(json!(both)));
    tell("complete again", board.run(me, &complete).await.map(|done| json!(done)));
    let late = Heartbeat { assignment: held, lease_seconds: None };
    tell("a late heartbeat", board.run(me, &late).await.map(|lease| json!(lease)));

    // A failure, and the package of what was left that comes with the next claim.
    let one = Claim { item: Some(Ref::Id(fails.id)), ..claim(&agent) };
    let once = board.run_once(me, &format!("k{number}"), &one).await.expect("claim");
    assert_eq!(board.run_once(me, &format!("k{number}"), &one).await.expect("a repeat"), once);
    let other = Claim { count: 2, ..one.clone() };
    let other = board.run_once(me, &format!("k{number}"), &other).await;
    assert!(matches!(other, Err(Error::Conflict(Conflict::IdempotencyKey { .. }))), "{other:?}");
    let held = once.claimed[0].assignment;
    let fail = Fail { assignment: held, reason: "it broke".to_owned(), permanent: false };
    let mut failed = board.run(me, &fail).await.expect("fail");
    assert_eq!(failed.item, seed.row(fails.id).await);
    failed.item.available_at = None;
    tell("fail", Ok(json!(failed)));
    seed.end_backoff(fails.id).await;
    seed.expire().await;
    let session =
        StartSession { key: Some(format!("s{number}")), item: Some(Ref::Id(fails.id)), ..StartSession::default() };
    let session = board.run(me, &session).await.expect("a session");
    let inside = board.in_session(&Ref::Id(session.id)).await.expect("the session");
    let again = inside.run(me, &one).await.expect("claim");
    assert!(again.claimed[0].recovery.is_some(), "what the first one left comes along");
    tell("claim after a failure", Ok(json!({"agent": again.agent, "attempt": again.claimed[0].attempt})));
    let permanent = Fail { assignment: again.claimed[0].assignment, reason: "for good".to_owned(), permanent: true };
    tell("fail for good", inside.run(me, &permanent).await.map(|failed| json!(failed)));
    let kinds: Vec<_> = seed.events(fails.id).await.into_iter().map(|e| (e.kind, e.session_id.is_some())).collect();
    tell("the ledger", Ok(json!(kinds)));
    let nothing = Claim { tag: Some("no such".to_owned()), ..claim(&agent) };
    tell("nothing", board.run(me, &nothing).await.map(|outcome| json!(outcome.claimed.len())));
    tell("nobody", board.run(me, &Claim::one("nobody")).await.map(|outcome| json!(outcome)));
    told
}

/// Without ids, times, keys and slugs.
fn plain(value: Value) -> Value {
    match value {
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, plain(value))).collect(),
        Value::Array(list) => list.into_iter().map(plain).collect(),
        Value::String(text) => {
            let is_id = uuid::Uuid::parse_str(&text).is_ok();
            let is_time = chrono::DateTime::parse_from_rfc3339(&text).is_ok();
            let is_name = text.starts_with("CB-") || text.starts_with("coder-") || text.starts_with("item ");
            Value::String(if is_id || is_time || is_name { "..".to_owned() } else { text })
        }
        other => other,
    }
}
