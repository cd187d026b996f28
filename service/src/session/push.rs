//! Puts an item on the stack of a session.

use callboard_entity::WorkSessionStatus as Status;
use serde::{Deserialize, Serialize};

use super::place::{self, SessionContext};
use super::{find, rows};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item;

/// Works on an item from now on, and comes back to the present one by [`super::PopContext`].
///
/// Pushing the item that is worked on is a success that changes nothing. The item itself is not changed: claim it.
///
/// # Errors
/// `Transition` for a session that is not active; `Invalid` for an item of another project, one that is on the stack
/// already, and one too many ([`super::DEEPEST`]); `Conflict::Inactive` for an archived item; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushContext {
    /// By key or id; where none is named, the only active one of the one who acts.
    pub session: Option<Ref>,
    /// By key or id.
    pub item: Ref,
}

impl Verb for PushContext {
    type Output = SessionContext;

    async fn apply(&self, tx: &Tx) -> Result<SessionContext> {
        let session = find::lock(tx, self.session.as_ref(), &[Status::Active]).await?;
        rows::must_run(&session, "push")?;
        let item = item::find(tx, &self.item).await?;
        place::push(tx, session, item).await
    }
}
