//! Who writes, when, and in which session: what the fixed statements are told of their caller.

use uuid::Uuid;

use super::transaction::Tx;
use super::verb::Alone;
use crate::actor::Actor;
use crate::clock::Timestamp;

/// What a fixed statement is told of its caller.
#[derive(Clone, Copy, Debug)]
pub(crate) struct By {
    pub actor: Actor,
    pub now: Timestamp,
    pub session: Option<Uuid>,
}

impl Tx {
    pub(crate) fn by(&self) -> By {
        By { actor: self.actor, now: self.now, session: self.session }
    }
}

impl Alone<'_> {
    /// What is in a session is never alone.
    pub(crate) fn by(&self) -> By {
        By { actor: self.actor, now: self.now, session: None }
    }
}
