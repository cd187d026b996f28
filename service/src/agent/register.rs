//! Registers an agent.

use callboard_entity::{AgentProfileMode, AgentProfileStatus, CapabilityLevel, agent_profiles as agents};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rules::{check_max_open, description, granted_at_first, insert_grants, list, normal_names, object};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result, taken};
use crate::{id, rules};

/// Registers an agent, active from the start.
///
/// What it declares is granted at `basic`, unless `grants` name a higher level.
///
/// # Errors
/// `Conflict::Exists` for a slug that an agent has, `Conflict::Inactive` where that one is archived; `Invalid` for input
/// that breaks its rule.
///
/// # Example
/// ```no_run
/// use callboard_service::Actor;
/// use callboard_service::agent::RegisterAgent;
/// use callboard_service::entity::CapabilityLevel;
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let coder = RegisterAgent {
///     grants: vec![("rust".to_owned(), CapabilityLevel::Expert)],
///     max_open_assignments: Some(2),
///     ..RegisterAgent::new("coder")
/// };
/// let agent = board.run(Actor::SYSTEM, &coder).await?;
/// assert_eq!(agent.slug, "coder");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RegisterAgent {
    /// Words of `a-z0-9` joined by `-`, at most 64 characters, unique.
    pub slug: String,
    /// One line, at most 500 characters; the slug where none is given.
    pub name: Option<String>,
    /// What kind of worker it is, in the form of a slug: `backend-engineer`, `reviewer`, ...
    pub r#type: String,
    /// What it mostly does; implementation by default.
    pub mode: AgentProfileMode,
    /// At most 1 MiB.
    pub description: Option<String>,
    /// What it says it can do; names are brought to lower case, with `-` for white space.
    pub capabilities: Vec<String>,
    /// What it is trusted to do, and how well.
    pub grants: Vec<(String, CapabilityLevel)>,
    /// A JSON object, handed to the agent with each claim.
    pub constraints: Option<Value>,
    /// Names in the form of capabilities; an item requires one as `tool/NAME`.
    pub tools: Vec<String>,
    /// A JSON object.
    pub metadata: Option<Value>,
    /// How many assignments it may hold at once, 1 or more; no limit where none is given.
    pub max_open_assignments: Option<i64>,
}

impl Default for RegisterAgent {
    fn default() -> Self {
        Self {
            slug: String::new(),
            name: None,
            r#type: "implementer".to_owned(),
            mode: AgentProfileMode::Implementation,
            description: None,
            capabilities: Vec::new(),
            grants: Vec::new(),
            constraints: None,
            tools: Vec::new(),
            metadata: None,
            max_open_assignments: None,
        }
    }
}

impl RegisterAgent {
    /// An implementer without capabilities or limits; set the other fields with `..RegisterAgent::new(slug)`.
    pub fn new(slug: impl Into<String>) -> Self {
        Self { slug: slug.into(), ..Self::default() }
    }
}

impl Verb for RegisterAgent {
    type Output = agents::Model;

    fn check(&self) -> Result<()> {
        rules::slug("slug", &self.slug)?;
        rules::slug("type", &self.r#type)?;
        self.name.as_deref().map_or(Ok(()), |name| rules::line("name", name))?;
        check_max_open(self.max_open_assignments)
    }

    async fn apply(&self, tx: &Tx) -> Result<agents::Model> {
        self.check()?;
        let declared = normal_names("capability", &self.capabilities)?;
        let grants = granted_at_first(&declared, &self.grants)?;
        refuse_taken(tx, &self.slug).await?;
        let agent = agents::Model {
            id: id::new(),
            name: self.name.clone().unwrap_or_else(|| self.slug.clone()),
            slug: self.slug.clone(),
            r#type: self.r#type.clone(),
            mode: self.mode,
            description: description(self.description.clone())?,
            capabilities: list(&declared),
            constraints: object("constraints", self.constraints.clone())?,
            tools: list(&normal_names("tool", &self.tools)?),
            metadata: object("metadata", self.metadata.clone())?,
            status: AgentProfileStatus::Active,
            max_open_assignments: self.max_open_assignments,
            created_at: tx.now,
            updated_at: tx.now,
        };
        agents::Entity::insert(agent.clone().into_active_model().reset_all())
            .exec_without_returning(&tx.conn)
            .await
            .map_err(taken("agent", &self.slug))?;
        insert_grants(tx, agent.id, grants).await?;
        Ok(agent)
    }
}

/// An archived agent keeps its slug: its history is told by it, and it may be restored.
pub(super) async fn refuse_taken(tx: &Tx, slug: &str) -> Result<()> {
    let Some(other) = agents::Entity::find().filter(agents::Column::Slug.eq(slug)).one(&tx.conn).await? else {
        return Ok(());
    };
    let name = slug.to_owned();
    Err(match other.status {
        AgentProfileStatus::Archived => Conflict::Inactive { entity: "agent", name, status: "archived".to_owned() },
        _ => Conflict::Exists { entity: "agent", name },
    }
    .into())
}
