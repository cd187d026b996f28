//! Settings of the board, and of a project where it differs.

mod read;

pub(crate) use read::lease_seconds;
