//! What can go wrong, by cause. Every message names the object and the rule; the caller turns the kind into an exit code.

use serde_json::Value;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::DatabaseError;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The causes that callers tell apart; each has one exit code (docs/errors.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// A named row does not exist.
    NotFound,
    /// The state, or another row, does not allow it.
    Conflict,
    /// The assignment is no longer the open one, or its lease has run out.
    LeaseLost,
    /// There is no work that this agent may take now.
    NothingReady,
    /// A quality gate is not met.
    GateNotMet,
    /// The input breaks a rule.
    Invalid,
    /// The schema is older than this build needs, or there is none.
    SchemaTooOld,
    /// The schema is newer than this build knows.
    SchemaTooNew,
    /// The database stayed busy, or the transaction lost a race more often than is retried. Trying again is safe.
    Busy,
    /// The database cannot be reached, opened or written.
    Unavailable,
    /// A fault of Callboard's or of the database.
    Internal,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("there is no {entity} '{name}'{}", did_you_mean(near))]
    NotFound { entity: &'static str, name: String, near: Vec<String> },

    /// A transition that the machine does not have.
    #[error("{entity} {name} is {from}: {event} is not possible{}", allowed_from(allowed))]
    Transition { entity: &'static str, name: String, from: String, event: String, allowed: Vec<String> },

    /// Another row or another writer stands in the way.
    #[error("{0}")]
    Conflict(Conflict),

    #[error("assignment {assignment} is no longer yours: {why}")]
    LeaseLost { assignment: Uuid, why: String },

    #[error("nothing is ready for agent '{agent}'{}", hidden(reasons))]
    NothingReady { agent: String, reasons: Vec<String> },

    /// The item cannot be given to this agent: every condition that failed.
    #[error("{item} cannot be assigned to '{holder}': {}", conditions.join("; "))]
    NotAssignable { item: String, holder: String, conditions: Vec<String> },

    #[error("{item} does not meet its {level} gate: {}", missing.join("; "))]
    GateNotMet { item: String, level: String, missing: Vec<String> },

    #[error("{field}: {rule}{}", given(value))]
    Invalid { field: &'static str, value: String, rule: String },

    #[error("the edge from {item} to {prerequisite} would close a cycle: {}", path.join(" -> "))]
    Cycle { item: String, prerequisite: String, path: Vec<String> },

    /// The run is no longer this runner's: what it would write is refused.
    #[error("run '{run}' is no longer yours: {why}")]
    RunLost { run: String, why: String },

    /// A runner goes no further for now: the run is paused, or waits for an agent.
    #[error("run '{run}' goes no further now: {why}")]
    Suspended { run: String, why: String },

    /// The run's code asks for something else than was recorded when it ran before.
    #[error("run '{run}' diverged at step {at}: '{recorded}' was recorded, and {} asked for", asked.as_ref().map_or_else(|| "the end is".to_owned(), |a| format!("'{a}' is")))]
    WorkflowDiverged { run: String, at: i64, recorded: String, asked: Option<String> },

    /// The run's code stores another value under a key than when it ran before.
    #[error("run '{run}' diverged at output '{key}': another value was stored when it ran before")]
    OutputDiverged { run: String, key: String },

    /// The value was to be kept for a time, which is over.
    #[error("{what} expired at {at}")]
    Expired { what: String, at: Timestamp },

    #[error("step '{step}' of run '{run}' failed after {attempts} attempts: {message}")]
    StepFailed { run: String, step: String, attempts: i64, message: String },

    /// A result was asked of a run that has none.
    #[error("run '{run}' is {status}{}", why.as_ref().map(|w| format!(": {w}")).unwrap_or_default())]
    RunNotCompleted { run: String, status: String, why: Option<String> },

    /// An app's own reason to roll back a transaction of the board's, made by [`Error::app`].
    #[error("{0}")]
    App(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// Whoever takes an export takes no more.
    #[error("the export cannot be written: {0}")]
    Export(#[source] std::io::Error),

    /// A file of lines, some of which are not what they should be.
    #[error("{}; nothing was imported", broken(lines, *more))]
    BrokenLines { lines: Vec<(usize, String)>, more: usize },

    /// A workflow template that breaks rules: every problem with its line, which counts from 1.
    #[error("{} is not valid: {}", template(name), at_lines(problems))]
    InvalidTemplate { name: String, problems: Vec<(usize, String)> },

    /// Inputs that a workflow does not take: every problem, each naming its input.
    #[error("the inputs of '{template}' are not valid: {}", problems.join("; "))]
    InvalidInputs { template: String, problems: Vec<String> },

    /// A title or description of a step that cannot be written from the values at hand.
    #[error("the {field} of step '{step}' cannot be written: line {line}: {why}")]
    Render { step: String, field: &'static str, line: usize, why: String },

    #[error("the board's schema is {}, and this build needs {needed}", found.as_deref().unwrap_or("not there"))]
    SchemaTooOld { found: Option<String>, needed: &'static str },

    #[error("the board's schema is {found}, newer than this build, which knows {known}")]
    SchemaTooNew { found: String, known: &'static str },

    #[error(transparent)]
    Database(#[from] DatabaseError),

    /// A stored value that cannot be read: a fault of Callboard's, or a row changed by hand.
    #[error("stored {what} cannot be read: {why}")]
    Stored { what: String, why: String },
}

/// What stands in the way of a change.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Conflict {
    #[error("{entity} '{name}' exists already")]
    Exists { entity: &'static str, name: String },
    #[error("{item} is at revision {found}, not {expected}: somebody changed it meanwhile")]
    Revision { item: String, expected: i64, found: i64 },
    #[error("{item} is held: assignment {assignment} is {status}")]
    Held { item: String, assignment: Uuid, status: String },
    #[error("{entity} '{name}' is {status}")]
    Inactive { entity: &'static str, name: String, status: String },
    /// Another process drives the run.
    #[error("run '{run}' is driven by {runner} until {until}")]
    RunHeld { run: String, runner: String, until: Timestamp },
    /// A run's id is an idempotency key: it stands for one workflow with one set of inputs.
    #[error("run '{id}' is one of the workflow '{workflow}' with another {what}: choose another id")]
    OtherRun { id: String, workflow: String, what: String },
    /// Steps of a run failed for good.
    #[error("run '{run}' cannot go on: {} used up its attempts; retry it", steps.join(", "))]
    Exhausted { run: String, steps: Vec<String> },
    /// Something else refers to the row.
    #[error("{what} cannot be done: {because}")]
    InUse { what: String, because: String },
    #[error("{item} is what {} wait for: waive or cancel them too", dependents.join(", "))]
    Dependents { item: String, dependents: Vec<String> },
    #[error("{item} is a dead letter ({reason}): retry it")]
    Dead { item: String, reason: String },
    /// A row that is to be taken back is there, but not the same.
    #[error("{entity} {id} is on the board with another content")]
    Differs { entity: &'static str, id: String },
    #[error("the idempotency key '{key}' was used for another request")]
    IdempotencyKey { key: String, stored: Value },
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl Error {
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. } | Self::Expired { .. } => ErrorKind::NotFound,
            Self::Transition { .. } | Self::Conflict(_) | Self::NotAssignable { .. } | Self::Cycle { .. } => {
                ErrorKind::Conflict
            }
            Self::Suspended { .. }
            | Self::WorkflowDiverged { .. }
            | Self::OutputDiverged { .. }
            | Self::StepFailed { .. }
            | Self::RunNotCompleted { .. }
            | Self::App(_) => ErrorKind::Conflict,
            Self::LeaseLost { .. } | Self::RunLost { .. } => ErrorKind::LeaseLost,
            Self::NothingReady { .. } => ErrorKind::NothingReady,
            Self::GateNotMet { .. } => ErrorKind::GateNotMet,
            Self::Invalid { .. }
            | Self::BrokenLines { .. }
            | Self::InvalidTemplate { .. }
            | Self::InvalidInputs { .. }
            | Self::Render { .. } => ErrorKind::Invalid,
            Self::SchemaTooOld { .. } => ErrorKind::SchemaTooOld,
            Self::SchemaTooNew { .. } => ErrorKind::SchemaTooNew,
            Self::Database(error) => error.kind(),
            Self::Export(_) => ErrorKind::Unavailable,
            Self::Stored { .. } => ErrorKind::Internal,
        }
    }

    /// Whether the same call may succeed when it is made again.
    pub fn is_retryable(&self) -> bool {
        self.kind() == ErrorKind::Busy
    }

    /// An app's own reason to roll back, from inside [`crate::Callboard::transaction`] or a workflow's step.
    ///
    /// ```
    /// use callboard_service::{Error, ErrorKind};
    ///
    /// let error = Error::app("the customer is blocked");
    /// assert_eq!(error.to_string(), "the customer is blocked");
    /// assert_eq!(error.kind(), ErrorKind::Conflict);
    /// assert!(matches!(error, Error::App(_)));
    /// ```
    pub fn app(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::App(why.into())
    }

    pub(crate) fn invalid(field: &'static str, value: impl Into<String>, rule: impl Into<String>) -> Self {
        Self::Invalid { field, value: value.into(), rule: rule.into() }
    }

    pub(crate) fn not_found(entity: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound { entity, name: name.into(), near: Vec::new() }
    }
}

/// Names what is taken when an insert or update met a unique index: two writers at once both passed the check before it.
pub(crate) fn taken<E: Into<DatabaseError>>(entity: &'static str, name: &str) -> impl FnOnce(E) -> Error {
    let name = name.to_owned();
    move |error| match error.into() {
        DatabaseError::Unique(_) => Conflict::Exists { entity, name }.into(),
        other => other.into(),
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Database(DatabaseError::from(error))
    }
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!("; near to it: {}", near.join(", ")) }
}

fn allowed_from(allowed: &[String]) -> String {
    if allowed.is_empty() { String::new() } else { format!("; possible: {}", allowed.join(", ")) }
}

fn hidden(reasons: &[String]) -> String {
    if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) }
}

fn broken(lines: &[(usize, String)], more: usize) -> String {
    let mut told: Vec<String> = lines.iter().map(|(line, why)| format!("line {line} {why}")).collect();
    if more > 0 {
        told.push(format!("and {more} more lines"));
    }
    told.join("; ")
}

/// A template whose name cannot be read has none.
fn template(name: &str) -> String {
    if name.is_empty() { "the template".to_owned() } else { format!("template '{name}'") }
}

fn at_lines(problems: &[(usize, String)]) -> String {
    problems.iter().map(|(line, why)| format!("line {line}: {why}")).collect::<Vec<_>>().join("; ")
}

fn given(value: &str) -> String {
    let short: String = value.chars().take(80).collect();
    match (value.is_empty(), short.len() == value.len()) {
        (true, _) => String::new(),
        (false, true) => format!(", not '{short}'"),
        (false, false) => format!(", not '{short}...'"),
    }
}
