//! What all benchmarks share: places for boards, processes, medians, tables and the page that is written.

pub mod chart;
pub mod control;
pub mod machine;
pub mod memory;
pub mod options;
pub mod page;
pub mod place;
pub mod process;
pub mod report;
pub mod stats;

/// Whatever goes wrong ends the run with its message.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
pub type Result<T> = std::result::Result<T, Failure>;
