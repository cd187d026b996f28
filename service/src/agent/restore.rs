//! Takes an archived agent back.

use callboard_entity::{AgentProfileStatus, agent_profiles as agents};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};

use super::find::lock;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Makes an archived agent active again, with the grants that it had. What it gave back stays with the others.
///
/// # Errors
/// `NotFound` for the agent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RestoreAgent {
    /// By slug or id.
    pub agent: Ref,
}

/// What restoring an agent did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredAgent {
    /// As it is now.
    pub agent: agents::Model,
    /// It was not archived; nothing was changed.
    pub already: bool,
}

impl Verb for RestoreAgent {
    type Output = RestoredAgent;

    async fn apply(&self, tx: &Tx) -> Result<RestoredAgent> {
        let mut agent = lock(tx, &self.agent).await?;
        if agent.status != AgentProfileStatus::Archived {
            return Ok(RestoredAgent { agent, already: true });
        }
        agent.status = AgentProfileStatus::Active;
        agent.updated_at = tx.now;
        agents::Entity::update(agent.clone().into_active_model().reset_all()).exec(&tx.conn).await?;
        tx.news.tell();
        Ok(RestoredAgent { agent, already: false })
    }
}
