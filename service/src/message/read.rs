//! Marks messages as read.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::mark::{Marked, mark};
use crate::db::{Tx, Verb};
use crate::error::Result;

/// Marks messages as read by the one who acts, all of them or none. A repeat keeps the first time.
///
/// An agent reads what was sent to it. A handover to nobody in particular is read by whoever holds its item, agent or person.
///
/// # Errors
/// `NotFound`; `Invalid` where another than the message's reader acts, and for none or more than 500 messages.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadMessages {
    /// 1 to 500.
    pub messages: Vec<Uuid>,
}

impl Verb for ReadMessages {
    type Output = Vec<Marked>;

    async fn apply(&self, tx: &Tx) -> Result<Vec<Marked>> {
        mark(tx, &self.messages, false).await
    }
}
