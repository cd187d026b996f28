//! Generates from a database as it is.

use super::{Error, Files};
use crate::runner::{self, Options, Status};

/// Generates from a migrated database, which is only read; `SCHEMA_VERSION` is the newest version applied to it.
///
/// Also says where the database stands: its schema may be older than this binary.
///
/// # Errors
/// [`Error::Migration`] when there is no such database or nothing is applied to it; as [`super::generate`].
pub async fn generate(options: &Options) -> Result<(Files, Status), Error> {
    let (db, status) = runner::look(options).await?;
    let tx = runner::begin_to_look(&db, options).await?;
    let files = super::generate(&tx, status.current().unwrap_or_default()).await;
    tx.rollback().await?;
    // SQLite then removes the files that it keeps beside an open database.
    db.close().await?;
    Ok((files?, status))
}
