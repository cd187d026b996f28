//! Why generating or checking failed.

use std::path::{Path, PathBuf};

/// A failure of the generator. No variant holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The catalog could not be read, or a scratch database not be used.
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
    /// The URL of the PostgreSQL server for scratch databases.
    #[error("the URL of the PostgreSQL server is not valid: {reason}")]
    ServerUrl { reason: String },
    /// A file that can't be read or written.
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: std::io::Error },
    /// The output directory holds a file that the generator did not write.
    #[error("{} was not written by the generator; nothing was changed", path.display())]
    NotGenerated { path: PathBuf },
}

impl Error {
    pub(super) fn file(path: &Path, source: std::io::Error) -> Self {
        Self::File { path: path.to_owned(), source }
    }
}
