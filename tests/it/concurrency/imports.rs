//! Two imports of one file at once: one does it, the other finds it done.

use std::sync::Arc;

use callboard_service::entity::{external_refs as refs, work_items};
use callboard_service::import::ImportBeads;
use callboard_service::item::NewItem;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, assert_raced_in, boards, meet, race};

/// An import is many statements: fewer rounds than of the other races suffice.
const ROUNDS: usize = 60;
const RECORDS: usize = 3;

async fn items(seed: &Seed) -> u64 {
    work_items::Entity::find().count(&seed.raw).await.expect("count the items")
}

both! {
    async fn two_imports_at_once_import_once(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut one_first) = (0, 0);
        for round in 0..ROUNDS {
            let record = |n: usize| serde_json::json!({
                "id": format!("r{round}-{n}"), "title": "x", "created_at": "2026-02-01T00:00:00Z",
            });
            let content: Vec<String> = (0..RECORDS).map(|n| record(n).to_string()).collect();
            let import = || ImportBeads::new(content.join("\n"));
            let (one, two, overlap) = race(&boards, [seed.me; 2], import(), import()).await;
            overlaps += usize::from(overlap);
            let (one, two) = (one.expect("import").rows, two.expect("import").rows);
            one_first += usize::from(one.created > 0);
            let (first, second) = if one.created > 0 { (one, two) } else { (two, one) };
            assert_eq!((first.created, first.already_there), (RECORDS as u64, 0), "round {round}");
            assert_eq!((second.created, second.already_there), (0, RECORDS as u64), "round {round}");
            assert_eq!(items(&seed).await, (RECORDS * (round + 1)) as u64, "round {round}");
        }
        assert_eq!(refs::Entity::find().count(&seed.raw).await.expect("count"), (RECORDS * ROUNDS) as u64);
        assert_raced_in(ROUNDS, overlaps, one_first);
    }

    /// The control: whether a record is on the board is asked first, and it is added then, without the lock of the project.
    async fn without_the_lock_a_record_becomes_two_items(t: TestDb) {
        let seed = t.seed().await;
        let mut twice = 0;
        for round in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let before = items(&seed).await;
            let calls = [0, 1].map(|_| {
                tokio::spawn(unlocked(seed.clone(), format!("r{round}"), Arc::clone(&barrier)))
            });
            for call in calls {
                call.await.expect("the call ends");
            }
            twice += usize::from(items(&seed).await == before + 2);
        }
        assert!(twice > 0, "the race was never hit: the test above would prove nothing");
        assert_eq!(refs::Entity::find().count(&seed.raw).await.expect("count"), CONTROL_ROUNDS as u64);
    }
}

/// What the import of a record would be without the lock: a look, a decision, the writes.
async fn unlocked(seed: Seed, id: String, barrier: Arc<Barrier>) {
    let known = refs::Entity::find().filter(refs::Column::SourceId.eq(&*id)).count(&seed.raw).await;
    meet(&barrier).await;
    if known.expect("look for the reference") > 0 {
        return;
    }
    let item = seed.add(NewItem::titled("x")).await;
    let now = seed.board.now();
    let row = refs::Model {
        id: Uuid::now_v7(),
        source: "beads".to_owned(),
        source_id: id,
        entity_type: "work_item".to_owned(),
        entity_id: item.id,
        content_sha256: "none".to_owned(),
        imported_at: now,
        created_at: now,
    };
    let once = OnConflict::new().do_nothing().to_owned();
    let insert = refs::Entity::insert(row.into_active_model().reset_all()).on_conflict(once);
    insert.exec_without_returning(&seed.raw).await.expect("keep the reference");
}
