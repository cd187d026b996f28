//! Completions that race with what waits for their gates, with waivers, with the counter's switch and with files that
//! are tracked. The controls are in `gates_control`.

use std::sync::Arc;
use std::time::Instant;

use callboard_service::assignment::{Claim, Claimed, Complete};
use callboard_service::entity::{
    FileOperationOperation as Kind, TaskPrerequisiteStatus as EdgeStatus, WorkItemQualityGateLevel as Level,
    WorkItemStatus as Status, agent_profiles, task_prerequisites as edges, work_items,
};
use callboard_service::file::{NewOperation, TrackFiles};
use callboard_service::item::{CancelItem, EditItem, NewItem};
use callboard_service::prerequisite::{AddPrerequisite, CheckPrerequisites, Needed, WaivePrerequisite};
use callboard_service::{Actor, Callboard, Error, Ref};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{ROUNDS, assert_raced, boards, race};
use crate::gate::Gated;

/// An enhanced item, claimed, and one that waits for prerequisites of every type.
pub async fn pair(seed: &Seed, agent: &agent_profiles::Model) -> (Claimed, Uuid) {
    let two = seed.add_all(vec![
        NewItem { quality_gate_level: Level::Enhanced, ..NewItem::titled("first") },
        NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("waits") },
    ]);
    let [first, waits]: [work_items::Model; 2] = two.await.try_into().expect("two items");
    let claim = Claim { item: Some(Ref::Id(first.id)), ..Claim::one(Ref::Id(agent.id)) };
    (seed.by(agent, &claim).await.expect("claim").claimed.remove(0), waits.id)
}

pub fn gate(item: Uuid, other: Uuid) -> AddPrerequisite {
    AddPrerequisite::on(item, Needed::QualityGate { item: Ref::Id(other), level: Level::Enhanced })
}

fn complete(held: &Claimed) -> Complete {
    Complete { assignment: held.assignment, ..Complete::default() }
}

async fn edge_of(seed: &Seed, item: Uuid) -> edges::Model {
    let of = edges::Entity::find().filter(edges::Column::WorkItemId.eq(item));
    of.one(&seed.raw).await.expect("read the edge").expect("the edge is there")
}

/// Fails where the counter is not what the one edge says.
async fn assert_counted(seed: &Seed, item: Uuid, round: usize) -> edges::Model {
    let (edge, row) = (edge_of(seed, item).await, seed.row(item).await);
    let open = matches!(edge.status, EdgeStatus::Pending | EdgeStatus::Failed);
    let counted = i64::from(open && row.prerequisite_satisfaction_required);
    assert_eq!(row.unmet_prerequisites, counted, "round {round}: {}", edge.status);
    edge
}

