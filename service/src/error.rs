//! What can go wrong, by cause. Every message names the object and the rule; the caller turns the kind into an exit code.

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::DatabaseError;

mod conflict;
mod file;
mod kind;
mod text;

pub use conflict::Conflict;
pub use file::FileProblem;
pub use kind::ErrorKind;
use text::{allowed_from, at_lines, broken, broken_files, did_you_mean, given, hidden, short, template};

/// What verbs and queries give.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong, by cause. Each message names the object and the rule.
///
/// Match on the variants that you act upon, or on [`Error::kind`]; more may be added.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing has that id or name.
    #[error("there is no {entity} '{name}'{}", did_you_mean(near))]
    NotFound {
        /// What kind of thing: `item`, `agent`, `workflow run`, ...
        entity: &'static str,
        /// As the caller named it.
        name: String,
        /// Up to three names of that kind that look like it.
        near: Vec<String>,
    },

    /// A transition that the machine does not have.
    #[error("{entity} {name} is {from}: {event} is not possible{}", allowed_from(allowed))]
    Transition {
        /// `item`, `assignment`, `sprint`, `workflow run` or `step`.
        entity: &'static str,
        /// Which one.
        name: String,
        /// Its state now.
        from: String,
        /// What was asked of it: an event or a state.
        event: String,
        /// What can be asked of it in this state.
        allowed: Vec<String>,
    },

    /// Another row or another writer stands in the way.
    #[error("{0}")]
    Conflict(Conflict),

    /// The caller holds the item no more: what it would write is refused.
    #[error("assignment {assignment} is no longer yours: {why}")]
    LeaseLost {
        /// The assignment that the call named.
        assignment: Uuid,
        /// Whether another has the item, it was ended, or its lease ran out.
        why: String,
    },

    /// There is nothing that the agent could claim.
    #[error("nothing is ready for agent '{agent}'{}", hidden(reasons))]
    NothingReady {
        /// The agent's slug.
        agent: String,
        /// What the board holds that the agent may not take now, and why.
        reasons: Vec<String>,
    },

    /// The item cannot be given to this agent: every condition that failed.
    #[error("{item} cannot be assigned to '{holder}': {}", conditions.join("; "))]
    NotAssignable {
        /// The item's key.
        item: String,
        /// The agent's slug, or the user's name.
        holder: String,
        /// Each condition that failed.
        conditions: Vec<String>,
    },

    /// An item is not completed: its result is not what its gate demands.
    #[error("{item} does not meet its {level} gate: {}", missing.join("; "))]
    GateNotMet {
        /// The item's key.
        item: String,
        /// Which gate: `workflow`, or a level of quality gates.
        level: String,
        /// Each condition that is not met.
        missing: Vec<String>,
    },

    /// A gate asks for files that were not looked at yet: [`crate::Callboard::run`] does so, and runs the verb again. Whoever
    /// meets it inside of a transaction of several verbs hands it on; a user meets it where operations on the item's files
    /// are tracked all the time.
    #[error("the files of {item} must be looked at before it can be completed")]
    FilesUnseen {
        /// The item's key, or its id.
        item: String,
    },

    /// An input breaks a rule. Nothing was changed.
    #[error("{field}: {rule}{}", given(value))]
    Invalid {
        /// The field, or what it stands for.
        field: &'static str,
        /// What was given; empty where it is no text or says nothing.
        value: String,
        /// What it must be, with its limits and units.
        rule: String,
    },

    /// A file that is not what the operation needs, or a path that may not be named.
    #[error("{}: {problem}", short(path))]
    File {
        /// As it was named; what is not UTF-8 is replaced.
        path: String,
        /// What is wrong.
        problem: FileProblem,
    },

    /// Items would wait for each other, or be parts of each other, for good.
    #[error("the edge from {item} to {prerequisite} would close a cycle: {}", path.join(" -> "))]
    Cycle {
        /// The key of the item that would wait, or the child.
        item: String,
        /// The key of what it would wait for, or the parent.
        prerequisite: String,
        /// The keys on the way around, the first again at the end.
        path: Vec<String>,
    },

    /// The run is no longer this runner's: what it would write is refused.
    #[error("run '{run}' is no longer yours: {why}")]
    RunLost {
        /// The run's workflow id.
        run: String,
        /// Whether another runner took it, or it was ended.
        why: String,
    },

    /// A runner goes no further for now: the run is paused, or waits for an agent.
    #[error("run '{run}' goes no further now: {why}")]
    Suspended {
        /// The run's workflow id.
        run: String,
        /// What it waits for.
        why: String,
    },

    /// The run's code asks for something else than was recorded when it ran before.
    #[error("run '{run}' diverged at step {at}: '{recorded}' was recorded, and {} asked for", asked.as_ref().map_or_else(|| "the end is".to_owned(), |a| format!("'{a}' is")))]
    WorkflowDiverged {
        /// The run's workflow id.
        run: String,
        /// The number of the step, from 1.
        at: i64,
        /// The recorded step's name.
        recorded: String,
        /// The name of the step that the code asks for; none where it asks for no more.
        asked: Option<String>,
    },

    /// The run's code stores another value under a key than when it ran before.
    #[error("run '{run}' diverged at output '{key}': another value was stored when it ran before")]
    OutputDiverged {
        /// The run's workflow id.
        run: String,
        /// The output's key.
        key: String,
    },

    /// The value was to be kept for a time, which is over.
    #[error("{what} expired at {at}")]
    Expired {
        /// What it is, with its run and key.
        what: String,
        /// When it expired.
        at: Timestamp,
    },

    /// A step used up its attempts, or failed in a way that no attempt could mend.
    #[error("step '{step}' of run '{run}' failed after {attempts} attempts: {message}")]
    StepFailed {
        /// The run's workflow id.
        run: String,
        /// The step's name.
        step: String,
        /// How often it was tried.
        attempts: i64,
        /// What the last attempt failed with.
        message: String,
    },

    /// A result was asked of a run that has none.
    #[error("run '{run}' is {status}{}", why.as_ref().map(|w| format!(": {w}")).unwrap_or_default())]
    RunNotCompleted {
        /// The run's workflow id.
        run: String,
        /// How it stands.
        status: String,
        /// Why it failed, where it did.
        why: Option<String>,
    },

    /// An app's own reason to roll back a transaction of the board's, made by [`Error::app`].
    #[error("{0}")]
    App(#[source] Box<dyn std::error::Error + Send + Sync>),

    /// Whoever takes an export takes no more.
    #[error("the export cannot be written: {0}")]
    Export(#[source] std::io::Error),

    /// A file of lines, some of which are not what they should be.
    #[error("{}; nothing was imported", broken(lines, *more))]
    BrokenLines {
        /// The first of them: the number of the line, from 1, and what is wrong.
        lines: Vec<(usize, String)>,
        /// How many more there are.
        more: usize,
    },

    /// A folder of files, some of which are not what they should be.
    #[error("{}; nothing was imported", broken_files(files, *more))]
    BrokenFiles {
        /// The first of them: the file's name, and what is wrong.
        files: Vec<(String, String)>,
        /// How many more there are.
        more: usize,
    },

    /// A workflow template that breaks rules: every problem with its line, which counts from 1.
    #[error("{} is not valid: {}", template(name), at_lines(problems))]
    InvalidTemplate {
        /// The template's name; empty where it cannot be read.
        name: String,
        /// The number of the line, from 1, and what is wrong.
        problems: Vec<(usize, String)>,
    },

    /// Inputs that a workflow does not take: every problem, each naming its input.
    #[error("the inputs of '{template}' are not valid: {}", problems.join("; "))]
    InvalidInputs {
        /// The template's name.
        template: String,
        /// What is wrong, in the order of the names.
        problems: Vec<String>,
    },

    /// A title or description of a step that cannot be written from the values at hand.
    #[error("the {field} of step '{step}' cannot be written: line {line}: {why}")]
    Render {
        /// The step's name.
        step: String,
        /// `title` or `description`.
        field: &'static str,
        /// The line of that text, from 1.
        line: usize,
        /// What is wrong with it.
        why: String,
    },

    /// The database must be migrated first (`migration up`), or holds no board.
    #[error("the board's schema is {}, and this build needs {needed}", found.as_deref().unwrap_or("not there"))]
    SchemaTooOld {
        /// The newest migration that the database has; none where there is no board.
        found: Option<String>,
        /// The migration that this build was made for.
        needed: &'static str,
    },

    /// The database was migrated by a newer Callboard: use that one.
    #[error("the board's schema is {found}, newer than this build, which knows {known}")]
    SchemaTooNew {
        /// The newest migration that the database has.
        found: String,
        /// The newest one that this build knows.
        known: &'static str,
    },

    /// The database refused, failed or was busy.
    #[error(transparent)]
    Database(#[from] DatabaseError),

    /// A stored value that cannot be read: a fault of Callboard's, or a row changed by hand.
    #[error("stored {what} cannot be read: {why}")]
    Stored {
        /// Which value, of which row.
        what: String,
        /// What is wrong with it.
        why: String,
    },
}

impl Error {
    /// The cause that callers tell apart; `callboard` has an exit code for each (docs/errors.md).
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
            Self::FilesUnseen { .. } => ErrorKind::Busy,
            Self::Invalid { .. }
            | Self::BrokenLines { .. }
            | Self::BrokenFiles { .. }
            | Self::InvalidTemplate { .. }
            | Self::InvalidInputs { .. }
            | Self::Render { .. } => ErrorKind::Invalid,
            Self::SchemaTooOld { .. } => ErrorKind::SchemaTooOld,
            Self::SchemaTooNew { .. } => ErrorKind::SchemaTooNew,
            Self::Database(error) => error.kind(),
            Self::File { problem, .. } => problem.kind(),
            Self::Export(_) => ErrorKind::Unavailable,
            Self::Stored { .. } => ErrorKind::Internal,
        }
    }

    /// Whether the same call may succeed when it is made again: the database was busy, or the transaction lost a race.
    ///
    /// [`crate::Callboard::run`] has tried again by itself already. After [`crate::Callboard::run_in`] the app rolls its
    /// own transaction back, and begins a new one.
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

    pub(crate) fn file(path: impl Into<String>, problem: FileProblem) -> Self {
        Self::File { path: path.into(), problem }
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
