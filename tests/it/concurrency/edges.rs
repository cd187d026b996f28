//! Edges that are added while items complete, are cancelled, or get other edges.

use std::sync::Arc;

use callboard_service::assignment::Complete;
use callboard_service::entity::{
    TaskPrerequisiteStatus as EdgeStatus, TaskPrerequisiteType, WorkItemStatus as Status, task_prerequisites,
    work_items,
};
use callboard_service::item::{CancelItem, NewItem};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Actor, Conflict, Error};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, ExprTrait, QueryFilter, TransactionTrait};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race, timed};

async fn pair(seed: &Seed) -> [work_items::Model; 2] {
    let two = seed.add_all(vec![
        NewItem { priority: 0, ..NewItem::titled("first") },
        NewItem { priority: 4, ..NewItem::titled("waits") },
    ]);
    two.await.try_into().expect("two items")
}

async fn edges_of(raw: &DatabaseConnection, item: Uuid) -> Vec<task_prerequisites::Model> {
    let of = task_prerequisites::Entity::find().filter(task_prerequisites::Column::WorkItemId.eq(item));
    of.all(raw).await.expect("read the edges")
}

both! {
    async fn an_edge_added_while_its_prerequisite_completes_is_met(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut edge_first) = (0, 0);
        for round in 0..ROUNDS {
            let [first, waits] = pair(&seed).await;
            let held = seed.claim(&agent).await;
            assert_eq!(held.item.id, first.id);
            let complete = Complete { assignment: held.assignment, ..Complete::default() };
            let actors = [seed.me, Actor::agent(agent.id)];
            let add = AddPrerequisite::new(waits.id, first.id);
            let (added, done, overlap) = race(&boards, actors, add, complete).await;
            let (added, done) = (added.expect("add the edge"), done.expect("complete"));
            overlaps += usize::from(overlap);
            edge_first += usize::from(added.edge.status == EdgeStatus::Pending);
            let row = seed.row(waits.id).await;
            let edges = edges_of(&seed.raw, waits.id).await;
            assert_eq!(edges[0].status, EdgeStatus::Satisfied, "round {round}: the wake-up is lost");
            assert_eq!(row.unmet_prerequisites, 0, "round {round}: the item would wait for good");
            assert_eq!(done.unblocked.contains(&waits.id), added.edge.status == EdgeStatus::Pending);
            let next = seed.claim(&agent).await;
            assert_eq!(next.item.id, waits.id);
            seed.board.run(Actor::agent(agent.id), &Complete { assignment: next.assignment, ..Complete::default() })
                .await.expect("complete");
        }
        assert_raced(overlaps, edge_first);
    }

    /// The control: the status is read without the lock on the prerequisite.
    async fn without_the_lock_the_wake_up_is_lost(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let board = boards(&t).await[0].clone();
        let mut lost = 0;
        for _ in 0..CONTROL_ROUNDS {
            let [first, waits] = pair(&seed).await;
            let held = seed.claim(&agent).await;
            let barrier = Arc::new(Barrier::new(2));
            let adding = tokio::spawn(unlocked_edge(seed.clone(), waits.id, first.id, Arc::clone(&barrier)));
            let complete = Complete { assignment: held.assignment, ..Complete::default() };
            let (done, ..) = timed(board.clone(), Actor::agent(agent.id), complete, barrier).await;
            done.expect("complete");
            adding.await.expect("the call ends");
            let waiting = seed.row(waits.id).await.unmet_prerequisites > 0;
            lost += usize::from(waiting && seed.row(first.id).await.status == Status::Done);
            seed.put(waits.id, Status::Cancelled).await;
        }
        assert!(lost > 0, "the race was never hit: the test above would prove nothing");
    }

    /// Four items in a row of two edges; the two that would close the ring touch no row in common.
    async fn two_edges_at_once_never_close_a_cycle(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut one_first) = (0, 0);
        for round in 0..ROUNDS {
            let [a, b, c, d] = ring(&seed).await;
            let (one, two) = (AddPrerequisite::new(b, c), AddPrerequisite::new(d, a));
            let (one, two, overlap) = race(&boards, [seed.me; 2], one, two).await;
            overlaps += usize::from(overlap);
            one_first += usize::from(one.is_ok());
            let refusal = match (one, two) {
                (Ok(_), Err(refusal)) | (Err(refusal), Ok(_)) => refusal,
                both => panic!("round {round}: exactly one closes the ring: {both:?}"),
            };
            let Error::Cycle { path, .. } = refusal else { panic!("round {round}: {refusal}") };
            assert_eq!(path.len(), 5, "the whole ring is named: {path:?}");
            let stored = edges_of(&seed.raw, b).await.len() + edges_of(&seed.raw, d).await.len();
            assert_eq!(stored, 1, "round {round}");
        }
        assert_raced(overlaps, one_first);
    }

    /// The control: each looks for a cycle and then adds its edge, without the lock of the project.
    async fn without_the_lock_two_edges_close_a_cycle(t: TestDb) {
        let seed = t.seed().await;
        let mut closed = 0;
        for _ in 0..CONTROL_ROUNDS {
            let [a, b, c, d] = ring(&seed).await;
            let barrier = Arc::new(Barrier::new(2));
            let one = tokio::spawn(unlocked_edge(seed.clone(), b, c, Arc::clone(&barrier)));
            let two = tokio::spawn(unlocked_edge(seed.clone(), d, a, barrier));
            one.await.expect("the call ends");
            two.await.expect("the call ends");
            let stored = edges_of(&seed.raw, b).await.len() + edges_of(&seed.raw, d).await.len();
            closed += usize::from(stored == 2);
        }
        assert!(closed > 0, "the race was never hit: the test above would prove nothing");
    }

    /// Either the edge is refused, since the item is cancelled, or the cancellation, since somebody waits.
    async fn nobody_waits_for_what_is_cancelled_meanwhile(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut edge_first) = (0, 0);
        for round in 0..ROUNDS {
            let [first, waits] = pair(&seed).await;
            let add = AddPrerequisite::new(waits.id, first.id);
            let (added, cancelled, overlap) = race(&boards, [seed.me; 2], add, CancelItem::new(first.id)).await;
            overlaps += usize::from(overlap);
            edge_first += usize::from(added.is_ok());
            let row = seed.row(first.id).await;
            match (added, cancelled) {
                (Ok(_), Err(Error::Conflict(Conflict::Dependents { .. }))) => assert_eq!(row.status, Status::Todo),
                (Err(Error::Conflict(Conflict::Inactive { .. })), Ok(_)) => {
                    assert_eq!(row.status, Status::Cancelled);
                    assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
                }
                both => panic!("round {round}: {both:?}"),
            }
        }
        assert_raced(overlaps, edge_first);
    }

    /// The control: the edge is added after a look at its prerequisite that holds nothing.
    async fn without_the_lock_somebody_waits_for_what_is_cancelled(t: TestDb) {
        let seed = t.seed().await;
        let board = boards(&t).await[0].clone();
        let mut lost = 0;
        for _ in 0..CONTROL_ROUNDS {
            let [first, waits] = pair(&seed).await;
            let barrier = Arc::new(Barrier::new(2));
            let adding = tokio::spawn(unlocked_edge(seed.clone(), waits.id, first.id, Arc::clone(&barrier)));
            let (cancelled, ..) = timed(board.clone(), seed.me, CancelItem::new(first.id), barrier).await;
            adding.await.expect("the call ends");
            let waiting = seed.row(waits.id).await.unmet_prerequisites > 0;
            lost += usize::from(cancelled.is_ok() && waiting);
        }
        assert!(lost > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// Items a, b, c, d, where a waits for b and c for d.
async fn ring(seed: &Seed) -> [Uuid; 4] {
    let waits =
        |index| NewItem { prerequisites: vec![callboard_service::item::ItemRef::Index(index)], ..NewItem::titled("x") };
    let items = vec![waits(1), NewItem::titled("x"), waits(3), NewItem::titled("x")];
    let ids: Vec<Uuid> = seed.add_all(items).await.into_iter().map(|i| i.id).collect();
    ids.try_into().expect("four items")
}

/// What adding an edge would be without its locks: a look, a decision, the writes.
async fn unlocked_edge(seed: Seed, item: Uuid, prerequisite: Uuid, barrier: Arc<Barrier>) {
    let waited = seed.row(prerequisite).await;
    let closes = reaches(&seed.raw, prerequisite, item).await;
    meet(&barrier).await;
    if closes {
        return;
    }
    let pending = waited.status != Status::Done;
    let (id, now) = (Uuid::now_v7(), seed.board.now());
    let tx = seed.raw.begin().await.expect("begin");
    let edge = task_prerequisites::ActiveModel {
        id: Set(id),
        work_item_id: Set(item),
        prerequisite_id: Set(Some(prerequisite)),
        prerequisite_type: Set(TaskPrerequisiteType::CompletionDependency),
        description: Set(String::new()),
        is_mandatory: Set(true),
        is_auto_resolvable: Set(true),
        status: Set(if pending { EdgeStatus::Pending } else { EdgeStatus::Satisfied }),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    task_prerequisites::Entity::insert(edge).exec_without_returning(&tx).await.expect("insert the edge");
    let (unmet, revision) = (work_items::Column::UnmetPrerequisites, work_items::Column::Revision);
    let counted = work_items::Entity::update_many()
        .col_expr(unmet, Expr::col(unmet).add(i64::from(pending)))
        .col_expr(revision, Expr::col(revision).add(1))
        .filter(work_items::Column::Id.eq(item))
        .exec_with_returning(&tx)
        .await
        .expect("count it");
    support::stage_event(&tx, &counted[0], serde_json::json!({"unmet_prerequisites": counted[0].unmet_prerequisites}))
        .await;
    tx.commit().await.expect("commit");
}

/// Whether `from` waits for `to`, through any number of edges.
async fn reaches(raw: &DatabaseConnection, from: Uuid, to: Uuid) -> bool {
    let (mut found, mut next) = (Vec::new(), vec![from]);
    while let Some(item) = next.pop() {
        for edge in edges_of(raw, item).await {
            next.extend(edge.prerequisite_id);
            found.extend(edge.prerequisite_id);
        }
    }
    found.contains(&to)
}
