//! Runs the built binaries, and child processes, as a user would: nothing of our environment reaches them.

mod at_once;
mod background;
mod binaries;
mod program;
mod run_all;

pub use at_once::at_once;
pub use background::{Background, Output};
pub use program::{Program, callboard, child, fixture, migration, tests};
pub use run_all::run_all;
