//! What is wrong with a file, or with the path that names it.

use super::ErrorKind;

/// What is wrong with a file, or with the path that names it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileProblem {
    /// The project does not say where its files lie.
    #[error("project '{project}' has no root folder, which paths are relative to")]
    NoRoot {
        /// The project's slug.
        project: String,
    },
    /// The project's root is not where it was: moved, removed or replaced.
    #[error("the project's root {root} {why}")]
    RootGone {
        /// As the project has it.
        root: String,
        /// `is not there`, `is no folder`, ...
        why: String,
    },
    /// The path leads elsewhere.
    #[error("lies outside the project's root {root}")]
    Outside {
        /// The root, with links followed.
        root: String,
    },
    /// A symbolic link on the way leads elsewhere.
    #[error("leads out of the project's root {root} by a symbolic link")]
    LeadsOut {
        /// The root, with links followed.
        root: String,
    },
    /// A name that is another file's.
    #[error("is a symbolic link: operations name the file itself")]
    Link,
    /// It is not there, and should be.
    #[error("does not exist")]
    Missing,
    /// It is there, and should not be any more.
    #[error("still exists")]
    StillThere,
    /// A folder has no content of its own.
    #[error("is a folder: operations name files")]
    Folder,
    /// What has no content that stays.
    #[error("is a {kind}, not a regular file")]
    Special {
        /// `named pipe`, `socket` or `device`.
        kind: &'static str,
    },
    /// Paths are kept as text.
    #[error("is not UTF-8, and paths are kept as text")]
    NotUtf8,
    /// A path that the board's indexes cannot hold.
    #[error("has {bytes} bytes: a path has at most {most}")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// A name on the way that no file system holds.
    #[error("holds a name of {bytes} bytes: a name has at most {most}")]
    NameTooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        most: usize,
    },
    /// Its digest would be that of neither state.
    #[error("changed while it was read")]
    Changed,
    /// What was called a copy has another content.
    #[error("is no copy of {of}: their contents differ")]
    NoCopy {
        /// The original's path.
        of: String,
    },
    /// git, which knows what changed and what it ignores, could not be asked.
    #[error("git can't tell what changed there: {why}")]
    Git {
        /// What it said, or why it could not be started.
        why: String,
    },
    /// What was stored is no longer there.
    #[error("is gone from the store of artifacts")]
    ContentGone,
    /// What is stored is not what was stored.
    #[error("holds another content: SHA-256 {expected} was stored, {found} is there")]
    Altered {
        /// What was stored.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A folder of the store, or a content in it, that leads elsewhere.
    #[error("is a symbolic link or no folder: the store of artifacts lies in folders of the project's own")]
    LinkedFolder,
    /// The operating system refused to write it.
    #[error("can't be written: {why}")]
    Unwritable {
        /// What it said.
        why: String,
    },
    /// The operating system refused it.
    #[error("can't be read: {why}")]
    Unreadable {
        /// What it said.
        why: String,
    },
}

impl FileProblem {
    /// The cause that callers tell apart.
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            Self::Missing | Self::RootGone { .. } | Self::ContentGone => ErrorKind::NotFound,
            Self::StillThere | Self::Changed | Self::Altered { .. } => ErrorKind::Conflict,
            Self::Unreadable { .. } | Self::Unwritable { .. } | Self::Git { .. } => ErrorKind::Unavailable,
            _ => ErrorKind::Invalid,
        }
    }
}
