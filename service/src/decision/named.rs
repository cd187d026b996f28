//! A decision with the key by which people name it.

use callboard_entity::board_decisions as decisions;
use serde::{Deserialize, Serialize};

use super::find::key;

/// A decision and its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedDecision {
    /// Such as `CB-D7`: the project's prefix and the number. It never changes.
    pub key: String,
    /// The row.
    #[serde(flatten)]
    pub decision: decisions::Model,
}

impl NamedDecision {
    pub(super) fn new(prefix: &str, decision: decisions::Model) -> Self {
        Self { key: key(prefix, decision.number), decision }
    }
}
