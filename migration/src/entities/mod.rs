//! Entity generation: the live schema becomes the files of `entity/src/generated`.
//!
//! The steps are [`discover`] (read the catalog of either database), [`normalise`] (bring both to one shape, and name
//! the enums that CHECK lists become), [`relations`] (name relations after their foreign-key column) and [`mod@write`]
//! (SeaORM's own code generator, then what it can't do). SQLite and PostgreSQL give byte-identical files, so one
//! committed tree ([`tree`]) serves both, and [`check`] can compare all three; [`fresh`] and
//! [`live`] say which database is read.

pub mod check;
pub mod discover;
mod error;
pub mod fresh;
pub mod live;
pub mod normalise;
pub mod relations;
pub(crate) mod sql;
pub mod tree;
pub mod write;

use std::collections::BTreeMap;

pub use error::Error;

/// Generated files by name, relative to the output directory.
pub type Files = BTreeMap<String, String>;

/// Generates every file from the schema that `db` has now; `version` becomes the constant `SCHEMA_VERSION`.
///
/// On PostgreSQL it reads the connection's current schema. Only the catalog is read.
///
/// # Errors
/// [`Error::Database`] when the catalog can't be read; [`Error::Unnameable`] for a name that Rust can't hold.
pub async fn generate(db: &impl discover::Catalog, version: &str) -> Result<Files, Error> {
    let tables = normalise::normalise(discover::discover(db).await?)?;
    write::files(&tables, version)
}
