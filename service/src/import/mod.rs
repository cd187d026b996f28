//! Takes over what other trackers hold.

mod beads;
mod lines;

pub use beads::{BeadsReport, Edges, Examples, Fields, ImportBeads, Rows};
pub use lines::text;
