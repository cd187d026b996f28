//! Completing many: each has its own answer, and is what completing it alone would have made of it.

use callboard_service::assignment::{
    Claim, Complete, CompleteAnswer, CompleteMany, CompletedMany, MAX_COMPLETE, Start,
};
use callboard_service::entity::{
    TaskAssignmentStatus, WorkItemQualityGateLevel as Level, WorkItemStatus as Status, agent_profiles, work_items,
};
use callboard_service::item::NewItem;
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Actor, ErrorKind, Ref, id};
use serde_json::json;
use support::flow::delegated;
use support::{Kind, Seed, TestDb, both};
use uuid::Uuid;

use crate::gate::Gated;

fn one(assignment: Uuid) -> Complete {
    Complete { assignment, ..Complete::default() }
}

fn many(assignments: impl IntoIterator<Item = Uuid>) -> CompleteMany {
    CompleteMany { assignments: assignments.into_iter().map(one).collect() }
}

fn counts(done: &CompletedMany) -> (u64, u64, u64) {
    (done.completed, done.already, done.refused)
}

fn refused(answer: &CompleteAnswer) -> (ErrorKind, &str) {
    let refused = answer.refused.as_ref().expect("it is refused");
    assert!(answer.completed.is_none());
    (refused.kind, &refused.why)
}

