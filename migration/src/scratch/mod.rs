//! Throwaway directories and PostgreSQL clusters that end with the process that made them.
//!
//! Drift checks and tests need a real server for a few seconds. What is made here is removed when its value is dropped,
//! and also when the process panics, is interrupted or is killed with SIGKILL: a small watching shell holds the reading
//! end of a pipe, and cleans up as soon as the writing end, which only this process has, is closed.

mod cluster;
mod directory;
mod error;
mod programs;

pub use cluster::Cluster;
pub use directory::Directory;
pub use error::Error;
