//! Projects: each numbers its own items.

mod add;
mod archive;
mod board;
mod edit;
mod find;
mod held;
mod list;
mod restore;
mod rules;
mod show;

pub use add::AddProject;
pub use archive::{ArchiveProject, ProjectArchive};
pub use board::{Board, BoardOverview, COUNTED_TO, DeadItem, HeldItem, Section, StuckItem};
pub use edit::EditProject;
pub(crate) use find::{find, resolve};
pub use list::{ListProjects, ListedProject};
pub use restore::RestoreProject;
pub use show::{ProjectDetails, ShowProject};
