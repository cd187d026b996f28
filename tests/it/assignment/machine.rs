//! The machine of assignments: every pair of state and event, by the public verb on a stored row.

use callboard_service::assignment::state::{self, AssignmentEvent as Event, OPEN};
use callboard_service::assignment::{
    Assign, Cancel, Claim, Complete, Expire, Fail, Holder, Outcome, Pause, Resume, Start,
};
use callboard_service::entity::{
    TaskAssignmentStatus as Status, WorkItemAssigneeType, WorkItemDelegationStatus as Delegation, WorkItemStatus,
    agent_profiles, work_items,
};
use callboard_service::item::{CancelItem, NewItem};
use callboard_service::{Actor, Error, ErrorKind, Ref};
use chrono::TimeDelta;
use support::{Seed, TestDb, both, plain};
use uuid::Uuid;

/// What each event does in each state, in the order of [`Event::ALL`]: start, pause, resume, complete, fail, cancel,
/// expire. A state is where it leads; `same` is a repeat; `no` is refused as a transition, `lost` as a lost lease;
/// `skip` is passed over by expire.
const TABLE: [(Status, [&str; 7]); 7] = [
    (Status::Assigned, ["started", "no", "no", "no", "no", "cancelled", "expired"]),
    (Status::Started, ["same", "paused", "same", "completed", "failed", "cancelled", "expired"]),
    (Status::Paused, ["no", "same", "started", "no", "failed", "cancelled", "expired"]),
    (Status::Completed, ["no", "no", "no", "same", "no", "no", "skip"]),
    (Status::Failed, ["no", "no", "no", "no", "same", "no", "skip"]),
    (Status::Cancelled, ["lost", "lost", "lost", "lost", "lost", "same", "skip"]),
    (Status::Expired, ["lost", "lost", "lost", "lost", "lost", "no", "skip"]),
];

plain! {
    fn the_pure_machine_is_the_table() {
        assert_eq!(TABLE.map(|(state, _)| state).as_slice(), Status::ALL);
        for (from, row) in TABLE {
            for (event, cell) in Event::ALL.iter().zip(row) {
                let next = state::next(from, *event).map(|s| s.as_str().to_owned());
                let expected = Status::ALL.iter().any(|s| s.as_str() == cell).then(|| cell.to_owned());
                assert_eq!(next, expected, "{from} + {}", event.as_str());
            }
            let possible: Vec<_> = Event::ALL.iter().filter(|e| state::next(from, **e).is_some()).collect();
            assert_eq!(state::possible(from), possible.iter().map(|e| e.as_str()).collect::<Vec<_>>());
            assert_eq!(OPEN.contains(&from), !possible.is_empty(), "{from}");
        }
    }
}

both! {
    async fn every_pair_on_a_stored_row(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for (from, row) in TABLE {
            for (event, cell) in Event::ALL.iter().zip(row) {
                let id = put(&seed, &agent, from, 3).await;
                pair(&seed, &agent, id, from, *event, cell).await;
                // Else its backoff is over in the middle of a later pair, and an expiry that changes nothing releases it.
                seed.end_backoffs().await;
                seed.expire().await;
            }
        }
    }

    async fn without_attempts_left_the_item_is_dead(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for from in [Status::Started, Status::Paused] {
            for event in [Event::Fail, Event::Expire] {
                let id = put(&seed, &agent, from, 1).await;
                if event == Event::Expire {
                    seed.lapse(id).await;
                }
                let before = item_of(&seed, id).await;
                run(&seed, &agent, id, event).await.expect("the last attempt ends");
                let what = format!("{from} + {}", event.as_str());
                let after = seed.row(before.id).await;
                let states = (after.status, after.delegation_status, after.assignee_type, after.assignee_id);
                assert_eq!(states, (WorkItemStatus::Blocked, Delegation::Blocked, None, None), "{what}");
                assert_eq!((after.attempt_count, after.available_at, after.completed_at), (1, None, None), "{what}");
                assert!(after.dead_at.is_some(), "{what}");
                let why = if event == Event::Fail { "failed: too hard" } else { "the lease of attempt 1 ran out" };
                assert_eq!(after.blocked_reason.as_deref(), Some(why), "{what}");
            }
        }
    }

    async fn an_acceptance_that_ran_out_is_never_the_last_attempt(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let id = put(&seed, &agent, Status::Assigned, 1).await;
        seed.lapse(id).await;
        run(&seed, &agent, id, Event::Expire).await.expect("expire");
        let after = item_of(&seed, id).await;
        assert_eq!((after.status, after.dead_at, after.attempt_count), (WorkItemStatus::Todo, None, 0));
        assert!(after.available_at.is_some());
    }

    async fn cancelling_the_item_cancels_what_holds_it(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for from in OPEN {
            let id = put(&seed, &agent, *from, 3).await;
            let item = item_of(&seed, id).await;
            let cancel = CancelItem { reason: Some("not wanted".to_owned()), ..CancelItem::new(Ref::Id(item.id)) };
            seed.board.run(seed.me, &cancel).await.expect("cancel the item");
            let (assignment, after) = (seed.assignment(id).await, seed.row(item.id).await);
            assert_eq!(assignment.status, Status::Cancelled, "{from}");
            assert!(assignment.completed_at.is_some());
            assert_eq!((after.status, after.delegation_status), (WorkItemStatus::Cancelled, Delegation::Cancelled));
            assert_eq!((after.assignee_type, after.assignee_id, after.blocked_reason), (None, None, None), "{from}");
            assert_eq!((after.completed_at, after.dead_at, after.available_at), (None, None, None), "{from}");
        }
    }
}

