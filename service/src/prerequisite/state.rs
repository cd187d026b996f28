//! The machine of prerequisites. Pure; nothing else changes a status.

use callboard_entity::TaskPrerequisiteStatus as Status;
use serde::{Deserialize, Serialize};

/// What happens to a prerequisite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrerequisiteEvent {
    /// It is met: by a completion, by a look, or by somebody's evidence.
    Satisfy,
    /// Somebody found that it is not met, or not any more.
    Fail,
    /// Its item goes on without it.
    Waive,
    /// The item that it names was reopened.
    Reopen,
}

impl PrerequisiteEvent {
    /// Every event.
    pub const ALL: &'static [Self] = &[Self::Satisfy, Self::Fail, Self::Waive, Self::Reopen];

    /// The word that ledgers and messages use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Satisfy => "satisfy",
            Self::Fail => "fail",
            Self::Waive => "waive",
            Self::Reopen => "reopen",
        }
    }
}

/// The status that `event` leads to, or `None` where the machine does not have the pair.
pub fn next(status: Status, event: PrerequisiteEvent) -> Option<Status> {
    use PrerequisiteEvent as E;
    match (status, event) {
        (Status::Pending | Status::Failed, E::Satisfy) => Some(Status::Satisfied),
        (Status::Pending | Status::Satisfied, E::Fail) => Some(Status::Failed),
        (Status::Pending | Status::Failed, E::Waive) => Some(Status::Waived),
        (Status::Satisfied, E::Reopen) => Some(Status::Pending),
        _ => None,
    }
}

/// Whether the event leads to where the prerequisite stands: then it is done already.
pub fn repeats(status: Status, event: PrerequisiteEvent) -> bool {
    use PrerequisiteEvent as E;
    matches!((event, status), (E::Satisfy, Status::Satisfied) | (E::Fail, Status::Failed) | (E::Waive, Status::Waived))
}
