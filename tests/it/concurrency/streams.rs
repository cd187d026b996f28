//! Claims from one work stream at once, and items that are added to one at once.

use std::collections::HashSet;
use std::sync::Arc;

use callboard_service::assignment::{Cancel, Claim};
use callboard_service::entity::{WorkItemAssigneeType, work_items, work_stream_items as rows};
use callboard_service::item::NewItem;
use callboard_service::stream::AddStreamItems;
use callboard_service::{Actor, Ref};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::json;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race, write_unguarded};
use crate::stream::{fill, stream};

/// The stored order of a stream.
async fn places(seed: &Seed, stream: Uuid) -> Vec<(i64, Uuid)> {
    let query = rows::Entity::find().filter(rows::Column::StreamId.eq(stream));
    let query = query.order_by_asc(rows::Column::Position).order_by_asc(rows::Column::WorkItemId);
    query
        .all(&seed.raw)
        .await
        .expect("read the order")
        .into_iter()
        .map(|row| (row.position, row.work_item_id))
        .collect()
}

async fn items(seed: &Seed, count: usize) -> Vec<work_items::Model> {
    seed.add_all((0..count).map(|_| NewItem::titled("x")).collect()).await
}

both! {
    async fn two_claims_take_the_first_two(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let agents = [seed.agent("one").await, seed.agent("two").await];
        let items = items(&seed, 4).await;
        let stream = stream(&seed, "s").await;
        // Not the order in which they were made.
        let order: Vec<Uuid> = items.iter().rev().map(|item| item.id).collect();
        seed.must(&fill("s", &order)).await;
        let (mut overlaps, mut one_first) = (0, 0);
        for round in 0..ROUNDS {
            let claim = |agent: Uuid| Claim { stream: Some(Ref::Id(stream.id)), ..Claim::one(Ref::Id(agent)) };
            let actors = agents.clone().map(|agent| Actor::agent(agent.id));
            let (a, b, overlap) = race(&boards, actors, claim(agents[0].id), claim(agents[1].id)).await;
            overlaps += usize::from(overlap);
            let claimed = [a, b].map(|outcome| outcome.expect("claim").claimed.remove(0));
            one_first += usize::from(claimed[0].item.id == order[0]);
            let got: HashSet<Uuid> = claimed.iter().map(|claimed| claimed.item.id).collect();
            assert_eq!(got, order[..2].iter().copied().collect(), "round {round}");
            for claimed in claimed {
                seed.must(&Cancel { assignment: claimed.assignment, reason: "next round".to_owned() }).await;
            }
        }
        assert_raced(overlaps, one_first);
    }

    /// The control: who looks for the first and then takes it, without a lock, takes what another took.
    async fn without_the_lock_both_take_the_first(t: TestDb) {
        let seed = t.seed().await;
        let agents = [seed.agent("one").await, seed.agent("two").await];
        let items = items(&seed, 2).await;
        let stream = stream(&seed, "s").await;
        seed.must(&fill("s", &[items[0].id, items[1].id])).await;
        let mut twice = 0;
        for _ in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls = agents.clone().map(|agent| {
                tokio::spawn(unlocked_claim(seed.clone(), stream.id, agent.id, Arc::clone(&barrier)))
            });
            let mut taken = Vec::new();
            for call in calls {
                taken.push(call.await.expect("the call ends"));
            }
            twice += usize::from(taken[0] == taken[1]);
        }
        assert!(twice > 0, "the race was never hit: the test above would prove nothing");
    }

    async fn two_additions_at_once_leave_no_gap_and_no_double(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let ids: Vec<Uuid> = items(&seed, 4).await.into_iter().map(|item| item.id).collect();
        let stream = stream(&seed, "s").await.id;
        let (mut overlaps, mut head_first) = (0, 0);
        for round in 0..ROUNDS {
            let head = AddStreamItems { position: Some(1), ..fill("s", &ids[..2]) };
            let (head, end, overlap) = race(&boards, [seed.me; 2], head, fill("s", &ids[2..])).await;
            overlaps += usize::from(overlap);
            let totals = (head.expect("add").total, end.expect("add").total);
            assert!(matches!(totals, (2, 4) | (4, 2)), "round {round}: the second one sees the first: {totals:?}");
            head_first += usize::from(totals.0 == 2);
            let expected: Vec<_> = (1..).zip(ids.iter().copied()).collect();
            assert_eq!(places(&seed, stream).await, expected, "round {round}");
            seed.sql("DELETE FROM work_stream_items").await;
        }
        assert_raced(overlaps, head_first);
    }

    /// The control: where the end is, is asked first, and the item is put there then, without the lock of the stream.
    async fn without_the_lock_two_items_have_one_place(t: TestDb) {
        let seed = t.seed().await;
        let items = items(&seed, 2).await;
        let stream = stream(&seed, "s").await.id;
        let mut doubles = 0;
        for _ in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls: Vec<_> = items
                .iter()
                .map(|item| tokio::spawn(unlocked_addition(seed.clone(), stream, item.id, Arc::clone(&barrier))))
                .collect();
            for call in calls {
                call.await.expect("the call ends");
            }
            let places: Vec<i64> = places(&seed, stream).await.into_iter().map(|(place, _)| place).collect();
            doubles += usize::from(places == [1, 1]);
            seed.sql("DELETE FROM work_stream_items").await;
        }
        assert!(doubles > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// What a claim would be without a lock: a look for the first that is free, then the write. Gives what it took.
async fn unlocked_claim(seed: Seed, stream: Uuid, agent: Uuid, barrier: Arc<Barrier>) -> Uuid {
    let first = places(&seed, stream).await[0].1;
    meet(&barrier).await;
    // Setting it aside is enough to show who took it.
    let change = work_items::ActiveModel {
        assignee_id: Set(Some(agent)),
        assignee_type: Set(Some(WorkItemAssigneeType::Agent)),
        ..Default::default()
    };
    write_unguarded(&seed, first, change, json!({ "assignee_id": agent, "assignee_type": "agent" })).await;
    first
}

/// What adding an item would be without the lock: a look for the end, then the insert.
async fn unlocked_addition(seed: Seed, stream: Uuid, item: Uuid, barrier: Arc<Barrier>) {
    let last = places(&seed, stream).await.len();
    meet(&barrier).await;
    let position = i64::try_from(last).expect("few items") + 1;
    let row = rows::Model { stream_id: stream, work_item_id: item, position, created_at: seed.board.now() };
    let insert = rows::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("insert the row");
}