/// An item and its assignment in a state, by public verbs.
async fn put(seed: &Seed, agent: &agent_profiles::Model, state: Status, max_attempts: i64) -> Uuid {
    let item = seed.add(NewItem { max_attempts, ..NewItem::titled("work") }).await;
    let (item, me) = (Ref::Id(item.id), seed.me);
    if state == Status::Assigned {
        let holder = Holder::Agent(Ref::Id(agent.id));
        let assign = Assign { item, holder, accept_seconds: None, context: None, notes: None };
        return seed.board.run(me, &assign).await.expect("assign").assignment.id;
    }
    let claim = Claim { item: Some(item), ..Claim::one(Ref::Id(agent.id)) };
    let id = seed.board.run(me, &claim).await.expect("claim").claimed[0].assignment;
    let by = match state {
        Status::Started | Status::Assigned => None,
        Status::Paused => Some(Event::Pause),
        Status::Completed => Some(Event::Complete),
        Status::Failed => Some(Event::Fail),
        Status::Cancelled => Some(Event::Cancel),
        Status::Expired => Some(Event::Expire),
    };
    if let Some(event) = by {
        if event == Event::Expire {
            seed.lapse(id).await;
        }
        run(seed, agent, id, event).await.expect("reach the state");
    }
    assert_eq!(seed.assignment(id).await.status, state);
    id
}

/// Runs an event's verb. `Ok(None)`: expire passed the assignment over.
async fn run(seed: &Seed, agent: &agent_profiles::Model, id: Uuid, event: Event) -> Result<Option<Outcome>, Error> {
    let (board, by) = (&seed.board, Actor::agent(agent.id));
    let reason = || "too hard".to_owned();
    match event {
        Event::Start => board.run(by, &Start { assignment: id, lease_seconds: None }).await.map(Some),
        Event::Pause => {
            let pause = Pause { assignment: id, reason: "waits for an answer".to_owned(), deadline_seconds: None };
            board.run(by, &pause).await.map(Some)
        }
        Event::Resume => board.run(by, &Resume { assignment: id, lease_seconds: None }).await.map(Some),
        Event::Complete => {
            let done = board.run(by, &Complete { assignment: id, ..Complete::default() }).await?;
            Ok(Some(Outcome { assignment: done.assignment, item: done.item, already: done.already }))
        }
        Event::Fail => board.run(by, &Fail { assignment: id, reason: reason(), permanent: false }).await.map(Some),
        Event::Cancel => board.run(seed.me, &Cancel { assignment: id, reason: reason() }).await.map(Some),
        Event::Expire => {
            let item = item_of(seed, id).await;
            let done = board.run(seed.me, &Expire::default()).await?;
            if !done.expired.contains(&item.key) {
                return Ok(None);
            }
            let (assignment, item) = (seed.assignment(id).await, seed.row(item.id).await);
            Ok(Some(Outcome { assignment, item, already: false }))
        }
    }
}

async fn item_of(seed: &Seed, assignment: Uuid) -> work_items::Model {
    seed.row(seed.assignment(assignment).await.work_item_id).await
}

