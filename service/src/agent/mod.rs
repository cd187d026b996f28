//! Agents: who they are, what they can do, and what they hold.

mod find;

pub(crate) use find::find;
