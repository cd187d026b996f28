//! The names of agents and users by id, for answers that show who.

use std::collections::HashMap;

use callboard_entity::{WorkItemAssigneeType, agent_profiles, board_users};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;

/// An agent or a user, as answers show them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Who {
    pub kind: WorkItemAssigneeType,
    /// The agent's slug or the user's name; the id of one that is gone.
    pub name: String,
    pub id: Uuid,
}

/// Looks up the names of agents and users: two statements, whatever their number.
pub(crate) async fn names(
    tx: &Tx,
    wanted: impl IntoIterator<Item = (WorkItemAssigneeType, Uuid)>,
) -> Result<HashMap<Uuid, Who>> {
    let mut found: HashMap<Uuid, Who> =
        wanted.into_iter().map(|(kind, id)| (id, Who { kind, name: id.to_string(), id })).collect();
    let of = |kind| found.values().filter(move |w| w.kind == kind).map(|w| w.id).collect::<Vec<_>>();
    let (agents, users) = (of(WorkItemAssigneeType::Agent), of(WorkItemAssigneeType::User));
    let slugs: Vec<(Uuid, String)> = agent_profiles::Entity::find()
        .select_only()
        .columns([agent_profiles::Column::Id, agent_profiles::Column::Slug])
        .filter(agent_profiles::Column::Id.is_in(agents))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let people: Vec<(Uuid, String)> = board_users::Entity::find()
        .select_only()
        .columns([board_users::Column::Id, board_users::Column::Name])
        .filter(board_users::Column::Id.is_in(users))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    for (id, name) in slugs.into_iter().chain(people) {
        if let Some(who) = found.get_mut(&id) {
            who.name = name;
        }
    }
    Ok(found)
}
