//! Who makes a change. Every ledger row names its actor.

use callboard_entity::ActorType;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The one who acts, already known by id: [`crate::Callboard::actor`] finds it by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// Agent, user or the system.
    pub kind: ActorType,
    /// The agent's or user's id; none for the system.
    pub id: Option<Uuid>,
}

impl Actor {
    /// Callboard itself: expiry, release of backoffs, imports.
    pub const SYSTEM: Self = Self { kind: ActorType::System, id: None };

    /// The agent with that id acts. Whether it exists is for [`crate::Callboard::actor`], which finds it by slug.
    pub fn agent(id: Uuid) -> Self {
        Self { kind: ActorType::Agent, id: Some(id) }
    }

    /// The user with that id acts. [`crate::Callboard::actor`] finds one by name.
    pub fn user(id: Uuid) -> Self {
        Self { kind: ActorType::User, id: Some(id) }
    }

    /// The actor as a key: `agent:ID`, `user:ID` or `system`.
    pub fn key(&self) -> String {
        match self.id {
            Some(id) => format!("{}:{id}", self.kind.as_str()),
            None => self.kind.as_str().to_owned(),
        }
    }

    pub(crate) fn agent_id(&self) -> Option<Uuid> {
        self.id.filter(|_| self.kind == ActorType::Agent)
    }

    pub(crate) fn user_id(&self) -> Option<Uuid> {
        self.id.filter(|_| self.kind == ActorType::User)
    }
}
