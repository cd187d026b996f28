//! Work items: what there is to do, and its ledger.

mod find;
pub(crate) mod ledger;
pub mod state;
pub(crate) mod write;

pub(crate) use find::{find, lock};
pub use ledger::{Mismatch, ReplayLedger};
