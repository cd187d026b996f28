//! Agents: who they are, what they can do, and what they hold.

mod archive;
mod assignments;
mod edit;
mod find;
mod grant;
mod items;
mod list;
mod register;
mod restore;
mod revoke;
mod rules;
mod show;

pub use archive::{ArchiveAgent, ArchivedAgent, ReleasedItem};
pub use assignments::{AgentAssignments, AssignmentOfAgent};
pub use edit::EditAgent;
pub(crate) use find::find;
pub use grant::GrantCapability;
pub use items::{AgentItems, ItemOfAgent};
pub use list::{ListAgents, ListedAgent};
pub use register::RegisterAgent;
pub use restore::{RestoreAgent, RestoredAgent};
pub use revoke::RevokeCapability;
pub use show::{AgentDetails, ShowAgent};
