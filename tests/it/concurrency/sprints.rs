//! Items that are planned into a sprint at once.

use std::sync::Arc;

use callboard_service::Ref;
use callboard_service::entity::sprint_items;
use callboard_service::item::NewItem;
use callboard_service::sprint::AddSprintItems;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race};
use crate::sprint::{plan, sprint};

/// The stored order of a sprint.
async fn places(seed: &Seed, sprint: Uuid) -> Vec<(i64, Uuid)> {
    let query = sprint_items::Entity::find().filter(sprint_items::Column::SprintId.eq(sprint));
    let query = query.order_by_asc(sprint_items::Column::Position).order_by_asc(sprint_items::Column::WorkItemId);
    let rows = query.all(&seed.raw).await.expect("read the order");
    rows.into_iter().map(|row| (row.position, row.work_item_id)).collect()
}

async fn items(seed: &Seed, count: usize) -> Vec<Uuid> {
    let items = seed.add_all((0..count).map(|_| NewItem::titled("x")).collect()).await;
    items.into_iter().map(|item| item.id).collect()
}

both! {
    /// The items are not the same: only the lock of the sprint stands between the two.
    async fn two_plannings_at_once_leave_no_gap_and_no_double(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let items = items(&seed, 4).await;
        let sprint = sprint(&seed, "1").await.id;
        let named = |ids: &[Uuid]| AddSprintItems { items: ids.iter().copied().map(Ref::Id).collect(), ..plan(&[]) };
        let (mut overlaps, mut head_first) = (0, 0);
        for round in 0..ROUNDS {
            let (head, end) = (AddSprintItems { position: Some(1), ..named(&items[..2]) }, named(&items[2..]));
            let (head, end, overlap) = race(&boards, [seed.me; 2], head, end).await;
            overlaps += usize::from(overlap);
            let totals = (head.expect("plan").total, end.expect("plan").total);
            assert!(matches!(totals, (2, 4) | (4, 2)), "round {round}: the second one sees the first: {totals:?}");
            head_first += usize::from(totals.0 == 2);
            let expected: Vec<_> = (1..).zip(items.iter().copied()).collect();
            assert_eq!(places(&seed, sprint).await, expected, "round {round}");
            seed.sql("DELETE FROM sprint_items").await;
        }
        assert_raced(overlaps, head_first);
    }

    /// The control: where the end is, is asked first, and the item is put there then, without the lock of the sprint.
    async fn without_the_lock_two_items_have_one_place(t: TestDb) {
        let seed = t.seed().await;
        let items = items(&seed, 2).await;
        let sprint = sprint(&seed, "1").await.id;
        let mut doubles = 0;
        for _ in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls: Vec<_> = items
                .iter()
                .map(|item| tokio::spawn(unlocked(seed.clone(), sprint, *item, Arc::clone(&barrier))))
                .collect();
            for call in calls {
                call.await.expect("the call ends");
            }
            let places: Vec<i64> = places(&seed, sprint).await.into_iter().map(|(place, _)| place).collect();
            doubles += usize::from(places == [1, 1]);
            seed.sql("DELETE FROM sprint_items").await;
        }
        assert!(doubles > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// What planning an item would be without the lock: a look for the end, then the insert.
async fn unlocked(seed: Seed, sprint: Uuid, item: Uuid, barrier: Arc<Barrier>) {
    let last = places(&seed, sprint).await.len();
    meet(&barrier).await;
    let position = i64::try_from(last).expect("few items") + 1;
    let row = sprint_items::Model { sprint_id: sprint, work_item_id: item, position, created_at: seed.board.now() };
    let insert = sprint_items::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("insert the row");
}
