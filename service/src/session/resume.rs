//! Resumes a session.

use callboard_entity::{WorkSessionStatus as Status, work_sessions as sessions};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rows::{self, ChangedSession};
use super::state::{self, SessionEvent};
use super::{find, start};
use crate::actor::Actor;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::project;

/// Resumes a paused session: its time is counted again. Resuming one that runs is a success that changes nothing.
///
/// # Errors
/// `Conflict::SessionActive` where its holder is at work in another session of the project, and `beside` does not ask for
/// one more; `Conflict::Inactive` for that of an agent that is not active; `Transition` for a session that is over;
/// `NotFound`; `Invalid` where none is named and the one who acts has several paused ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ResumeSession {
    /// By key or id; where none is named, the only paused one of the one who acts.
    pub session: Option<Ref>,
    /// Whether it may run beside another active session of the same one in this project.
    pub beside: bool,
}

impl Verb for ResumeSession {
    type Output = ChangedSession;

    async fn apply(&self, tx: &Tx) -> Result<ChangedSession> {
        let found = find::named_or_own(tx, self.session.as_ref(), &[Status::Paused]).await?;
        // Before the row, as a start and whoever archives the agent take them.
        if let Some(holder) = found.agent_id.or(found.user_id) {
            tx.dialect.lock_sessions(&tx.conn, holder).await?;
        }
        let session = find::lock_found(tx, found).await?;
        if state::next(session.status, SessionEvent::Resume).is_some() {
            start::may_work(tx, session.agent_id).await?;
            if !self.beside {
                alone(tx, &session).await?;
            }
        }
        rows::advance(tx, session, SessionEvent::Resume, None, Value::Null).await
    }
}

async fn alone(tx: &Tx, session: &sessions::Model) -> Result<()> {
    let holder = session.agent_id.map(Actor::agent).or(session.user_id.map(Actor::user));
    let Some((holder, project)) = holder.zip(session.project_id) else { return Ok(()) };
    let project = project::find(tx, &Ref::Id(project)).await?;
    start::alone(tx, holder, project.id, &project.slug).await
}
