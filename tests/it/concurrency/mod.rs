//! Races between processes, each with a control that loses.

mod archive;
mod cancel;
mod claims;
mod edges;
mod idempotency;
mod limit;
mod names;
mod parents;
mod race;
mod workflow;
