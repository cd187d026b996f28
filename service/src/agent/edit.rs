//! Changes an agent's profile.

use std::collections::BTreeMap;

use callboard_entity::{AgentProfileMode, AgentProfileStatus, CapabilityLevel, agent_profiles as agents};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::find::lock;
use super::register::refuse_taken;
use super::{list, rules as profile};
use crate::change::Change;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result, taken};
use crate::id::Ref;
use crate::rules;

/// Changes an agent's profile; what is not named stays.
///
/// A name that it newly declares is granted at `basic`; one that it no longer declares stays granted until it is
/// revoked. An inactive agent keeps what it holds and gets nothing new.
///
/// # Errors
/// `NotFound` for the agent; `Conflict::Inactive` where it is archived; else as [`super::RegisterAgent`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditAgent {
    /// By slug or id.
    pub agent: Ref,
    /// A new slug; commands that name the old one no longer find the agent.
    pub slug: Option<String>,
    /// One line, at most 500 characters.
    pub name: Option<String>,
    /// In the form of a slug: `backend-engineer`, `reviewer`, ...
    pub r#type: Option<String>,
    /// What it mostly does: implementation, planning, review, coordination, analysis or enablement.
    pub mode: Option<AgentProfileMode>,
    /// At most 1 MiB.
    pub description: Change<String>,
    /// All that it declares, in place of what it declared.
    pub capabilities: Option<Vec<String>>,
    /// A JSON object, handed to the agent with each claim.
    pub constraints: Change<Value>,
    /// All its tools, in place of those that it had.
    pub tools: Option<Vec<String>>,
    /// A JSON object of the app's own.
    pub metadata: Change<Value>,
    /// Active or inactive; archiving is a verb of its own.
    pub status: Option<AgentProfileStatus>,
    /// 1 or more; clearing it lifts the limit. What it holds already stays.
    pub max_open_assignments: Change<i64>,
}

impl EditAgent {
    /// An edit that changes nothing yet.
    pub fn new(agent: impl Into<Ref>) -> Self {
        Self {
            agent: agent.into(),
            slug: None,
            name: None,
            r#type: None,
            mode: None,
            description: Change::Keep,
            capabilities: None,
            constraints: Change::Keep,
            tools: None,
            metadata: Change::Keep,
            status: None,
            max_open_assignments: Change::Keep,
        }
    }

    fn applied(&self, before: &agents::Model) -> Result<agents::Model> {
        let mut after = before.clone();
        if let Some(slug) = &self.slug {
            rules::slug("slug", slug)?;
            after.slug.clone_from(slug);
        }
        if let Some(name) = &self.name {
            rules::line("name", name)?;
            after.name.clone_from(name);
        }
        if let Some(kind) = &self.r#type {
            rules::slug("type", kind)?;
            after.r#type.clone_from(kind);
        }
        if let Some(names) = &self.capabilities {
            after.capabilities = profile::list(&profile::normal_names("capability", names)?);
        }
        if let Some(tools) = &self.tools {
            after.tools = profile::list(&profile::normal_names("tool", tools)?);
        }
        if self.status == Some(AgentProfileStatus::Archived) {
            return Err(Error::invalid(
                "status",
                "archived",
                "must be active or inactive; archive is a verb of its own",
            ));
        }
        after.mode = self.mode.unwrap_or(before.mode);
        after.status = self.status.unwrap_or(before.status);
        after.description = profile::description(self.description.of(before.description.clone()))?;
        after.constraints = profile::object("constraints", self.constraints.of(before.constraints.clone()))?;
        after.metadata = profile::object("metadata", self.metadata.of(before.metadata.clone()))?;
        after.max_open_assignments = self.max_open_assignments.of(before.max_open_assignments);
        profile::check_max_open(after.max_open_assignments)?;
        Ok(after)
    }
}

impl Verb for EditAgent {
    type Output = agents::Model;

    async fn apply(&self, tx: &Tx) -> Result<agents::Model> {
        let before = lock(tx, &self.agent).await?;
        if before.status == AgentProfileStatus::Archived {
            let status = before.status.as_str().to_owned();
            return Err(Conflict::Inactive { entity: "agent", name: before.slug, status }.into());
        }
        let mut after = self.applied(&before)?;
        if after == before {
            return Ok(before);
        }
        if after.slug != before.slug {
            refuse_taken(tx, &after.slug).await?;
        }
        after.updated_at = tx.now;
        agents::Entity::update(after.clone().into_active_model().reset_all())
            .exec(&tx.conn)
            .await
            .map_err(taken("agent", &after.slug))?;
        if let Some(declared) = &self.capabilities {
            self.grant_declared(tx, &after, declared).await?;
        }
        // It may wait for what it may have from now on.
        tx.news.tell();
        Ok(after)
    }
}

impl EditAgent {
    async fn grant_declared(&self, tx: &Tx, agent: &agents::Model, declared: &[String]) -> Result<()> {
        let known = list::capabilities(tx, &[agent.id]).await?.remove(&agent.id).unwrap_or_default();
        let missing: BTreeMap<String, CapabilityLevel> = profile::normal_names("capability", declared)?
            .into_iter()
            .filter(|name| !known.iter().any(|grant| grant.capability == *name))
            .map(|name| (name, CapabilityLevel::Basic))
            .collect();
        profile::insert_grants(tx, agent.id, missing).await
    }
}
