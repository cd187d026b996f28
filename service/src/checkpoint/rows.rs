//! The rows of `checkpoints`.

use callboard_entity::{ActorType, CheckpointActorType, checkpoints};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;

/// The newest checkpoint of an item.
pub(crate) async fn newest(tx: &Tx, item: Uuid) -> Result<Option<checkpoints::Model>> {
    let of = checkpoints::Entity::find().filter(checkpoints::Column::WorkItemId.eq(item));
    Ok(of.order_by_desc(checkpoints::Column::Seq).one(&tx.conn).await?)
}

pub(super) fn actor_type(kind: ActorType) -> CheckpointActorType {
    match kind {
        ActorType::Agent => CheckpointActorType::Agent,
        ActorType::User => CheckpointActorType::User,
        ActorType::System => CheckpointActorType::System,
    }
}
