use std::io;

/// Why a throwaway directory or cluster could not be made. No secrets are involved: scratch clusters have no password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No directory holds both `initdb` and `postgres`.
    #[error(
        "PostgreSQL's server programs (initdb and postgres) were not found in {searched}.\n\
         Install them (Debian and Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; \
         macOS: brew install postgresql@17), or set PG_BIN to the directory that holds them."
    )]
    NoServerPrograms {
        /// The places that were looked at, in order.
        searched: String,
    },
    /// PostgreSQL refuses to run as root, and there is neither a `postgres` nor a `nobody` user.
    #[error("PostgreSQL does not run as root, and /etc/passwd has neither a user postgres nor a user nobody")]
    NoUnprivilegedUser,
    /// A file system or process call failed.
    #[error("cannot {action}: {source}")]
    Io {
        /// What was tried.
        action: String,
        /// What the system answered.
        source: io::Error,
    },
    /// `initdb` or `postgres` ended, or was not ready within a minute.
    #[error("the throwaway PostgreSQL did not start; the end of its log:\n{log}")]
    NotStarted {
        /// The last twenty lines of the log.
        log: String,
    },
}

impl Error {
    pub(super) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}
