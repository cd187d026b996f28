//! What our tables hold, in the same words for a dump and for what it was taken of.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};
use sha2::{Digest, Sha256};

use crate::backup::sqlite::{Contents, origin};
use crate::backup::store::hex;
use crate::error::Error;
use crate::runner::{Applied, Place, applied, counts, describe_in, postgres_tables};

/// What is made of a history that can't be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum History {
    /// It is an error: the table can be somebody else's.
    Strict,
    /// There is none: the table is known to be ours, and was damaged.
    Lenient,
}

/// Reads which versions are applied.
pub(super) async fn history(db: &impl ConnectionTrait, place: &Place, how: History) -> Result<Vec<Applied>, Error> {
    match applied(db, place).await {
        Err(Error::Clash { .. }) if how == History::Lenient => Ok(Vec::new()),
        other => other,
    }
}

/// Reads what these tables hold.
pub(super) async fn contents(
    db: &impl ConnectionTrait,
    place: &Place,
    tables: &BTreeSet<String>,
    how: History,
) -> Result<Contents, Error> {
    let history = history(db, place, how).await?;
    let schema = describe_in(db, place, Some(tables)).await?;
    // A rule is never taken from a file: what is there now stays.
    let schema: String = schema.split_inclusive('\n').filter(|line| !line.starts_with("  rule ")).collect();
    let failed = |e: DbErr| Error::database("counting rows", &e);
    let rows = counts(db, place, &postgres_tables(db, place, tables).await?).await.map_err(failed)?;
    Ok(Contents {
        schema_version: history.last().map(|a| a.version.clone()),
        origin: origin(&history),
        fingerprint: hex(&Sha256::digest(schema)),
        rows,
    })
}

/// Refuses a history that a newer build wrote.
pub(super) fn refuse_newer(history: &[Applied]) -> Result<(), Error> {
    let steps = crate::known();
    let unknown = history.iter().rev().find(|a| !steps.iter().any(|s| s.version() == a.version));
    let newest = || steps.last().map(|s| s.version().to_owned()).unwrap_or_default();
    unknown.map_or(Ok(()), |a| Err(Error::TooNew { database: a.version.clone(), binary: newest() }))
}
