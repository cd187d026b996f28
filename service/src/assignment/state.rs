//! The machine of assignments, and what each of its states makes of the item. Pure; nothing else changes a status.

use callboard_entity::TaskAssignmentStatus as Status;
use serde::{Deserialize, Serialize};

/// What happens to an assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssignmentEvent {
    /// The holder begins to work: assigned to started.
    Start,
    /// The holder waits for something: started to paused.
    Pause,
    /// The holder goes on: paused to started.
    Resume,
    /// The holder is done: started to completed.
    Complete,
    /// The holder gives up this attempt: started or paused to failed.
    Fail,
    /// The board takes it back: from any open state to cancelled.
    Cancel,
    /// Its deadline has passed: from any open state to expired.
    Expire,
}

impl AssignmentEvent {
    /// Every event, in the order of an assignment's life.
    pub const ALL: &'static [Self] =
        &[Self::Start, Self::Pause, Self::Resume, Self::Complete, Self::Fail, Self::Cancel, Self::Expire];

    /// The word that ledgers and messages use.
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
