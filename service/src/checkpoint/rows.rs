//! The rows of `checkpoints`.

use callboard_entity::{ActorType, CheckpointActorType, WorkSessionStatus, checkpoints, work_sessions};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;

/// The newest checkpoint of an item.
pub(crate) async fn newest(tx: &Tx, item: Uuid) -> Result<Option<checkpoints::Model>> {
    let of = checkpoints::Entity::find().filter(checkpoints::Column::WorkItemId.eq(item));
    Ok(of.order_by_desc(checkpoints::Column::Seq).one(&tx.conn).await?)
}

/// The session in which a checkpoint is written, by key or id: it must be an active one.
pub(super) async fn session(tx: &Tx, name: &Ref) -> Result<work_sessions::Model> {
    let query = match name {
        Ref::Id(id) => work_sessions::Entity::find_by_id(*id),
        Ref::Name(key) => work_sessions::Entity::find().filter(work_sessions::Column::Key.eq(key.as_str())),
    };
    let found = query.one(&tx.conn).await?.ok_or_else(|| Error::not_found("session", name.to_string()))?;
    if found.status == WorkSessionStatus::Active {
        return Ok(found);
    }
    let status = found.status.as_str().to_owned();
    Err(Conflict::Inactive { entity: "session", name: found.key, status }.into())
}

pub(super) fn actor_type(kind: ActorType) -> CheckpointActorType {
    match kind {
        ActorType::Agent => CheckpointActorType::Agent,
        ActorType::User => CheckpointActorType::User,
        ActorType::System => CheckpointActorType::System,
    }
}