async fn pair(seed: &Seed, agent: &agent_profiles::Model, id: Uuid, from: Status, event: Event, cell: &str) {
    let what = format!("{from} + {}", event.as_str());
    if event == Event::Expire {
        seed.lapse(id).await;
    }
    let before = item_of(seed, id).await;
    let snapshot = seed.snapshot().await;
    let result = run(seed, agent, id, event).await;
    if let Some(next) = state::next(from, event) {
        assert_eq!(next.as_str(), cell, "{what}");
        let outcome = result.unwrap_or_else(|e| panic!("{what}: {e}")).unwrap_or_else(|| panic!("{what}: passed over"));
        assert!(!outcome.already, "{what}");
        let (assignment, after) = (seed.assignment(id).await, seed.row(before.id).await);
        assert_eq!(
            (&outcome.assignment, &outcome.item),
            (&assignment, &after),
            "{what}: what is told is what is stored"
        );
        assert_eq!((assignment.status, after.revision), (next, before.revision + 1), "{what}");
        moved(&before, &after, agent.id, from, event, next, &what);
        let events = seed.events(before.id).await;
        let last = events.last().expect("a ledger row");
        assert_eq!((last.assignment_id, last.revision), (Some(id), after.revision), "{what}");
        assert_eq!(assignment.completed_at.is_some(), !OPEN.contains(&next), "{what}");
        return;
    }
    seed.assert_unchanged(&snapshot, &what).await;
    match (cell, result) {
        ("same", Ok(Some(outcome))) => {
            assert!(outcome.already, "{what}");
            assert_eq!((outcome.assignment, outcome.item), (seed.assignment(id).await, before), "{what}");
        }
        ("skip", Ok(None)) => {}
        ("lost", Err(error)) => {
            assert_eq!(error.kind(), ErrorKind::LeaseLost, "{what}: {error}");
            let Error::LeaseLost { assignment, why } = error else { panic!("{what}: {error}") };
            assert_eq!(assignment, id);
            assert_eq!(why, format!("{} is {from}, so {} is not possible", before.key, event.as_str()), "{what}");
        }
        ("no", Err(error)) => {
            assert_eq!(error.kind(), ErrorKind::Conflict, "{what}: {error}");
            let Error::Transition { entity, name, from: at, event: asked, allowed } = error else {
                panic!("{what}: {error}")
            };
            assert_eq!((entity, name), ("assignment", format!("{id} of {}", before.key)), "{what}");
            assert_eq!((at.as_str(), asked.as_str()), (from.as_str(), event.as_str()), "{what}");
            assert_eq!(allowed, state::possible(from), "{what}");
        }
        (_, result) => panic!("{what}: {result:?} is not '{cell}'"),
    }
}

/// What the domain's table says of the item.
fn moved(
    before: &work_items::Model,
    after: &work_items::Model,
    agent: Uuid,
    from: Status,
    event: Event,
    to: Status,
    what: &str,
) {
    let held = (Some(WorkItemAssigneeType::Agent), Some(agent));
    let (status, delegation, assignee) = match to {
        Status::Assigned => (WorkItemStatus::Todo, Delegation::Assigned, held),
        Status::Started => (WorkItemStatus::InProgress, Delegation::InProgress, held),
        Status::Paused => (WorkItemStatus::InProgress, Delegation::Blocked, held),
        Status::Completed => (WorkItemStatus::Done, Delegation::Completed, held),
        Status::Failed | Status::Expired | Status::Cancelled => {
            (WorkItemStatus::Todo, Delegation::Unassigned, (None, None))
        }
    };
    assert_eq!((after.status, after.delegation_status), (status, delegation), "{what}");
    assert_eq!((after.assignee_type, after.assignee_id), assignee, "{what}");
    let attempts = match (event, from) {
        (Event::Start, _) => before.attempt_count + 1,
        // Being taken back costs no attempt, so the one that the start used up is given back.
        (Event::Cancel, Status::Started | Status::Paused) => before.attempt_count - 1,
        _ => before.attempt_count,
    };
    assert_eq!(after.attempt_count, attempts, "{what}: attempts");
    assert_eq!(after.completed_at.is_some(), to == Status::Completed, "{what}: completed_at");
    assert_eq!(after.dead_at, None, "{what}");
    let reason = (to == Status::Paused).then_some("waits for an answer");
    assert_eq!(after.blocked_reason.as_deref(), reason, "{what}: blocked_reason");
    let pause = after.available_at.map(|at| at - after.updated_at);
    if matches!(to, Status::Failed | Status::Expired) {
        let pause = pause.unwrap_or_else(|| panic!("{what}: no backoff"));
        // Two clocks on PostgreSQL, so a second more.
        assert!(pause >= TimeDelta::seconds(4) && pause <= TimeDelta::seconds(11), "{what}: {pause}");
    } else {
        assert_eq!(pause, None, "{what}: available_at");
    }
}
