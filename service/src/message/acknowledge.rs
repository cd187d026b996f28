//! Acknowledges messages: read, and taken on.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::mark::{Marked, mark};
use crate::db::{Tx, Verb};
use crate::error::Result;

/// Acknowledges messages as the one who has them to read, all of them or none; what was not read is marked as read too.
///
/// # Errors
/// As [`super::ReadMessages`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AcknowledgeMessages {
    /// 1 to 500.
    pub messages: Vec<Uuid>,
}

impl Verb for AcknowledgeMessages {
    type Output = Vec<Marked>;

    async fn apply(&self, tx: &Tx) -> Result<Vec<Marked>> {
        mark(tx, &self.messages, true).await
    }
}
