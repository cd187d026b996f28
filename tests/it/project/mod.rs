//! Projects.

mod add;
mod archive;
mod board;
mod edit;
mod list;
mod restore;
mod show;

pub(crate) use add::project;
