//! Ends a session whose work is over.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::find;
use super::rows::{self, ChangedSession};
use super::state::{OPEN, SessionEvent};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::rules;

/// Completes a session. What its holder holds stays held. Ending a completed one is a success that changes nothing.
///
/// # Errors
/// `Transition` for an abandoned session; `NotFound`; `Invalid` for a summary that breaks its rule, and where none is named
/// and the one who acts has several open ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct EndSession {
    /// By key or id; where none is named, the only open one of the one who acts.
    pub session: Option<Ref>,
    /// What came of it, up to 1 MiB.
    pub summary: Option<String>,
}

impl Verb for EndSession {
    type Output = ChangedSession;

    async fn apply(&self, tx: &Tx) -> Result<ChangedSession> {
        if let Some(summary) = &self.summary {
            rules::text("summary", summary)?;
        }
        let session = find::lock(tx, self.session.as_ref(), OPEN).await?;
        let data = json!({ "status": SessionEvent::End.target() });
        rows::advance(tx, session, SessionEvent::End, self.summary.as_deref(), data).await
    }
}
