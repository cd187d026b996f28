//! Tests of the users.

mod add;
mod edit;
mod list;
mod remove;
mod show;
