//! Why generating or checking failed.

use std::path::{Path, PathBuf};

/// A failure of the generator. No variant holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The catalog could not be read.
    #[error(transparent)]
    Database(#[from] sea_orm::DbErr),
    /// SeaORM's schema discovery refused a column.
    #[error("can't read the columns of table {table}: {reason}")]
    Discovery { table: String, reason: String },
    /// The backend is neither SQLite nor PostgreSQL.
    #[error("entities are generated from SQLite or PostgreSQL only")]
    Backend,
    /// A name of the schema that can't become a Rust identifier.
    #[error("{what} has a name that is not in lower snake case, which the generated Rust would need")]
    Unnameable { what: String },
    /// SeaORM's code generator refused a table.
    #[error("sea-orm-codegen: {0}")]
    Codegen(#[from] sea_orm_codegen::Error),
    /// What was generated is not Rust.
    #[error("the generated file {file} doesn't parse: {reason}")]
    Syntax { file: String, reason: String },
    /// No throwaway directory or server.
    #[error(transparent)]
    Scratch(#[from] crate::scratch::Error),
    /// The PostgreSQL server for scratch databases can't be used.
    #[error("can't make a scratch database at {target}: {reason}")]
    Server { target: String, reason: String },
    /// The database could not be opened or migrated.
    #[error(transparent)]
    Migration(#[from] crate::Error),
    /// A file that can't be read or written.
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    /// The directory above the one to write to does not exist.
    #[error("the folder {} does not exist", path.display())]
    NoFolder { path: PathBuf },
    /// The output directory holds a file that the generator did not write.
    #[error("{} was not written by the generator; nothing was changed", path.display())]
    NotGenerated { path: PathBuf },
}

impl Error {
    /// The exit code of this error; docs/errors.md explains each.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Migration(error) => error.exit_code(),
            Self::NoFolder { .. }
            | Self::Server { .. }
            | Self::Scratch(crate::scratch::Error::NoServerPrograms { .. }) => 13,
            Self::NotGenerated { .. } => 14,
            Self::Unnameable { .. } => 18,
            _ => 1,
        }
    }

    /// The way out, where there is one that the message does not name.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Migration(error) => error.hint(),
            Self::NoFolder { .. } => Some("run it in the root of Callboard's sources, or name the folder".to_owned()),
            Self::NotGenerated { .. } => Some("name a folder of its own, or move that file away".to_owned()),
            Self::Unnameable { .. } => Some("rename it in the migration that makes it".to_owned()),
            Self::Scratch(_) => Some("CALLBOARD_TEST_POSTGRES_URL uses a server that runs already".to_owned()),
            _ => None,
        }
    }

    pub(super) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}