both! {
    async fn a_gate_added_while_its_item_completes_is_met(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut edge_first) = (0, 0);
        for round in 0..ROUNDS {
            let (held, waits) = pair(&seed, &agent).await;
            let actors = [seed.me, Actor::agent(agent.id)];
            let (added, done, overlap) = race(&boards, actors, gate(waits, held.item.id), complete(&held)).await;
            let (added, done) = (added.expect("add the gate"), done.expect("complete"));
            overlaps += usize::from(overlap);
            edge_first += usize::from(added.edge.status == EdgeStatus::Pending);
            let edge = assert_counted(&seed, waits, round).await;
            assert_eq!(edge.status, EdgeStatus::Satisfied, "round {round}: the wake-up is lost");
            assert_eq!(done.unblocked.contains(&waits), added.edge.status == EdgeStatus::Pending);
        }
        assert_raced(overlaps, edge_first);
    }

    async fn a_gate_waived_while_its_item_completes_is_counted_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut waived_first) = (0, 0);
        for round in 0..ROUNDS {
            let (held, waits) = pair(&seed, &agent).await;
            seed.must(&gate(waits, held.item.id)).await;
            let prerequisite = Ref::Id(held.item.id);
            let waive = WaivePrerequisite { item: Ref::Id(waits), prerequisite, reason: "late".to_owned() };
            let actors = [seed.me, Actor::agent(agent.id)];
            let (waived, done, overlap) = race(&boards, actors, waive, complete(&held)).await;
            let done = done.expect("complete");
            overlaps += usize::from(overlap);
            waived_first += usize::from(waived.is_ok());
            let edge = assert_counted(&seed, waits, round).await;
            match waived {
                Ok(_) => assert_eq!((edge.status, done.unblocked.len()), (EdgeStatus::Waived, 0), "round {round}"),
                Err(Error::Transition { .. }) => assert_eq!(edge.status, EdgeStatus::Satisfied, "round {round}"),
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        assert_raced(overlaps, waived_first);
    }

    /// The counter is switched to count gates, or not to, while one of them is reached.
    async fn a_switch_while_an_item_completes_counts_what_is_left(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut switch_first) = (0, 0);
        for round in 0..ROUNDS {
            let (held, waits) = pair(&seed, &agent).await;
            seed.must(&gate(waits, held.item.id)).await;
            let all = round % 2 == 0;
            let switch = |all| EditItem { prerequisite_satisfaction_required: Some(all), ..EditItem::new(waits) };
            if all {
                seed.must(&switch(false)).await;
            }
            let actors = [seed.me, Actor::agent(agent.id)];
            let (switched, done, overlap) = race(&boards, actors, switch(all), complete(&held)).await;
            let (switched, done) = (switched.expect("switch"), done.expect("complete"));
            overlaps += usize::from(overlap);
            let first = if all { switched.item.unmet_prerequisites == 1 } else { done.unblocked.is_empty() };
            switch_first += usize::from(first);
            let edge = assert_counted(&seed, waits, round).await;
            assert_eq!(edge.status, EdgeStatus::Satisfied, "round {round}");
        }
        assert_raced(overlaps, switch_first);
    }

    /// Either the completion is refused, since it saw what was tracked, or it came first.
    async fn a_completion_never_passes_what_was_tracked_before_it(t: TestDb) {
        let gated = Gated::new(&t).await;
        let (seed, agent) = (&gated.seed, &gated.agent);
        let boards = boards(&t).await;
        let (mut overlaps, mut tracked_first) = (0, 0);
        for round in 0..ROUNDS {
            let (held, _) = pair(seed, agent).await;
            gated.create(held.item.id, &format!("good {round}"), "x").await;
            let actors = [seed.me, Actor::agent(agent.id)];
            let (tracked, done, overlap) = race(&boards, actors, missing(held.item.id, round), complete(&held)).await;
            overlaps += usize::from(overlap);
            tracked.unwrap_or_else(|error| panic!("round {round}: {error}"));
            let first = was_tracked_first(seed, held.item.id).await;
            match done {
                Ok(done) => {
                    assert_eq!((done.item.status, first), (Status::Done, false), "round {round}: it passed what was missing");
                }
                Err(Error::GateNotMet { missing, .. }) => {
                    assert_eq!(missing, [format!("the file gone {round} is missing")]);
                    tracked_first += 1;
                    seed.must(&CancelItem::new(held.item.id)).await;
                }
                Err(error) => panic!("round {round}: {error}"),
            }
        }
        assert_raced(overlaps, tracked_first);
    }

    /// Two that look at the same prerequisites: each is satisfied once, and counted by whoever did.
    async fn two_looks_at_once_satisfy_each_prerequisite_once(t: TestDb) {
        let gated = Gated::new(&t).await;
        let boards = boards(&t).await;
        const MANY: usize = 60;
        let mut items = Vec::new();
        for n in 0..MANY {
            let item = gated.seed.add(NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("x") }).await.id;
            let path = format!("file {n}");
            gated.write(&path, "x");
            let file = Needed::FileDependency { path, content_hash: None };
            gated.seed.must(&AddPrerequisite::on(item, file)).await;
            items.push(item);
        }
        let barrier = Arc::new(Barrier::new(2));
        let looks = boards.map(|board: Callboard| {
            let (barrier, me) = (Arc::clone(&barrier), gated.seed.me);
            tokio::spawn(async move {
                barrier.wait().await;
                let begun = Instant::now();
                let found = board.check_prerequisites(me, &CheckPrerequisites::default()).await;
                (found, begun, Instant::now())
            })
        });
        let (mut counted, mut times) = (0, Vec::new());
        for look in looks {
            let (found, begun, ended) = look.await.expect("the call ends");
            let found = found.expect("check");
            assert_eq!((found.waiting, found.missed), (0, 0), "{:?}", found.findings);
            counted += usize::try_from(found.satisfied).expect("a count");
            times.push((begun, ended));
        }
        assert_eq!(counted, MANY, "each is counted once");
        assert!(times[0].0 < times[1].1 && times[1].0 < times[0].1, "the two did not overlap: {times:?}");
        for item in items {
            assert_eq!(gated.seed.row(item).await.unmet_prerequisites, 0);
            assert_eq!(gated.seed.kinds(item).await, ["created", "prerequisite_added", "prerequisite_satisfied"]);
        }
    }
}

/// An operation on a file that is not there, as if it had gone right after it was written.
pub fn missing(item: Uuid, round: usize) -> TrackFiles {
    let operation = NewOperation {
        operation: Kind::Create,
        path: format!("gone {round}"),
        new_path: None,
        content_hash: Some("ab".repeat(32)),
        size_bytes: Some(7),
        rationale: None,
        metadata: None,
    };
    TrackFiles { item: Some(Ref::Id(item)), operations: vec![operation], ..TrackFiles::default() }
}

/// Whether the second tracking of an item came before its completion, by the ledger.
pub async fn was_tracked_first(seed: &Seed, item: Uuid) -> bool {
    let events = seed.events(item).await;
    let tracked = events.iter().filter(|event| event.kind == "files_tracked").map(|event| event.revision).max();
    let done = events.iter().find(|event| event.to_status.as_deref() == Some("done")).map(|event| event.revision);
    done.is_none_or(|done| tracked < Some(done))
}
