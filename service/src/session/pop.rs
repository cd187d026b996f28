//! Takes the item that is worked on off the stack of a session.

use callboard_entity::WorkSessionStatus as Status;
use serde::{Deserialize, Serialize};

use super::place::{self, SessionContext};
use super::{find, rows};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Comes back to the item before the present one; to none where there was none.
///
/// # Errors
/// `Transition` for a session that is not active, and for one whose stack is empty; `NotFound`; `Invalid` where none is
/// named and the one who acts has several active ones.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct PopContext {
    /// By key or id; where none is named, the only active one of the one who acts.
    pub session: Option<Ref>,
}

impl Verb for PopContext {
    type Output = SessionContext;

    async fn apply(&self, tx: &Tx) -> Result<SessionContext> {
        let session = find::lock(tx, self.session.as_ref(), &[Status::Active]).await?;
        rows::must_run(&session, "pop")?;
        place::pop(tx, session).await
    }
}
