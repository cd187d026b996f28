//! Tests of checkpoints.

mod add;
mod list;
mod show;

use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::checkpoints;
use callboard_service::{Actor, Ref};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use support::Seed;
use uuid::Uuid;

/// The rows of an item, oldest first.
async fn rows(seed: &Seed, item: Uuid) -> Vec<checkpoints::Model> {
    let of = checkpoints::Entity::find().filter(checkpoints::Column::WorkItemId.eq(item));
    of.order_by_asc(checkpoints::Column::Seq).all(&seed.raw).await.expect("read the checkpoints")
}

/// A note of the assignment's holder.
async fn note(seed: &Seed, item: Uuid, assignment: Uuid, note: &str) -> checkpoints::Model {
    let add = AddCheckpoint { assignment: Some(assignment), ..AddCheckpoint::of(Ref::Id(item), note) };
    seed.must(&add).await.checkpoint
}

/// A checkpoint that no verb wrote, for what is about many of them.
async fn put(seed: &Seed, item: Uuid, seq: i64, by: Actor) {
    use callboard_service::entity::CheckpointActorType;
    let row = checkpoints::Model {
        id: Uuid::now_v7(),
        work_item_id: item,
        assignment_id: None,
        session_id: None,
        seq,
        note: format!("note {seq}"),
        data: None,
        actor_type: CheckpointActorType::User,
        actor_id: by.id,
        created_at: seed.board.now(),
    };
    let insert = checkpoints::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("write a checkpoint");
    seed.reindex().await;
}
