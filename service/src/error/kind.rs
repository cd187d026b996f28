//! The causes that callers tell apart.

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
