//! Every pair of a decision's states and events, through the verbs.

use callboard_service::decision::state::{self, DecisionEvent as Event};
use callboard_service::decision::{AcceptDecision, AddDecision, NamedDecision, RejectDecision};
use callboard_service::entity::{DecisionEvolutionKind as Kind, DecisionStatus as Status};
use callboard_service::{Conflict, Error, Ref};
use support::{Seed, TestDb, both, plain};

use super::{add, decision, evolve, in_status, row};

/// The whole machine once more, by hand: a change of it is a change of two files.
const TABLE: &[(Status, Event, Status)] = &[
    (Status::Proposed, Event::Accept, Status::Accepted),
    (Status::Proposed, Event::Reject, Status::Rejected),
    (Status::Proposed, Event::Supersede, Status::Superseded),
    (Status::Proposed, Event::Refine, Status::Proposed),
    (Status::Proposed, Event::Clarify, Status::Proposed),
    (Status::Accepted, Event::Supersede, Status::Superseded),
    (Status::Accepted, Event::Reverse, Status::Reversed),
    (Status::Accepted, Event::Refine, Status::Accepted),
    (Status::Accepted, Event::Clarify, Status::Accepted),
    (Status::Superseded, Event::Supersede, Status::Superseded),
    (Status::Rejected, Event::Accept, Status::Accepted),
];

fn kind(event: Event) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| state::event_of(*kind) == event)
}

/// The status after the verb of the event.
async fn apply(seed: &Seed, found: &NamedDecision, event: Event, new: &NamedDecision) -> Result<(Status, bool), Error> {
    let name = Ref::Id(found.decision.id);
    match (event, kind(event)) {
        (_, Some(kind)) => {
            let done = seed.board.run(seed.me, &evolve(found, kind, new)).await?;
            Ok((done.original.decision.status, done.already))
        }
        (Event::Accept, None) => {
            let done = seed.board.run(seed.me, &AcceptDecision { project: None, decision: name }).await?;
            Ok((done.decision.decision.status, done.already))
        }
        (_, None) => {
            let done = seed.board.run(seed.me, &RejectDecision { project: None, decision: name, reason: None }).await?;
            Ok((done.decision.decision.status, done.already))
        }
    }
}

plain! {
    fn the_machine_is_the_table() {
        let pairs = Status::ALL.iter().flat_map(|from| Event::ALL.iter().map(|event| (*from, *event)));
        let found: Vec<_> = pairs.filter_map(|(from, event)| state::next(from, event).map(|to| (from, event, to))).collect();
        let mut expected = TABLE.to_vec();
        expected.sort();
        let mut sorted = found.clone();
        sorted.sort();
        assert_eq!(sorted, expected);
    }

    fn what_is_not_in_force_replaces_nothing() {
        for kind in Kind::ALL {
            let may: Vec<Status> = Status::ALL.iter().copied().filter(|status| state::may_follow(*kind, *status)).collect();
            let late = [Status::Accepted, Status::Superseded, Status::Reversed];
            match kind {
                Kind::Superseded | Kind::Reversed => assert_eq!(may, late),
                Kind::Refined | Kind::Clarified => assert_eq!(may, [&[Status::Proposed], &late[..]].concat()),
            }
        }
    }
}

both! {
    async fn every_pair_is_as_the_table_says(t: TestDb) {
        let seed = t.seed().await;
        for from in Status::ALL {
            for event in Event::ALL {
                let found = in_status(&seed, "x", *from).await;
                let new = add(&seed, "y").await;
                let result = apply(&seed, &found, *event, &new).await;
                let stored = row(&seed, found.decision.id).await.status;
                let expected = TABLE.iter().find(|(a, b, _)| a == from && b == event).map(|(_, _, to)| *to);
                match (result, expected) {
                    (Ok((to, already)), Some(expected)) => assert_eq!((to, stored, already), (expected, expected, false)),
                    // A repeat of what is already done.
                    (Ok((to, true)), None) => assert_eq!((to, stored), (*from, *from), "{from} {event:?}"),
                    (Err(Error::Transition { entity: "decision", name, from: was, event: asked, allowed }), None) => {
                        assert_eq!((name, was.as_str(), asked.as_str()), (found.key, from.as_str(), event.as_str()));
                        assert_eq!((allowed, stored), (state::possible(*from), *from));
                    }
                    (other, expected) => panic!("{from} {event:?}: {other:?}, not {expected:?}"),
                }
            }
        }
    }

    async fn a_proposal_replaces_nothing_yet(t: TestDb) {
        let seed = t.seed().await;
        let old = add(&seed, "old").await;
        let new = seed.must(&AddDecision { status: Status::Proposed, ..decision("new") }).await;
        for kind in Kind::ALL {
            if state::may_follow(*kind, Status::Proposed) {
                continue;
            }
            let error = seed.must_refuse(&evolve(&old, *kind, &new)).await;
            let Error::Conflict(Conflict::Inactive { entity: "decision", name, status }) = error else { panic!("{error:?}") };
            assert_eq!((name, status.as_str()), (new.key.clone(), "proposed"));
        }
        assert_eq!(seed.must(&evolve(&old, Kind::Refined, &new)).await.original.decision.status, Status::Accepted);
    }
}
