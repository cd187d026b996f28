//! The machine of sessions: every pair of state and event, by the public verb on a stored row.

use callboard_service::entity::WorkSessionStatus as Status;
use callboard_service::session::state::{self, OPEN, SessionEvent as Event};
use callboard_service::session::{AbandonSession, ChangedSession};
use callboard_service::{Error, Ref};
use support::{Seed, TestDb, both, plain};
use uuid::Uuid;

use super::{beside, end, events, pause, resume, row, worked};

/// What each event does in each state, in the order of [`Event::ALL`]: pause, resume, end, abandon. A state is where it
/// leads; `same` is a repeat; `no` is refused.
const TABLE: [(Status, [&str; 4]); 4] = [
    (Status::Active, ["paused", "same", "completed", "abandoned"]),
    (Status::Paused, ["same", "active", "completed", "abandoned"]),
    (Status::Completed, ["no", "no", "same", "no"]),
    (Status::Abandoned, ["no", "no", "no", "same"]),
];

plain! {
    fn the_pure_machine_is_the_table() {
        assert_eq!(TABLE.map(|(state, _)| state).as_slice(), Status::ALL);
        for (from, row) in TABLE {
            for (event, cell) in Event::ALL.iter().zip(row) {
                let next = state::next(from, *event).map(Status::as_str);
                let expected = Status::ALL.iter().map(|s| s.as_str()).find(|s| *s == cell);
                assert_eq!(next, expected, "{from} + {}", event.as_str());
                assert_eq!(cell == "same", event.target() == from, "{from} + {}", event.as_str());
                assert!(next.is_none_or(|next| next == event.target().as_str()));
            }
            let possible = Event::ALL.iter().filter(|e| state::next(from, **e).is_some());
            assert_eq!(state::possible(from), possible.map(|e| e.as_str()).collect::<Vec<_>>());
            assert_eq!(OPEN.contains(&from), !state::possible(from).is_empty(), "{from}");
        }
    }
}

both! {
    async fn every_pair_on_a_stored_row(t: TestDb) {
        let seed = t.seed().await;
        for (from, cells) in TABLE {
            for (event, cell) in Event::ALL.iter().zip(cells) {
                let key = format!("{from}-{}", event.as_str());
                let id = put(&seed, &key, from).await;
                pair(&seed, id, from, *event, cell).await;
                // Not in the way of the next ones.
                seed.sql(&format!("DELETE FROM work_sessions WHERE key = '{key}'")).await;
            }
        }
    }
}

/// A session in a state, by public verbs, with ten seconds at work.
async fn put(seed: &Seed, key: &str, state: Status) -> Uuid {
    let id = seed.must(&beside(key)).await.id;
    worked(seed, id, 10).await;
    let by = match state {
        Status::Active => None,
        Status::Paused => Some(Event::Pause),
        Status::Completed => Some(Event::End),
        Status::Abandoned => Some(Event::Abandon),
    };
    if let Some(event) = by {
        run(seed, key, event).await.expect("reach the state");
    }
    assert_eq!(row(seed, id).await.status, state);
    id
}

async fn run(seed: &Seed, key: &str, event: Event) -> Result<ChangedSession, Error> {
    let session = Some(Ref::from(key));
    match event {
        Event::Pause => seed.board.run(seed.me, &pause(key)).await,
        Event::Resume => seed.board.run(seed.me, &resume(key)).await,
        Event::End => seed.board.run(seed.me, &end(key)).await,
        Event::Abandon => {
            let abandon = AbandonSession { session, reason: "it was killed".to_owned() };
            seed.board.run(seed.me, &abandon).await
        }
    }
}

async fn pair(seed: &Seed, id: Uuid, from: Status, event: Event, cell: &str) {
    let what = format!("{from} + {}", event.as_str());
    let (before, snapshot, written) = (row(seed, id).await, seed.snapshot().await, events(seed, id).await.len());
    let result = run(seed, &before.key, event).await;
    let after = row(seed, id).await;
    match cell {
        "same" => {
            let told = result.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!((told.already, &told.session), (true, &before), "{what}");
            seed.assert_unchanged(&snapshot, &what).await;
        }
        "no" => {
            let Err(Error::Transition { entity, name, from: state, event: asked, allowed }) = result else {
                panic!("{what}: {result:?}")
            };
            let named = (entity, name.as_str(), state.as_str(), asked.as_str());
            assert_eq!(named, ("session", before.key.as_str(), from.as_str(), event.as_str()), "{what}");
            assert_eq!(allowed, state::possible(from), "{what}");
            seed.assert_unchanged(&snapshot, &what).await;
        }
        _ => {
            let told = result.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!((told.already, &told.session), (false, &after), "{what}: what is told is what is stored");
            assert_eq!(after.status.as_str(), cell, "{what}");
            let runs = after.status == Status::Active;
            assert_eq!((after.resumed_at.is_some(), after.ended_at.is_some()), (runs, !OPEN.contains(&after.status)));
            assert_eq!(
                after.paused_at.is_some(),
                after.status == Status::Paused || from == Status::Paused && !runs,
                "{what}"
            );
            // Ten seconds before; only what ran until now is added.
            assert!((10..12).contains(&after.active_seconds), "{what}: {}", after.active_seconds);
            let all = events(seed, id).await;
            let last = all.last().expect("an event");
            let kind = if event == Event::Abandon { "end" } else { event.as_str() };
            assert_eq!(
                (all.len(), last.kind.as_str(), last.actor_id),
                (written + 1, kind, Some(seed.user.id)),
                "{what}"
            );
        }
    }
}
