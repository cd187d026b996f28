//! The states of a decision: which event leads from which to which. Pure; nothing else changes a status by an event.

use callboard_entity::{DecisionEvolutionKind as Kind, DecisionStatus as Status};

/// What happens to a decision: the first two by hand, the others when it evolves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DecisionEvent {
    /// A proposal is taken; so is one that was rejected before.
    Accept,
    /// A proposal is not taken.
    Reject,
    /// Another decision takes its place.
    Supersede,
    /// Another decision takes it back.
    Reverse,
    /// Another decision adds to it; it stays in force.
    Refine,
    /// Another decision says what it means; it stays in force.
    Clarify,
}

impl DecisionEvent {
    /// Every event.
    pub const ALL: &'static [Self] =
        &[Self::Accept, Self::Reject, Self::Supersede, Self::Reverse, Self::Refine, Self::Clarify];

    /// The word that messages and ledgers use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Reject => "reject",
            Self::Supersede => "supersede",
            Self::Reverse => "reverse",
            Self::Refine => "refine",
            Self::Clarify => "clarify",
        }
    }
}

/// The states in which a decision counts: only these are ever due for a review.
pub const IN_FORCE: &[Status] = &[Status::Proposed, Status::Accepted];

/// The status that `event` leads to, or `None` where the machine does not have the pair.
pub fn next(status: Status, event: DecisionEvent) -> Option<Status> {
    use DecisionEvent as E;
    match (status, event) {
        (Status::Proposed | Status::Rejected, E::Accept) => Some(Status::Accepted),
        (Status::Proposed, E::Reject) => Some(Status::Rejected),
        // One decision may be replaced by several.
        (Status::Proposed | Status::Accepted | Status::Superseded, E::Supersede) => Some(Status::Superseded),
        (Status::Accepted, E::Reverse) => Some(Status::Reversed),
        (Status::Proposed | Status::Accepted, E::Refine | E::Clarify) => Some(status),
        _ => None,
    }
}

/// The events that are possible from a status, for the message of a refusal.
pub fn possible(status: Status) -> Vec<String> {
    let events = DecisionEvent::ALL.iter().filter(|event| next(status, **event).is_some());
    events.map(|event| event.as_str().to_owned()).collect()
}

/// What happens to the decision that evolves.
pub fn event_of(kind: Kind) -> DecisionEvent {
    match kind {
        Kind::Superseded => DecisionEvent::Supersede,
        Kind::Refined => DecisionEvent::Refine,
        Kind::Reversed => DecisionEvent::Reverse,
        Kind::Clarified => DecisionEvent::Clarify,
    }
}

/// Whether a decision in that status may be what another one evolved into.
///
/// One that is only proposed puts nothing out of force. One that was itself replaced since may: history can be told late.
pub fn may_follow(kind: Kind, new: Status) -> bool {
    match kind {
        Kind::Superseded | Kind::Reversed => !matches!(new, Status::Proposed | Status::Rejected),
        Kind::Refined | Kind::Clarified => new != Status::Rejected,
    }
}
