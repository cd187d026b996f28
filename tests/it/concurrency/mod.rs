//! Races between processes, each with a control that loses.

mod archive;
mod artifacts;
mod cancel;
mod checkpoints;
mod claims;
mod decisions;
mod edges;
mod idempotency;
mod imports;
mod init;
mod limit;
mod names;
mod parents;
mod race;
mod sessions;
mod sprints;
mod streams;
mod sweeps;
mod taken;
mod workflow;
