//! Tests of prerequisites.

mod add;
mod check;
mod fail;
mod list;
mod machine;
mod remove;
mod satisfy;
mod types;
mod waive;
