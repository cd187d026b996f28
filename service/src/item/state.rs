//! The machine of work items: which event leads from which status to which. Pure; nothing else changes a status.

use callboard_entity::WorkItemStatus as Status;
use serde::{Deserialize, Serialize};

/// What happens to an item. The first ten are done by hand, the others by its assignment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemEvent {
    /// backlog → todo.
    Ready,
    /// todo → backlog.
    Defer,
    /// It waits for something that the board does not know: todo or in progress to blocked.
    Block,
    /// It waits no more: blocked to todo.
    Unblock,
    /// review → done.
    Accept,
    /// review → todo.
    Reject,
    /// Nobody shall do it: any unfinished status to cancelled.
    Cancel,
    /// It is to be done after all: done or cancelled to todo.
    Reopen,
    /// in_progress → todo, by hand.
    Stop,
    /// in_progress → done, by hand.
    Finish,
    /// An assignment starts.
    Start,
    /// An assignment completes, and its gate asks for no review.
    Complete,
    /// An assignment completes, and its gate asks for a review.
    Submit,
    /// An assignment ends without a result, and attempts are left.
    Release,
    /// An assignment ends without a result, and none are left.
    Exhaust,
}

impl ItemEvent {
    /// Every event.
    pub const ALL: &'static [Self] = &[
        Self::Ready,
        Self::Defer,
        Self::Block,
        Self::Unblock,
        Self::Accept,
        Self::Reject,
        Self::Cancel,
        Self::Reopen,
        Self::Stop,
        Self::Finish,
        Self::Start,
        Self::Complete,
        Self::Submit,
        Self::Release,
        Self::Exhaust,
    ];

    /// The word that ledgers and messages use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Defer => "defer",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Cancel => "cancel",
            Self::Reopen => "reopen",
            Self::Stop => "stop",
            Self::Finish => "finish",
            Self::Start => "start",
            Self::Complete => "complete",
            Self::Submit => "submit",
            Self::Release => "release",
            Self::Exhaust => "exhaust",
        }
    }

    /// Whether the event is an assignment's; the others are refused while an assignment is open (but for cancel).
    pub fn is_assignments(self) -> bool {
        matches!(self, Self::Start | Self::Complete | Self::Submit | Self::Release | Self::Exhaust)
    }
}

/// Finished for good, unless reopened.
pub const FINISHED: &[Status] = &[Status::Done, Status::Cancelled];

/// The status that `event` leads to, or `None` where the machine does not have the pair.
pub fn next(status: Status, event: ItemEvent) -> Option<Status> {
    use ItemEvent as E;
    match (status, event) {
        (Status::Backlog, E::Ready) => Some(Status::Todo),
        (Status::Todo, E::Defer) => Some(Status::Backlog),
        (Status::Todo | Status::InProgress, E::Block) => Some(Status::Blocked),
        (Status::Blocked, E::Unblock) => Some(Status::Todo),
        (Status::Review, E::Accept) => Some(Status::Done),
        (Status::Review, E::Reject) => Some(Status::Todo),
        (Status::Done | Status::Cancelled, E::Cancel) => None,
        (_, E::Cancel) => Some(Status::Cancelled),
        (Status::Done | Status::Cancelled, E::Reopen) => Some(Status::Todo),
        (Status::InProgress, E::Stop) => Some(Status::Todo),
        (Status::InProgress, E::Finish) => Some(Status::Done),
        (Status::Todo, E::Start) => Some(Status::InProgress),
        (Status::InProgress, E::Complete) => Some(Status::Done),
        (Status::InProgress, E::Submit) => Some(Status::Review),
        // An assignment that was never started ends while its item is still todo.
        (Status::Todo | Status::InProgress, E::Release) => Some(Status::Todo),
        (Status::InProgress, E::Exhaust) => Some(Status::Blocked),
        _ => None,
    }
}

/// The events that are possible by hand from a status, for the message of a refusal.
pub fn possible(status: Status) -> Vec<String> {
    let by_hand = ItemEvent::ALL.iter().filter(|e| !e.is_assignments() && next(status, **e).is_some());
    by_hand.map(|e| e.as_str().to_owned()).collect()
}
