#![doc = include_str!("../../examples/embed/README.md")]
#![deny(clippy::missing_errors_doc)]
#![deny(missing_docs, rustdoc::broken_intra_doc_links, rustdoc::private_intra_doc_links, rustdoc::invalid_html_tags)]

pub mod actor;
pub mod agent;
pub mod archive;
pub mod artifact;
pub mod assignment;
mod board;
mod change;
pub mod checkpoint;
pub mod clock;
mod db;
pub mod decision;
mod error;
pub mod export;
pub mod file;
pub mod gate;
pub mod health;
pub mod id;
pub mod import;
pub mod item;
pub mod maintenance;
pub mod message;
mod names;
pub mod page;
pub mod prerequisite;
pub mod project;
pub mod recovery;
pub mod review;
pub mod rules;
pub mod search;
pub mod session;
pub mod setting;
pub mod sprint;
pub mod stream;
pub mod structure;
pub mod user;
pub mod workflow;

pub use actor::Actor;
pub use board::Callboard;
pub use callboard_entity as entity;
pub use change::Change;
pub use clock::Clock;
pub use db::{
    Alone, BoxFuture, DatabaseError, DatabaseUrl, InlineCounts, LaneCounts, OnLane, OnStatement, OpenOptions, Query,
    StatementInfo, Synchronous, Tx, Verb, Watch, WriteLane,
};
pub use error::{Conflict, Error, ErrorKind, FileProblem, Result};
pub use id::Ref;
pub use page::Page;

/// The README's example, so that it is compiled with the documentation's tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
