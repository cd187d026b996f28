//! Assignments: who holds an item, since when and until when.

pub mod state;
