//! Takes a capability from an agent.

use callboard_entity::agent_capabilities as granted;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::find;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// Revokes a granted capability. What the agent declares, and what it holds already, stays.
///
/// # Errors
/// `NotFound` for the agent, and for a capability that it is not granted (with the near ones that it has).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RevokeCapability {
    /// By slug or id.
    pub agent: Ref,
    /// By name, in whatever case; white space counts as `-`.
    pub capability: String,
}

impl Verb for RevokeCapability {
    /// The grant as it was.
    type Output = granted::Model;

    async fn apply(&self, tx: &Tx) -> Result<granted::Model> {
        let capability = rules::normal_name("capability", &self.capability)?;
        let agent = find(tx, &self.agent).await?;
        let all = granted::Entity::find().filter(granted::Column::AgentId.eq(agent.id)).all(&tx.conn).await?;
        let near = rules::near(&capability, all.iter().map(|g| g.capability.as_str()));
        let Some(grant) = all.into_iter().find(|g| g.capability == capability) else {
            return Err(Error::NotFound { entity: "granted capability", name: capability, near });
        };
        granted::Entity::delete_by_id((agent.id, capability)).exec(&tx.conn).await?;
        Ok(grant)
    }
}
