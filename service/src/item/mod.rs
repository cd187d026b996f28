//! Work items: what there is to do, and its ledger.

mod add;
pub(crate) mod assignee;
pub(crate) mod fields;
mod find;
pub(crate) mod ledger;
mod new;
pub mod state;
pub(crate) mod write;

pub use add::AddItems;
pub use assignee::Assignee;
pub use fields::{Criterion, Requirement};
pub(crate) use find::{find, lock, not_archived};
pub use ledger::{Mismatch, ReplayLedger};
pub use new::{ItemRef, NewItem};
