//! Assignments: who holds an item, and until when.
