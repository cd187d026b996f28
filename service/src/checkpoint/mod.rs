//! Checkpoints: how far the work on an item has come, as its holder wrote it down on the way.

mod add;
mod list;
mod prune;
pub(crate) mod rows;
mod show;

pub use add::{AddCheckpoint, AddedCheckpoint};
pub use list::{CheckpointPage, ListCheckpoints, ListedCheckpoint};
pub(crate) use prune::prune_old;
pub use show::{CheckpointDetails, ShowCheckpoint};

/// How many checkpoints of an item are kept where no setting says otherwise.
pub const DEFAULT_KEPT: i64 = 20;
/// The most that a setting may keep.
pub const MAX_KEPT: i64 = 1000;
