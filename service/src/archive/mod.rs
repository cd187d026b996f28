//! Archives: items that were taken off the board whole, each with all of its rows, to be put back until it expires.
//!
//! An archived item in this sense is no row of `work_items` any more; [`crate::item::ArchiveItem`] only hides one.

mod add;
pub(crate) mod content;
mod contents;
mod fit;
mod list;
mod purge;
mod put;
mod references;
mod restore;
pub(crate) mod rules;
mod show;

pub use add::{AddArchive, AddedArchive};
pub(crate) use add::{archive, lock};
pub(crate) use contents::archived_contents;
pub use list::{ListArchives, ListedArchive};
pub(crate) use purge::purge_expired;
pub use purge::{PurgeArchive, PurgedArchive};
pub use restore::{RestoreArchive, RestoredArchive};
pub use show::{ArchiveDetails, ShowArchive};
