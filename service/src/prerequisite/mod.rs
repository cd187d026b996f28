//! Prerequisites: what must be true before an item can be worked on.

mod add;
pub(crate) mod edge;
pub(crate) mod list;
mod remove;
mod satisfy;
mod waive;

pub use add::{AddPrerequisite, AddedPrerequisite};
pub use list::{Edge, EdgeItem, ListPrerequisites, Prerequisites};
pub use remove::RemovePrerequisite;
pub(crate) use satisfy::{satisfy, unsatisfy};
pub(crate) use waive::waive_all;
pub use waive::{WaivePrerequisite, WaivedPrerequisite};
