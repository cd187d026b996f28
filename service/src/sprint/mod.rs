//! Sprints: the time boxes of a project.

mod find;

pub(crate) use find::find;
pub use find::normal_code;
