//! The structure of a board: rows that do not agree with each other, and which of them can be put right from the others.
//!
//! [`Damage`] lists all that is looked for. The checks are statements that give only what is broken, a window of items at
//! a time; `callboard maintenance validate-structure` asks them, and mends.

mod artifacts;
mod cycles;
mod damage;
mod edges;
mod items;
mod projects;
mod repair;
mod replay;
mod window;

pub(crate) use artifacts::unseen as artifacts;
pub(crate) use cycles::cycles;
pub use damage::Damage;
pub(crate) use projects::of_project;
pub(crate) use repair::{Mended, mend_item, mend_project};
pub(crate) use window::{Broken, Window, of_items};
