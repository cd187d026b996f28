//! Abandons a session with which nobody goes on.

use callboard_entity::work_sessions as sessions;
use sea_orm::sea_query::LockType;
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::find;
use super::rows::{self, ChangedSession};
use super::state::{OPEN, SessionEvent};
use crate::actor::Actor;
use crate::db::dialect::open;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::rules;

/// Abandons a session, such as that of a process that was killed. Abandoning an abandoned one changes nothing.
///
/// # Errors
/// `Transition` for a completed session; `NotFound`; `Invalid` for an empty reason, and where none is named and the one who
/// acts has several open ones.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AbandonSession {
    /// By key or id; where none is named, the only open one of the one who acts.
    pub session: Option<Ref>,
    /// Why.
    pub reason: String,
}

impl Verb for AbandonSession {
    type Output = ChangedSession;

    async fn apply(&self, tx: &Tx) -> Result<ChangedSession> {
        rules::reason(&self.reason)?;
        let session = find::lock(tx, self.session.as_ref(), OPEN).await?;
        rows::advance(tx, session, SessionEvent::Abandon, None, data(&self.reason)).await
    }
}

/// Abandons every session of somebody that is not over, and gives their keys. The caller holds the lock of their starts.
pub(crate) async fn abandon_all(tx: &Tx, holder: Actor, reason: &str) -> Result<Vec<String>> {
    let open = find::of(holder).filter(open::sessions()).order_by_asc(sessions::Column::Id).lock(LockType::NoKeyUpdate);
    let mut keys = Vec::new();
    for session in open.all(&tx.conn).await? {
        keys.push(rows::advance(tx, session, SessionEvent::Abandon, None, data(reason)).await?.session.key);
    }
    Ok(keys)
}

fn data(reason: &str) -> Value {
    json!({ "status": SessionEvent::Abandon.target(), "reason": reason })
}
