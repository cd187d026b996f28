//! Takes over what other trackers, and other boards, hold.

mod beads;
mod callboard;
mod content;
pub(crate) mod graph;
mod lines;

pub use beads::{BeadsReport, Edges, Examples, Fields, ImportBeads, Rows};
pub use callboard::{ImportCallboard, Restored, RestoredRows};
pub use content::Content;
pub use lines::text;
