//! Prerequisites: what must be true before an item can be worked on.

mod add;
pub(crate) mod edge;
mod satisfy;

pub use add::{AddPrerequisite, AddedPrerequisite};
pub(crate) use satisfy::{satisfy, unsatisfy};
