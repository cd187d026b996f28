//! What the verbs of an assignment give back.

use callboard_entity::{task_assignments, work_items};
use serde::{Deserialize, Serialize};

use super::rows::Held;

/// An assignment and its item as they stand after a verb.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// As it is now.
    pub assignment: task_assignments::Model,
    /// As it is now.
    pub item: work_items::Model,
    /// The assignment stood there before: nothing was changed.
    pub already: bool,
}

impl Outcome {
    pub(crate) fn changed(assignment: task_assignments::Model, item: work_items::Model) -> Self {
        Self { assignment, item, already: false }
    }

    pub(crate) fn already(held: Held) -> Self {
        Self { assignment: held.assignment, item: held.item, already: true }
    }
}
