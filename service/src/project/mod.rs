//! Projects: each numbers its own items.

mod find;

pub(crate) use find::{find, resolve};
