//! Tests of the settings.

mod get;
mod init;
mod list;
mod set;
mod unset;
