//! Why generating or checking failed.

/// A failure of the generator.
#[derive(Debug, thiserror::Error)]
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
    /// A name or value of the schema that can't become a Rust identifier.
    #[error("{what} can't be named in Rust")]
    Unnameable { what: String },
    /// SeaORM's code generator refused a table.
    #[error("sea-orm-codegen: {0}")]
    Codegen(#[from] sea_orm_codegen::Error),
    /// What was generated is not Rust.
    #[error("the generated file {file} doesn't parse: {reason}")]
    Syntax { file: String, reason: String },
}
