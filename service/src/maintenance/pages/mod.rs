//! What the maintenance writes down of a project, as Markdown: the same rows give the same bytes.

mod decisions;
mod items;
mod place;
mod state;

pub(super) use decisions::decisions;
pub(super) use items::{briefly, items};
pub(super) use place::{Change, Place, written};
pub(super) use state::{counts, health, state};

/// How many rows a page of a list has: the rest is in the next file.
pub(super) const ROWS: u64 = 500;
