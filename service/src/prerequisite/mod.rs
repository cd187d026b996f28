//! Prerequisites: what must be true before an item can be worked on, or completed.

mod add;
mod check;
mod completed;
mod criteria;
pub(crate) mod edge;
mod fail;
pub(crate) mod list;
mod named;
mod remove;
mod resolve;
mod satisfy;
mod set;
pub mod state;
mod waive;

pub use add::{AddPrerequisite, AddedPrerequisite, Needed};
pub use check::{CheckOutcome, CheckPrerequisites, CheckedPrerequisite, CheckedPrerequisites, ToCheck};
pub(crate) use completed::{satisfy, unsatisfy};
pub use criteria::{Criteria, Said, SeenFile};
pub use fail::FailPrerequisite;
pub use list::{Edge, EdgeItem, ListPrerequisites, Prerequisites};
pub(crate) use named::name;
pub use remove::RemovePrerequisite;
pub use satisfy::{ChangedPrerequisite, SatisfyPrerequisite};
pub(crate) use waive::waive_all;
pub use waive::{WaivePrerequisite, WaivedPrerequisite};
