//! Work items: what there is to do, and its ledger.

mod add;
pub(crate) mod assignee;
mod brief;
mod counts;
pub(crate) mod fields;
mod find;
pub(crate) mod ledger;
mod new;
pub mod state;
pub(crate) mod write;

pub use add::AddItems;
pub use assignee::Assignee;
pub use brief::ItemBrief;
pub use counts::Counts;
pub(crate) use counts::count;
pub use fields::{Criterion, Requirement};
pub(crate) use find::{find, find_all, lock, not_archived};
pub use ledger::{Mismatch, ReplayLedger};
pub use new::{ItemRef, NewItem};
