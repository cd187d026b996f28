//! Assignments: who holds an item, since when and until when.

mod assign;
mod at_once;
mod cancel;
mod claim;

mod complete;
mod complete_and_claim;
mod complete_many;
mod expire;
mod explain;
mod fail;
pub mod fence;
mod finish_own;
mod heartbeat;
mod history;
mod list;
mod machine;
mod matching;
mod pause;
mod reassign;
mod resume;
mod start;
mod wait;
