//! Starts a session.

use callboard_entity::{
    AgentProfileStatus, ProjectStatus, WorkSessionSource, WorkSessionStatus as Status, WorkSessionType,
    work_sessions as sessions,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::{find, place};
use crate::actor::Actor;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result, taken};
use crate::id::{self, Ref};
use crate::{agent, item, project, rules};

/// Starts a session of the one who acts, which runs from now on.
///
/// One session at a time is active for each agent or person and project: two starts at once give one of them the
/// session, and the other is told of it.
///
/// # Errors
/// `Conflict::SessionActive` where the one who acts is at work in the project already, and `beside` does not ask for one
/// more; `Conflict::Exists` for a key that is taken; `Conflict::Inactive` for an archived project or item, and for an agent
/// that is not active; `Invalid` for a key or metadata that break their rules, for an item of another project, where a
/// project is needed, and for Callboard itself, which has no sessions; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StartSession {
    /// What commands name it by: lower-case words joined by `-`, 1 to 64 characters, unique. Made up where none is given.
    pub key: Option<String>,
    /// By slug or id; where none is named the item's, the board's default one, or the only active one.
    pub project: Option<Ref>,
    /// From where the work is done.
    pub source: WorkSessionSource,
    /// What kind of work it is.
    pub session_type: WorkSessionType,
    /// The item that is worked on first, by key or id; it is the first of the stack.
    pub item: Option<Ref>,
    /// Anything else worth keeping, up to 1 MiB.
    pub metadata: Option<Value>,
    /// Whether it may run beside another active session of the same one in this project.
    pub beside: bool,
}

impl Default for StartSession {
    fn default() -> Self {
        Self {
            key: None,
            project: None,
            source: WorkSessionSource::Api,
            session_type: WorkSessionType::Work,
            item: None,
            metadata: None,
            beside: false,
        }
    }
}

impl Verb for StartSession {
    type Output = sessions::Model;

    async fn apply(&self, tx: &Tx) -> Result<sessions::Model> {
        if let Some(key) = &self.key {
            rules::slug("session key", key)?;
        }
        if let Some(metadata) = &self.metadata {
            rules::json("metadata", metadata)?;
        }
        let holder = holder(tx)?;
        let item = match &self.item {
            Some(name) => Some(item::find(tx, name).await?),
            None => None,
        };
        let named = self.project.clone().or_else(|| item.as_ref().map(|item| Ref::Id(item.project_id)));
        let project = project::resolve(tx, named.as_ref()).await?;
        if project.status == ProjectStatus::Archived {
            let status = project.status.as_str().to_owned();
            return Err(Conflict::Inactive { entity: "project", name: project.slug, status }.into());
        }
        tx.dialect.lock_sessions(&tx.conn, holder).await?;
        may_work(tx, tx.actor.agent_id()).await?;
        if !self.beside {
            alone(tx, tx.actor, project.id, &project.slug).await?;
        }
        let id = id::new();
        let session = sessions::Model {
            id,
            key: self.key.clone().unwrap_or_else(|| made_up(id)),
            project_id: Some(project.id),
            agent_id: tx.actor.agent_id(),
            user_id: tx.actor.user_id(),
            source: self.source,
            session_type: self.session_type,
            status: Status::Active,
            active_work_item_id: None,
            started_at: tx.now,
            resumed_at: Some(tx.now),
            paused_at: None,
            ended_at: None,
            active_seconds: 0,
            summary: None,
            metadata: self.metadata.clone(),
            created_at: tx.now,
            updated_at: tx.now,
        };
        let row = session.clone().into_active_model().reset_all();
        let inserted = sessions::Entity::insert(row).exec_without_returning(&tx.conn).await;
        inserted.map_err(taken("session", &session.key))?;
        match item {
            Some(item) => Ok(place::push(tx, session, item).await?.session),
            None => Ok(session),
        }
    }
}

/// The id of the agent or person whose session it will be.
fn holder(tx: &Tx) -> Result<Uuid> {
    tx.actor.id.ok_or_else(|| Error::invalid("actor", "system", "must be an agent or a user: a session is somebody's"))
}

/// Refuses the session of an agent that is not active. The caller holds the lock of its starts, as whoever archives it does.
pub(super) async fn may_work(tx: &Tx, agent: Option<Uuid>) -> Result<()> {
    let Some(id) = agent else { return Ok(()) };
    let agent = agent::find(tx, &Ref::Id(id)).await?;
    if agent.status == AgentProfileStatus::Active {
        return Ok(());
    }
    let status = agent.status.as_str().to_owned();
    Err(Conflict::Inactive { entity: "agent", name: agent.slug, status }.into())
}

/// Refuses a second active session of somebody in a project. The caller holds the lock of their starts.
pub(super) async fn alone(tx: &Tx, holder: Actor, project: Uuid, slug: &str) -> Result<()> {
    let active = find::of(holder)
        .filter(sessions::Column::ProjectId.eq(project))
        .filter(sessions::Column::Status.eq(Status::Active));
    match active.order_by_asc(sessions::Column::Id).one(&tx.conn).await? {
        None => Ok(()),
        Some(other) => {
            let holder = find::who(tx, holder).await?;
            Err(Conflict::SessionActive { holder, session: other.key, project: slug.to_owned() }.into())
        }
    }
}

/// `s-` and ten letters and digits that are easy to tell apart: the random end of the session's id.
fn made_up(id: Uuid) -> String {
    const LETTERS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
    let (_, random) = id.as_u64_pair();
    let letter = |n: u32| char::from(LETTERS[usize::try_from((random >> (5 * n)) % 32).unwrap_or(0)]);
    format!("s-{}", (0..10).map(letter).collect::<String>())
}
