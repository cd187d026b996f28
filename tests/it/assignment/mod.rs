//! Assignments: who holds an item, since when and until when.

mod claim;
mod machine;
