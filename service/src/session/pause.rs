//! Pauses a session.

use callboard_entity::WorkSessionStatus as Status;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::find;
use super::rows::{self, ChangedSession};
use super::state::SessionEvent;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::rules;

/// Pauses a session: the time until it is resumed is not counted. Pausing a paused one is a success that changes nothing.
///
/// # Errors
/// `Transition` for a session that is over; `NotFound`; `Invalid` for an empty reason, and where none is named and the one
/// who acts has several active ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PauseSession {
    /// By key or id; where none is named, the only active one of the one who acts.
    pub session: Option<Ref>,
    /// Why.
    pub reason: Option<String>,
}

impl Verb for PauseSession {
    type Output = ChangedSession;

    async fn apply(&self, tx: &Tx) -> Result<ChangedSession> {
        self.reason.as_deref().map_or(Ok(()), rules::reason)?;
        let session = find::lock(tx, self.session.as_ref(), &[Status::Active]).await?;
        let data = self.reason.as_ref().map_or(Value::Null, |reason| json!({ "reason": reason }));
        rows::advance(tx, session, SessionEvent::Pause, None, data).await
    }
}
