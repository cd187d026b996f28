//! The names of agents and users by id, for answers that show who.

use std::collections::HashMap;

use callboard_entity::{ActorType, WorkItemAssigneeType, agent_profiles, board_users, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;

/// Whom an item is set aside for, or who holds it.
pub(crate) fn assignee(item: &work_items::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    item.assignee_type.zip(item.assignee_id)
}

/// An actor as one whose name can be looked up; none for Callboard itself.
pub(crate) fn actor(kind: ActorType, id: Option<Uuid>) -> Option<(WorkItemAssigneeType, Uuid)> {
    match kind {
        ActorType::Agent => id.map(|id| (WorkItemAssigneeType::Agent, id)),
        ActorType::User => id.map(|id| (WorkItemAssigneeType::User, id)),
        ActorType::System => None,
    }
}

/// `agent:SLUG` and `user:NAME` by id: at most two statements, whatever their number.
pub(crate) async fn names(
    tx: &Tx,
    wanted: impl IntoIterator<Item = (WorkItemAssigneeType, Uuid)>,
) -> Result<HashMap<Uuid, String>> {
    let (mut agents, mut users, mut found) = (Vec::new(), Vec::new(), HashMap::new());
    for (kind, id) in wanted {
        // The id stands for one that is gone.
        if found.insert(id, format!("{kind}:{id}")).is_none() {
            match kind {
                WorkItemAssigneeType::Agent => agents.push(id),
                WorkItemAssigneeType::User => users.push(id),
            }
        }
    }
    if !agents.is_empty() {
        let of = agent_profiles::Entity::find().filter(agent_profiles::Column::Id.is_in(agents));
        let of = of.select_only().columns([agent_profiles::Column::Id, agent_profiles::Column::Slug]);
        let slugs: Vec<(Uuid, String)> = of.into_tuple().all(&tx.conn).await?;
        found.extend(slugs.into_iter().map(|(id, slug)| (id, format!("agent:{slug}"))));
    }
    if !users.is_empty() {
        let of = board_users::Entity::find().filter(board_users::Column::Id.is_in(users));
        let of = of.select_only().columns([board_users::Column::Id, board_users::Column::Name]);
        let people: Vec<(Uuid, String)> = of.into_tuple().all(&tx.conn).await?;
        found.extend(people.into_iter().map(|(id, name)| (id, format!("user:{name}"))));
    }
    Ok(found)
}

/// As [`actor`], by the word that the tables of continuity keep: `agent`, `user` or `system`.
pub(crate) fn by(kind: &str, id: Option<Uuid>) -> Option<(WorkItemAssigneeType, Uuid)> {
    match kind {
        "agent" => actor(ActorType::Agent, id),
        "user" => actor(ActorType::User, id),
        _ => None,
    }
}

/// `agent:SLUG`, `user:NAME` or `system`, by the names that [`names`] found.
pub(crate) fn written(kind: &str, id: Option<Uuid>, names: &HashMap<Uuid, String>) -> String {
    id.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| kind.to_owned())
}
