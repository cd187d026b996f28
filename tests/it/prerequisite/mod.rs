//! Tests of prerequisites.

mod add;
mod list;
mod remove;
mod waive;
