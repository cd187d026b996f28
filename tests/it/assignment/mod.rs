//! Assignments: who holds an item, since when and until when.

mod assign;
mod cancel;
mod claim;
mod fail;
mod fence;
mod heartbeat;
mod machine;
mod pause;
mod reassign;
mod resume;
mod start;
