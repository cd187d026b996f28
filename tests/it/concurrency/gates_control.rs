//! The controls of `gates`: the same races with a guard taken away, which must be lost.

use std::sync::Arc;

use callboard_service::assignment::Complete;
use callboard_service::entity::{
    TaskPrerequisiteStatus as EdgeStatus, TaskPrerequisiteType, WorkItemStatus as Status, task_prerequisites as edges,
    work_items,
};
use callboard_service::file::{Progress, VerifyFiles};
use callboard_service::{Actor, Ref};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, TransactionTrait};
use serde_json::json;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::gates::{missing, pair, was_tracked_first};
use super::race::{CONTROL_ROUNDS, boards, meet, timed};
use crate::gate::Gated;

both! {
    /// The gate's item is read without a lock, before it completes.
    async fn without_the_lock_the_wake_up_of_a_gate_is_lost(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let board = boards(&t).await[0].clone();
        let mut lost = 0;
        for _ in 0..CONTROL_ROUNDS {
            let (held, waits) = pair(&seed, &agent).await;
            let barrier = Arc::new(Barrier::new(2));
            let adding = tokio::spawn(unlocked_gate(seed.clone(), waits, held.item.id, Arc::clone(&barrier)));
            let complete = Complete { assignment: held.assignment, ..Complete::default() };
            let (done, ..) = timed(board.clone(), Actor::agent(agent.id), complete, barrier).await;
            done.expect("complete");
            adding.await.expect("the call ends");
            lost += usize::from(seed.row(waits).await.unmet_prerequisites > 0);
        }
        assert!(lost > 0, "the race was never hit: the test beside it would prove nothing");
    }

    /// The decision rests on a look at the files alone: whether the operations are still the same is not asked.
    async fn without_a_second_look_at_the_operations_something_passes(t: TestDb) {
        let gated = Gated::new(&t).await;
        let (seed, agent) = (&gated.seed, &gated.agent);
        let board = boards(&t).await[0].clone();
        let mut passed = 0;
        for round in 0..CONTROL_ROUNDS {
            let (held, _) = pair(seed, agent).await;
            gated.create(held.item.id, &format!("good {round}"), "x").await;
            let barrier = Arc::new(Barrier::new(2));
            let tracking = tokio::spawn(timed(board.clone(), seed.me, missing(held.item.id, round), Arc::clone(&barrier)));
            let scope = VerifyFiles { item: Some(Ref::Id(held.item.id)), project: None };
            let seen = seed.board.verify_files(seed.me, &scope, &Progress::default()).await.expect("look");
            assert_eq!(seen.broken(), 0);
            meet(&barrier).await;
            let force = Some("as it was seen".to_owned());
            let complete = Complete { assignment: held.assignment, force, ..Complete::default() };
            seed.by(agent, &complete).await.expect("complete");
            tracking.await.expect("the call ends").0.expect("track");
            passed += usize::from(was_tracked_first(seed, held.item.id).await);
        }
        assert!(passed > 0, "the race was never hit: the test beside it would prove nothing");
    }
}

/// What adding a gate would be without its locks: a look, a decision, the writes.
async fn unlocked_gate(seed: Seed, item: Uuid, other: Uuid, barrier: Arc<Barrier>) {
    let pending = seed.row(other).await.status != Status::Done;
    meet(&barrier).await;
    let now = seed.board.now();
    let tx = seed.raw.begin().await.expect("begin");
    let edge = edges::ActiveModel {
        id: Set(Uuid::now_v7()),
        work_item_id: Set(item),
        prerequisite_id: Set(Some(other)),
        prerequisite_type: Set(TaskPrerequisiteType::QualityGate),
        description: Set("the gate".to_owned()),
        validation_criteria: Set(Some(json!({ "level": "enhanced" }))),
        is_mandatory: Set(true),
        is_auto_resolvable: Set(true),
        status: Set(if pending { EdgeStatus::Pending } else { EdgeStatus::Satisfied }),
        created_at: Set(now),
        updated_at: Set(now),
        ..Default::default()
    };
    edges::Entity::insert(edge).exec_without_returning(&tx).await.expect("insert the edge");
    let (unmet, revision) = (work_items::Column::UnmetPrerequisites, work_items::Column::Revision);
    let counted = work_items::Entity::update_many()
        .col_expr(unmet, Expr::col(unmet).add(i64::from(pending)))
        .col_expr(revision, Expr::col(revision).add(1))
        .filter(work_items::Column::Id.eq(item))
        .exec_with_returning(&tx)
        .await
        .expect("count it");
    let after = json!({ "unmet_prerequisites": counted[0].unmet_prerequisites });
    support::stage_event(&tx, &counted[0], after).await;
    tx.commit().await.expect("commit");
}
