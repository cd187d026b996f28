//! Works on another item in place of the present one.

use callboard_entity::WorkSessionStatus as Status;
use serde::{Deserialize, Serialize};

use super::place::{self, SessionContext};
use super::{find, rows};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Works on another item from now on: one of the stack comes to its end, any other takes the place of the present one.
///
/// Switching to the item that is worked on is a success that changes nothing.
///
/// # Errors
/// `Transition` for a session that is not active; `Invalid` for an item of another project; `Conflict::Inactive` for an
/// archived item; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SwitchContext {
    /// By key or id; where none is named, the only active one of the one who acts.
    pub session: Option<Ref>,
    /// By key or id.
    pub item: Ref,
}

impl Verb for SwitchContext {
    type Output = SessionContext;

    async fn apply(&self, tx: &Tx) -> Result<SessionContext> {
        let session = find::lock(tx, self.session.as_ref(), &[Status::Active]).await?;
        rows::must_run(&session, "switch")?;
        let item = place::item(tx, &session, &self.item).await?;
        place::switch(tx, session, item).await
    }
}
