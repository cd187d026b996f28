//! Tests of the settings.

mod get;
mod list;
mod set;
mod unset;
