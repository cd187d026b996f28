//! The harness itself: isolation, and nothing left behind.

mod cleanup;
mod database;
mod program;
mod run;
mod statements;
