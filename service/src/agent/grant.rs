//! Grants a capability to an agent.

use callboard_entity::{AgentProfileStatus, CapabilityLevel, agent_capabilities as granted};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, sea_query::OnConflict};
use serde::{Deserialize, Serialize};

use super::find;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result};
use crate::id::Ref;
use crate::rules;

/// Grants a capability at a level, or changes the level of one that the agent has.
///
/// A verification holds for the level that was verified: another level without `verified` clears it.
///
/// # Errors
/// `NotFound` for the agent; `Conflict::Inactive` where it is archived; `Invalid` for a name that breaks its rule.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GrantCapability {
    /// By slug or id.
    pub agent: Ref,
    /// Brought to lower case, with `-` for white space; at most 64 characters.
    pub capability: String,
    /// Basic, proficient or expert; a higher one meets what requires a lower.
    pub level: CapabilityLevel,
    /// Whether somebody has checked that the agent can do it; its time is recorded.
    pub verified: bool,
}

impl Verb for GrantCapability {
    type Output = granted::Model;

    async fn apply(&self, tx: &Tx) -> Result<granted::Model> {
        let capability = rules::normal_name("capability", &self.capability)?;
        let agent = find(tx, &self.agent).await?;
        if agent.status == AgentProfileStatus::Archived {
            return Err(Conflict::Inactive { entity: "agent", name: agent.slug, status: "archived".to_owned() }.into());
        }
        let before = granted::Entity::find_by_id((agent.id, capability.clone())).one(&tx.conn).await?;
        let kept = before.as_ref().filter(|b| b.level == self.level).and_then(|b| b.verified_at);
        let row = granted::Model {
            agent_id: agent.id,
            capability,
            level: self.level,
            verified_at: if self.verified { Some(tx.now) } else { kept },
            created_at: before.map_or(tx.now, |b| b.created_at),
        };
        let active = row.clone().into_active_model().reset_all();
        let same = OnConflict::columns([granted::Column::AgentId, granted::Column::Capability])
            .update_columns([granted::Column::Level, granted::Column::VerifiedAt])
            .to_owned();
        granted::Entity::insert(active).on_conflict(same).exec_without_returning(&tx.conn).await?;
        // It may wait for what it can do from now on.
        tx.news.tell();
        Ok(row)
    }
}
