//! Versions that are added at once, and contents that are collected while they are added.

use std::sync::Arc;
use std::time::{Duration, Instant};

use callboard_service::artifact::CollectArtifacts;
use callboard_service::entity::board_artifacts as artifacts;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, assert_raced_in, boards, meet, race};
use crate::artifact::{Store, bytes, keep, verb};

both! {
    async fn two_versions_at_once_leave_no_gap(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let item = seed.item().await.id;
        let (mut overlaps, mut first) = (0, 0);
        for round in 0..ROUNDS {
            let [a, b] = ["a", "b"].map(|side| format!("{side}{round}").into_bytes());
            let a = keep(&seed.board, item, "n", &a).await.expect("keep");
            let b = keep(&seed.board, item, "n", &b).await.expect("keep");
            let (a, b, overlap) = race(&boards, [seed.me; 2], verb(item, "n", &a), verb(item, "n", &b)).await;
            overlaps += usize::from(overlap);
            let (a, b) = (a.expect("add").artifact, b.expect("add").artifact);
            let next = 2 * round as i64 + 1;
            let mut versions = [(a.version, a.id, a.previous_version_id), (b.version, b.id, b.previous_version_id)];
            versions.sort();
            assert_eq!([versions[0].0, versions[1].0], [next, next + 1], "round {round}");
            assert_eq!(versions[1].2, Some(versions[0].1), "round {round}");
            first += usize::from(a.version < b.version);
        }
        assert_raced(overlaps, first);
        let rows = newest_first(&seed, item).await;
        assert_eq!(rows.len(), 2 * ROUNDS);
    }

    /// The control: a look for the newest version and then an insert, without the lock of the item.
    async fn without_the_lock_two_versions_have_one_number(t: TestDb) {
        let store = Store::new(&t).await;
        store.add("n", b"first").await;
        store.seed.sql("DROP INDEX ux_board_artifacts_work_item_id_name_version").await;
        let mut doubles = 0;
        for _ in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls = [0, 1].map(|_| tokio::spawn(unlocked(store.seed.clone(), store.item.id, Arc::clone(&barrier))));
            for call in calls {
                call.await.expect("the call ends");
            }
            let rows = newest_first(&store.seed, store.item.id).await;
            doubles += usize::from(rows[0].version == rows[1].version);
        }
        assert!(doubles > 0, "the race was never hit: the test above would prove nothing");
    }

    /// The content is there already, old and nobody's, when somebody adds it again and somebody else collects. Its control is
    /// `artifact::collect::a_content_on_its_way_is_lost_without_them`.
    async fn what_is_added_is_not_collected(t: TestDb) {
        let store = Store::new(&t).await;
        let boards = boards(&t).await;
        let rounds = CONTROL_ROUNDS;
        let (mut overlaps, mut collected_first) = (0, 0);
        let mut took = [Duration::ZERO; 2];
        for round in 0..rounds {
            // Somewhere on the way of the one the other begins, whatever each takes on this machine.
            let (waits, late) = (took.map(|other| other.mul_f64(fastrand::f64())), fastrand::usize(..2));
            let waits = [0, 1].map(|side| if side == late { waits[1 - side] } else { Duration::ZERO });
            let content = bytes(round as u64, 100_000);
            let hash = store.add("orphan", &content).await.artifact.content_hash;
            store.seed.sql("DELETE FROM board_artifacts WHERE name = 'orphan'").await;
            store.age(&store.path(&hash), 7200);
            let barrier = Arc::new(Barrier::new(2));
            let (board, item, me, at) = (boards[0].clone(), store.item.id, store.seed.me, Arc::clone(&barrier));
            let adding = tokio::spawn(async move {
                at.wait().await;
                tokio::time::sleep(waits[0]).await;
                let begun = Instant::now();
                let kept = keep(&board, item, "n", &content).await.expect("keep");
                board.run(me, &verb(item, "n", &kept)).await.expect("add");
                (begun, Instant::now())
            });
            let (board, at) = (boards[1].clone(), barrier);
            let collecting = tokio::spawn(async move {
                at.wait().await;
                tokio::time::sleep(waits[1]).await;
                let begun = Instant::now();
                let collect = CollectArtifacts { project: Some("demo".into()), grace_seconds: Some(60) };
                let done = board.collect_artifacts(&collect, false).await.expect("collect");
                (done.removed, begun, Instant::now())
            });
            let (added, (removed, begun, ended)) = (adding.await.expect("it ends"), collecting.await.expect("it ends"));
            overlaps += usize::from(added.0 < ended && begun < added.1);
            took = [added.1 - added.0, ended - begun];
            collected_first += usize::from(removed == 1);
            let found = store.verify().await;
            assert_eq!((found.verified, found.broken()), (round as u64 + 1, 0), "round {round}: {found:?}");
        }
        assert_raced_in(rounds, overlaps, collected_first);
    }
}

async fn newest_first(seed: &Seed, item: Uuid) -> Vec<artifacts::Model> {
    let rows = artifacts::Entity::find().filter(artifacts::Column::WorkItemId.eq(item));
    let rows = rows.order_by_desc(artifacts::Column::Version).order_by_desc(artifacts::Column::Id);
    rows.all(&seed.raw).await.expect("read the versions")
}

/// What adding a version would be without the lock: a look for the newest, then the insert.
async fn unlocked(seed: Seed, item: Uuid, barrier: Arc<Barrier>) {
    let newest = newest_first(&seed, item).await.remove(0);
    meet(&barrier).await;
    let row = artifacts::Model {
        id: Uuid::now_v7(),
        version: newest.version + 1,
        previous_version_id: Some(newest.id),
        ..newest
    };
    let insert = artifacts::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("insert the row");
}
