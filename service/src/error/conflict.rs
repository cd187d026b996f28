//! What stands in the way of a change.

use serde_json::Value;
use uuid::Uuid;

use super::Error;
use crate::clock::Timestamp;

/// What stands in the way of a change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    /// Another row has what must be unique.
    #[error("{entity} '{name}' exists already")]
    Exists {
        /// What kind of thing: `item`, `agent`, `output`, ...
        entity: &'static str,
        /// What is taken: a name, slug, code, key or address.
        name: String,
    },
    /// Somebody changed the item since the caller read it.
    #[error("{item} is at revision {found}, not {expected}: somebody changed it meanwhile")]
    Revision {
        /// The item's key.
        item: String,
        /// The revision that the caller saw.
        expected: i64,
        /// The revision that it has.
        found: i64,
    },
    /// Somebody holds the item: only their verbs move it.
    #[error("{item} is held: assignment {assignment} is {status}")]
    Held {
        /// The item's key.
        item: String,
        /// The open assignment.
        assignment: Uuid,
        /// Its state: assigned, started or paused.
        status: String,
    },
    /// Nobody reviews what they completed themselves.
    #[error("{reviewer} completed {item}: another must review it")]
    OwnReview {
        /// The item's key.
        item: String,
        /// `agent:SLUG` or `user:NAME`.
        reviewer: String,
    },
    /// What is named takes no part any more.
    #[error("{entity} '{name}' is {status}")]
    Inactive {
        /// What kind of thing: `project`, `agent`, `item`, `sprint` or `session`.
        entity: &'static str,
        /// Which one.
        name: String,
        /// Its state: `archived`, `inactive`, `completed`, ...
        status: String,
    },
    /// Somebody is at work in the project already, and asked for one session.
    #[error("{holder} is at work in session '{session}' of project '{project}' already")]
    SessionActive {
        /// `agent:SLUG` or `user:NAME`.
        holder: String,
        /// The active session's key.
        session: String,
        /// The project's slug.
        project: String,
    },
    /// Another process drives the run.
    #[error("run '{run}' is driven by {runner} until {until}")]
    RunHeld {
        /// The run's workflow id.
        run: String,
        /// The other runner.
        runner: String,
        /// When its lease ends, unless it is extended.
        until: Timestamp,
    },
    /// A run's id is an idempotency key: it stands for one workflow with one set of inputs.
    #[error("run '{id}' is one of the workflow '{workflow}' with another {what}: choose another id")]
    OtherRun {
        /// The run's workflow id.
        id: String,
        /// The workflow that it is a run of.
        workflow: String,
        /// What differs: `workflow` or `inputs`.
        what: String,
    },
    /// Steps of a run failed for good.
    #[error("run '{run}' cannot go on: {} used up its attempts; retry it", steps.join(", "))]
    Exhausted {
        /// The run's workflow id.
        run: String,
        /// The names of the failed steps.
        steps: Vec<String>,
    },
    /// Something else refers to the row.
    #[error("{what} cannot be done: {because}")]
    InUse {
        /// The change, and of what.
        what: String,
        /// What refers to it, with numbers.
        because: String,
    },
    /// Others wait for what would never be done.
    #[error("{item} is what {} wait for: waive or cancel them too", dependents.join(", "))]
    Dependents {
        /// The item's key.
        item: String,
        /// The keys of those that would wait for good.
        dependents: Vec<String>,
    },
    /// A decision would come of itself.
    #[error("{decision} cannot come of {original}, which came of it: {}", path.join(" -> "))]
    CameOf {
        /// The key of the decision that was to be the later one.
        decision: String,
        /// The key of the one that was to evolve into it.
        original: String,
        /// The keys on the way from the first to the second, both included.
        path: Vec<String>,
    },
    /// The item used up its attempts, and moves only by a retry.
    #[error("{item} is a dead letter ({reason}): retry it")]
    Dead {
        /// The item's key.
        item: String,
        /// Why its last attempt failed.
        reason: String,
    },
    /// A row that is to be taken back is there, but not the same.
    #[error("{entity} {id} is on the board with another content")]
    Differs {
        /// What kind of row.
        entity: &'static str,
        /// Its id, or what else names it.
        id: String,
    },
    /// What an archive holds refers to what is not there any more.
    #[error("{item} does not fit on the board any more: {}", misfits.join("; "))]
    Misfit {
        /// The archived item's key.
        item: String,
        /// Each row that cannot be put back, with what it needs.
        misfits: Vec<String>,
    },
    /// The key stands for another request, whose answer is kept.
    #[error("the idempotency key '{key}' was used for another request")]
    IdempotencyKey {
        /// The key.
        key: String,
        /// What the first request was answered with.
        stored: Value,
    },
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}
