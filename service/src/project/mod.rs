//! Projects: each numbers its own items.

mod add;
mod find;
mod rules;

pub use add::AddProject;
pub(crate) use find::{find, resolve};
