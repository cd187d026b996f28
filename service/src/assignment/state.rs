//! The machine of assignments, and what each of its states makes of the item. Pure; nothing else changes a status.

use callboard_entity::TaskAssignmentStatus as Status;
use serde::{Deserialize, Serialize};

/// What happens to an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentEvent {
    Start,
    Pause,
    Resume,
    Complete,
    Fail,
    Cancel,
    Expire,
}

impl AssignmentEvent {
    pub const ALL: &'static [Self] =
        &[Self::Start, Self::Pause, Self::Resume, Self::Complete, Self::Fail, Self::Cancel, Self::Expire];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Complete => "complete",
            Self::Fail => "fail",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
        }
    }
}

/// The states in which an assignment holds its item. The same list stands in the partial indexes.
pub const OPEN: &[Status] = &[Status::Assigned, Status::Started, Status::Paused];

/// The state that `event` leads to, or `None` where the machine does not have the pair.
pub fn next(status: Status, event: AssignmentEvent) -> Option<Status> {
    use AssignmentEvent as E;
    match (status, event) {
        (Status::Assigned, E::Start) => Some(Status::Started),
        (Status::Started, E::Pause) => Some(Status::Paused),
        (Status::Paused, E::Resume) => Some(Status::Started),
        (Status::Started, E::Complete) => Some(Status::Completed),
        (Status::Started | Status::Paused, E::Fail) => Some(Status::Failed),
        (Status::Assigned | Status::Started | Status::Paused, E::Cancel) => Some(Status::Cancelled),
        (Status::Assigned | Status::Started | Status::Paused, E::Expire) => Some(Status::Expired),
        _ => None,
    }
}

/// The events that are possible from a state, for the message of a refusal.
pub fn possible(status: Status) -> Vec<String> {
    AssignmentEvent::ALL.iter().filter(|e| next(status, **e).is_some()).map(|e| e.as_str().to_owned()).collect()
}
