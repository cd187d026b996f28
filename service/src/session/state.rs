//! The machine of work sessions. Pure; nothing else changes a status.

use callboard_entity::WorkSessionStatus as Status;
use serde::{Deserialize, Serialize};

/// What happens to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionEvent {
    /// Whoever is at work stops for a while: active to paused.
    Pause,
    /// The work goes on: paused to active.
    Resume,
    /// The work of the session is over: active or paused to completed.
    End,
    /// Nobody goes on with it: active or paused to abandoned.
    Abandon,
}

impl SessionEvent {
    /// Every event, in the order of a session's life.
    pub const ALL: &'static [Self] = &[Self::Pause, Self::Resume, Self::End, Self::Abandon];

    /// The word that messages and docs/states.md use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::End => "end",
            Self::Abandon => "abandon",
        }
    }

    /// Where the event leads; in that state it is a repeat, which changes nothing.
    pub fn target(self) -> Status {
        match self {
            Self::Pause => Status::Paused,
            Self::Resume => Status::Active,
            Self::End => Status::Completed,
            Self::Abandon => Status::Abandoned,
        }
    }
}

/// The states of a session that is not over. The same list stands in a partial index.
pub const OPEN: &[Status] = &[Status::Active, Status::Paused];

/// The state that `event` leads to, or `None` where the machine does not have the pair.
pub fn next(status: Status, event: SessionEvent) -> Option<Status> {
    use SessionEvent as E;
    match (status, event) {
        (Status::Active, E::Pause) => Some(Status::Paused),
        (Status::Paused, E::Resume) => Some(Status::Active),
        (Status::Active | Status::Paused, E::End) => Some(Status::Completed),
        (Status::Active | Status::Paused, E::Abandon) => Some(Status::Abandoned),
        _ => None,
    }
}

/// The events that are possible from a state, for the message of a refusal.
pub fn possible(status: Status) -> Vec<String> {
    SessionEvent::ALL.iter().filter(|e| next(status, **e).is_some()).map(|e| e.as_str().to_owned()).collect()
}
