//! All integration tests: one binary, the same bodies on both databases.
//!
//! A file belongs to the verb or command of its name: `assignment/claim.rs` tests `service/src/assignment/claim.rs`.

mod agent;
mod archive;
mod artifact;
mod assignment;
mod checkpoint;
mod cli;
mod concurrency;
mod db;
mod decision;
mod embed;
mod entities;
mod file;
mod gate;
mod harness;
mod health;
mod import;
mod item;
mod lane;
mod maintenance;
mod message;
mod migration;
mod plans;
mod prerequisite;
mod project;
mod recovery;
mod review;
mod rules;
mod search;
mod session;
mod setting;
mod sprint;
mod stream;
mod user;
mod workflow;

fn main() -> std::process::ExitCode {
    support::main()
}
