//! Where somebody is, and what of theirs is open.

use callboard_entity::{ActorType, SessionEventKind, WorkSessionStatus as Status, work_sessions as sessions};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::list::{self, ListedSession};
use super::show::{self, SessionEntry};
use super::{find, place};
use crate::actor::Actor;
use crate::assignment::{Holder, ListAssignments, Listed};
use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ItemBrief;
use crate::project;

/// Where somebody is: their session, what they work on in it, and what else of theirs is open. Bounded statements.
///
/// # Errors
/// `NotFound` for a session or a project that is named.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SessionStatus {
    /// Who asks.
    pub actor: Actor,
    /// By key or id; where none is named, the newest active one of the one who asks.
    pub session: Option<Ref>,
    /// Where no session is named: of this project only, by slug or id.
    pub project: Option<Ref>,
}

/// The answer to where somebody is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub actor: String,
    /// The session; none where the one who asks is in none.
    pub session: Option<ListedSession>,
    /// The items of its stack: the last one is worked on, the one before it is come back to.
    pub stack: Vec<ItemBrief>,
    /// Its newest five notes and commands, the newest first.
    pub recent: Vec<SessionEntry>,
    /// The other sessions of the one who asks that are not over, the newest first; at most 50.
    pub open_sessions: Vec<ListedSession>,
    /// By what the one who asks holds items, the newest first; at most 50.
    pub open_assignments: Vec<Listed>,
}

/// How many rows of a kind are told.
const MOST: u64 = 50;

impl Query for SessionStatus {
    type Output = Standing;

    async fn fetch(&self, tx: &Tx) -> Result<Standing> {
        let own = find::of(self.actor)
            .filter(open::sessions())
            .order_by_desc(sessions::Column::Id)
            .limit(MOST + 1)
            .all(&tx.conn)
            .await?;
        let present = self.present(tx, &own).await?;
        let id = present.as_ref().map(|session| session.id);
        let mut others: Vec<sessions::Model> = own.into_iter().filter(|session| Some(session.id) != id).collect();
        others.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
        let (stack, recent) = match id {
            Some(id) => {
                let kinds = [SessionEventKind::Note, SessionEventKind::Command];
                (place::stack(tx, id).await?, show::newest(tx, id, &kinds, 5).await?)
            }
            None => (Vec::new(), Vec::new()),
        };
        let mut listed = list::named(tx, present.into_iter().chain(others).collect()).await?;
        let session = id.map(|_| listed.remove(0));
        Ok(Standing {
            actor: find::who(tx, self.actor).await?,
            session,
            stack,
            recent,
            open_sessions: listed,
            open_assignments: self.assignments(tx).await?,
        })
    }
}

impl SessionStatus {
    async fn present(&self, tx: &Tx, own: &[sessions::Model]) -> Result<Option<sessions::Model>> {
        if let Some(name) = &self.session {
            return Ok(Some(find::find(tx, name).await?));
        }
        let project = match &self.project {
            Some(name) => Some(project::find(tx, name).await?.id),
            None => None,
        };
        let fits = |session: &&sessions::Model| {
            session.status == Status::Active && (project.is_none() || session.project_id == project)
        };
        Ok(own.iter().find(fits).cloned())
    }

    async fn assignments(&self, tx: &Tx) -> Result<Vec<Listed>> {
        let holder = match (self.actor.kind, self.actor.id) {
            (ActorType::Agent, Some(id)) => Holder::Agent(Ref::Id(id)),
            (ActorType::User, Some(id)) => Holder::User(Ref::Id(id)),
            _ => return Ok(Vec::new()),
        };
        let open = ListAssignments { holder: Some(holder), open: true, ..ListAssignments::default() };
        Ok(open.fetch(tx).await?.assignments)
    }
}
