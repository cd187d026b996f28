//! Quality gates: what an item must meet before it is done, whatever the way by which it is completed.
//!
//! Files are looked at before the transaction that decides (`looks.rs`): a verb that meets a gate without such a look is
//! refused inside of [`crate::Callboard::run`], which looks, and runs it again.

mod check;
mod level;
mod looks;
mod reached;
mod unmet;

pub use check::GateReport;
pub(crate) use check::{Passed, pass};
pub(crate) use level::covers;
pub use level::{LegacyLevel, from_legacy};
pub(crate) use looks::{GatePlan, Looks};
pub(crate) use reached::{at_acceptance, has_files, meets, reached};
