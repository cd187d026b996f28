//! Abandons a session with which nobody goes on.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::find;
use super::rows::{self, ChangedSession};
use super::state::{OPEN, SessionEvent};
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
        let data = json!({ "status": SessionEvent::Abandon.target(), "reason": self.reason });
        rows::advance(tx, session, SessionEvent::Abandon, None, data).await
    }
}
