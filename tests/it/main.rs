//! All integration tests: one binary, the same bodies on both databases.
//!
//! A file belongs to the verb or command of its name: `assignment/claim.rs` tests `service/src/assignment/claim.rs`.

mod agent;
mod assignment;
mod checkpoint;
mod cli;
mod concurrency;
mod db;
mod decision;
mod embed;
mod entities;
mod file;
mod harness;
mod import;
mod item;
mod lane;
mod message;
mod migration;
mod prerequisite;
mod project;
mod recovery;
mod rules;
mod search;
mod session;
mod setting;
mod sprint;
mod user;
mod workflow;

fn main() -> std::process::ExitCode {
    support::main()
}