/// New items, claimed by the agent.
async fn held(seed: &Seed, agent: &agent_profiles::Model, count: usize) -> Vec<Uuid> {
    seed.add_all((0..count).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
    let claim = Claim { count: u32::try_from(count).expect("few"), ..Claim::one(Ref::Id(agent.id)) };
    let claimed = seed.by(agent, &claim).await.expect("claim").claimed;
    assert_eq!(claimed.len(), count);
    claimed.into_iter().map(|c| c.assignment).collect()
}

/// What an item is, but for what differs from one to the other by nature.
fn alike(item: &work_items::Model) -> serde_json::Value {
    let mut row = serde_json::to_value(item).expect("JSON");
    for own in ["id", "key", "title", "created_at", "updated_at", "completed_at", "last_activity_at"] {
        row[own].take();
    }
    for own in ["assignment", "at"] {
        row["delegation_history"][0][own].take();
    }
    row
}

both! {
    /// The control of the statement for many: an item that is completed alone has the same row, ledger and assignment.
    async fn each_is_completed_as_it_would_be_alone(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let ids = held(&seed, &agent, 4).await;
        let full = |assignment| Complete {
            notes: Some("two commits".to_owned()),
            actual_hours: Some("1.005".parse().expect("a number")),
            result: Some(json!({"ok": [1, null, "é"]})),
            ..one(assignment)
        };
        let alone = [seed.by(&agent, &one(ids[0])).await, seed.by(&agent, &full(ids[1])).await];
        let alone = alone.map(|done| done.expect("complete"));
        let verb = CompleteMany { assignments: vec![full(ids[3]), one(ids[2])] };
        let done = seed.by(&agent, &verb).await.expect("complete");
        assert_eq!(counts(&done), (2, 0, 0));
        assert_eq!(done.answers.iter().map(|a| a.assignment).collect::<Vec<_>>(), [ids[3], ids[2]], "in their order");
        for (answer, alone) in done.answers.iter().zip([&alone[1], &alone[0]]) {
            let own = answer.completed.as_ref().expect("it is completed");
            let (row, item) = (seed.assignment(answer.assignment).await, seed.row(own.item.id).await);
            assert_eq!((&own.assignment, &own.item), (&row, &item), "what is told is what is stored");
            assert_eq!(alike(&item), alike(&seed.row(alone.item.id).await));
            assert_eq!((item.completed_at, item.last_activity_at), (row.completed_at, row.completed_at));
            assert_eq!((&row.status, &row.notes, &row.context), (&TaskAssignmentStatus::Completed, &alone.assignment.notes, &alone.assignment.context));
            let [last, other] = [item.id, alone.item.id].map(|id| seed.events(id));
            let (last, other) = (last.await.pop().expect("a row"), other.await.pop().expect("a row"));
            let told = |e: &callboard_service::entity::work_item_events::Model| {
                let mut data = e.data.clone().expect("data");
                data["after"]["assignment_id"].take();
                (e.kind.clone(), e.from_status.clone(), e.to_status.clone(), e.reason.clone(), e.actor_id, e.revision, data)
            };
            assert_eq!(told(&last), told(&other));
            assert_eq!((last.assignment_id, last.created_at), (Some(row.id), item.updated_at));
        }
    }

    async fn what_is_refused_keeps_none_of_the_others_back(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let ids = held(&seed, &agent, 5).await;
        let [good, lapsed, done_before, last, bad] = ids[..] else { panic!("five") };
        seed.lapse(lapsed).await;
        seed.by(&agent, &one(done_before)).await.expect("complete");
        let waiting = seed.assign(seed.item().await.id, &agent).await.assignment.id;
        let unknown = id::new();
        let mut verb = many([lapsed, good, unknown, done_before, waiting, bad, last, good]);
        verb.assignments[5].notes = Some("\u{1b}]0;x\u{7}".to_owned());
        let before = seed.assignment(lapsed).await;
        let done = seed.by(&agent, &verb).await.expect("it has answers");
        assert_eq!(counts(&done), (2, 2, 4));
        let kinds: Vec<_> = [0, 2, 4, 5].map(|n| refused(&done.answers[n]).0).to_vec();
        assert_eq!(kinds, [ErrorKind::LeaseLost, ErrorKind::NotFound, ErrorKind::Conflict, ErrorKind::Invalid]);
        assert!(refused(&done.answers[0]).1.contains("ran out"), "{:?}", done.answers[0]);
        assert!(refused(&done.answers[4]).1.contains("possible: start"), "{:?}", done.answers[4]);
        for (n, already) in [(1, false), (3, true), (6, false), (7, true)] {
            let own = done.answers[n].completed.as_ref().expect("it is completed");
            assert_eq!((own.already, own.item.status), (already, Status::Done), "{n}");
        }
        assert_eq!(seed.assignment(lapsed).await, before);
        assert_eq!(seed.kinds(done.answers[1].completed.as_ref().expect("done").item.id).await.len(), 3, "once");
        assert_eq!(seed.assignment(waiting).await.status, TaskAssignmentStatus::Assigned);

        seed.by(&agent, &Start { assignment: waiting, lease_seconds: None }).await.expect("start");
        let again = seed.by(&agent, &verb).await.expect("it has answers");
        assert_eq!(counts(&again), (1, 4, 3), "a repeat does what is left");
    }

    async fn what_waits_for_several_of_them_is_set_free_by_the_last(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let ids = held(&seed, &agent, 3).await;
        let mut items = Vec::new();
        for id in &ids {
            items.push(seed.assignment(*id).await.work_item_id);
        }
        let [of_one, of_two, of_all, hint] = [(); 4].map(|()| seed.item());
        let waits = [of_one.await, of_two.await, of_all.await, hint.await];
        let other = seed.item().await.id;
        for (waiting, prerequisites) in waits.iter().zip([vec![0], vec![0, 1], vec![0, 1, 2], vec![2]]) {
            for n in prerequisites {
                let edge = AddPrerequisite::new(Ref::Id(waiting.id), Ref::Id(items[n]));
                seed.must(&AddPrerequisite { optional: waiting.id == waits[3].id, ..edge }).await;
            }
        }
        seed.must(&AddPrerequisite::new(Ref::Id(waits[2].id), Ref::Id(other))).await;
        let done = seed.by(&agent, &many(ids.clone())).await.expect("complete");
        let mut free: Vec<Uuid> = done.answers.iter().flat_map(|a| a.completed.as_ref().expect("done").unblocked.clone()).collect();
        free.sort();
        let mut expected = [waits[0].id, waits[1].id];
        expected.sort();
        assert_eq!(free, expected, "each once, and none that waits for more");
        let mut unmet = Vec::new();
        for item in &waits {
            unmet.push(seed.row(item.id).await.unmet_prerequisites);
        }
        assert_eq!(unmet, [0, 0, 1, 0]);
        for (item, times) in waits.iter().zip([1, 2, 3, 1]) {
            let satisfied: Vec<_> =
                seed.events(item.id).await.into_iter().filter(|e| e.kind == "prerequisite_satisfied").collect();
            assert_eq!(satisfied.len(), times, "a ledger row for each");
            let mut of: Vec<_> = satisfied.iter().map(|e| e.data.as_ref().expect("data")["prerequisite_id"].clone()).collect();
            of.dedup();
            assert_eq!(of.len(), times, "and each of another one");
        }
    }

    /// Files are looked at for all of them together; a gate that is not met is an answer.
    async fn gates_are_met_or_refuse_one_by_one(t: TestDb) {
        let gated = Gated::new(&t).await;
        let plain = gated.work(Level::Standard).await;
        let [good, bad, strict] = [Level::Enhanced, Level::Enhanced, Level::Strict].map(|level| gated.work(level));
        let (good, bad, strict) = (good.await, bad.await, strict.await);
        for (held, file) in [(&plain, "p"), (&good, "g"), (&bad, "b"), (&strict, "s")] {
            gated.create(held.item.id, file, "text").await;
        }
        gated.remove("b");
        let verb = many([&plain, &bad, &good, &strict].map(|held| held.assignment));
        let done = gated.seed.by(&gated.agent, &verb).await.expect("it has answers");
        assert_eq!(counts(&done), (3, 0, 1));
        assert_eq!(refused(&done.answers[1]).0, ErrorKind::GateNotMet);
        let missing = done.answers[1].refused.as_ref().map(|refused| refused.missing.clone());
        assert_eq!(missing, Some(vec!["the file b is missing".to_owned()]));
        let status = [&plain, &bad, &good, &strict].map(|held| gated.row(held.item.id));
        let mut found = Vec::new();
        for row in status {
            found.push(row.await.status);
        }
        assert_eq!(found, [Status::Done, Status::InProgress, Status::Done, Status::Review]);
    }

    async fn a_workflows_step_is_followed_and_may_refuse(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[]), ("b", &["a"])])).await;
        let step = seed.claim_step(&agent, run.id, "a").await;
        let plain = seed.work(&agent).await.assignment;
        let done = seed.by(&agent, &many([step, plain])).await.expect("complete");
        assert_eq!(counts(&done), (2, 0, 0));
        assert_eq!(seed.item_of(run.id, "b").await.status, Status::Todo, "the run went on");

        let gated = "name: gated\nsteps:\n  - name: a\n    delegate: {}\n    gate: [{ field: n, at_least: 2 }]\n";
        let run = seed.flow(gated).await;
        let step = seed.claim_step(&agent, run.id, "a").await;
        let plain = seed.work(&agent).await.assignment;
        let done = seed.by(&agent, &many([step, plain])).await.expect("it has answers");
        assert_eq!((counts(&done), refused(&done.answers[0]).0), ((1, 0, 1), ErrorKind::GateNotMet));
        assert_eq!(seed.assignment(step).await.status, TaskAssignmentStatus::Started, "nothing of it was changed");
    }

    async fn the_number_has_bounds(t: TestDb) {
        let seed = t.seed().await;
        assert_eq!(seed.must_refuse(&CompleteMany::default()).await.kind(), ErrorKind::Invalid);
        let too_many = many((0..=MAX_COMPLETE).map(|_| id::new()));
        assert_eq!(seed.must_refuse(&too_many).await.kind(), ErrorKind::Invalid);
        let none = seed.must(&many((0..MAX_COMPLETE).map(|_| id::new()))).await;
        assert_eq!(counts(&none), (0, 0, 500));
    }

    /// On PostgreSQL, where every one is a round trip. On SQLite each takes its own.
    async fn the_statements_do_not_grow_with_the_items(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let actor = Actor::agent(agent.id);
        let mut sent = Vec::new();
        for count in [1, 50] {
            let ids = held(&seed, &agent, count).await;
            let waits = seed.add_all((0..count).map(|n| NewItem::titled(format!("w{n}"))).collect()).await;
            for (item, id) in waits.iter().zip(&ids) {
                let of = seed.assignment(*id).await.work_item_id;
                seed.must(&AddPrerequisite::new(Ref::Id(item.id), Ref::Id(of))).await;
            }
            let (statements, done) = t.statements_of(&seed.board, actor, &many(ids)).await;
            assert_eq!(done.completed, count as u64);
            sent.push(statements);
        }
        match t.kind() {
            Kind::Postgres => assert!(sent[0] == sent[1] && sent[1] <= 9, "{sent:?}"),
            Kind::Sqlite => assert!(sent[1] <= 50 * sent[0], "{sent:?}"),
        }
    }
}
