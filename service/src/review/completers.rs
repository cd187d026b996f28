//! Who completed an item: nobody of them reviews it.

use callboard_entity::{
    TaskAssignmentStatus as Status, WorkItemAssigneeType as Kind, WorkItemStatus, task_assignments as assignments,
    work_item_events as events,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;
use crate::names;

/// One who completed an item.
pub(super) struct Completer {
    pub item: Uuid,
    pub kind: Kind,
    pub who: Uuid,
}

/// All that ever completed one of some items: who held a completed assignment, and who handed one in or finished the item
/// by hand, in whatever name.
pub(super) async fn of(tx: &Tx, items: &[Uuid]) -> Result<Vec<Completer>> {
    let held: Vec<(Uuid, Option<Uuid>, Option<Uuid>)> = assignments::Entity::find()
        .select_only()
        .columns([assignments::Column::WorkItemId, assignments::Column::AgentId, assignments::Column::UserId])
        .filter(assignments::Column::WorkItemId.is_in(items.iter().copied()))
        .filter(assignments::Column::Status.eq(Status::Completed))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let acted = events::Entity::find()
        .filter(events::Column::WorkItemId.is_in(items.iter().copied()))
        .filter(events::Column::FromStatus.eq(WorkItemStatus::InProgress.as_str()))
        .filter(events::Column::ToStatus.is_in([WorkItemStatus::Review.as_str(), WorkItemStatus::Done.as_str()]))
        .all(&tx.conn)
        .await?;
    let held = held.into_iter().filter_map(|(item, agent, user)| match (agent, user) {
        (Some(who), _) => Some(Completer { item, kind: Kind::Agent, who }),
        (None, Some(who)) => Some(Completer { item, kind: Kind::User, who }),
        (None, None) => None,
    });
    let acted = acted.into_iter().filter_map(|event| {
        let (kind, who) = names::actor(event.actor_type, event.actor_id)?;
        Some(Completer { item: event.work_item_id, kind, who })
    });
    Ok(held.chain(acted).collect())
}

/// The assignment whose result is reviewed: the last that was completed.
pub(super) async fn last_assignment(tx: &Tx, item: Uuid) -> Result<Option<Uuid>> {
    let last = assignments::Entity::find()
        .select_only()
        .column(assignments::Column::Id)
        .filter(assignments::Column::WorkItemId.eq(item))
        .filter(assignments::Column::Status.eq(Status::Completed))
        .order_by_desc(assignments::Column::Id)
        .limit(1)
        .into_tuple::<Uuid>();
    Ok(last.one(&tx.conn).await?)
}
