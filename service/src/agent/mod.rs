//! Agents: who they are, what they can do, and what they hold.

mod find;
mod grant;
mod register;
mod revoke;
mod rules;

pub(crate) use find::find;
pub use grant::GrantCapability;
pub use register::RegisterAgent;
pub use revoke::RevokeCapability;
