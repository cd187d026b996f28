//! Races between processes, each with a control that loses.

mod archive;
mod artifacts;
mod cancel;
mod checkpoints;
mod claims;
mod decisions;
mod edges;
mod gates;
mod gates_control;
mod idempotency;
mod imports;
mod init;
mod limit;
mod maintenance;
mod names;
mod parents;
mod race;
mod sessions;
mod sprints;
mod streams;
mod sweeps;
mod taken;
mod workflow;
