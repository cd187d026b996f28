//! Which schema a database holds, against the one that this build was made for.

use sea_orm::ConnectionTrait;

use super::connect::Db;
use crate::error::{Error, Result};

/// The newest migration that this build knows.
const NEEDED: &str = callboard_entity::SCHEMA_VERSION;

const NEWEST: &str = "SELECT max(version) AS version FROM callboard_migrations";

/// Refuses a board whose schema is missing, older or newer than this build's.
pub(crate) async fn check(db: &Db) -> Result<()> {
    // On PostgreSQL another schema of the path may hold a table of that name.
    if db.schema.is_some() && !has_history(db).await? {
        return Err(Error::SchemaTooOld { found: None, needed: NEEDED });
    }
    let inline = db.inline.as_ref().and_then(|inline| inline.value(NEWEST));
    let found: Option<String> = match inline {
        Some(found) => found,
        None => newest(db).await?,
    };
    match found.as_deref() {
        Some(NEEDED) => Ok(()),
        Some(version) if version > NEEDED => Err(Error::SchemaTooNew { found: version.to_owned(), known: NEEDED }),
        _ => Err(Error::SchemaTooOld { found, needed: NEEDED }),
    }
}

async fn newest(db: &Db) -> Result<Option<String>> {
    let row = match db.reader.query_one_raw(db.dialect.statement(NEWEST, [])).await {
        Ok(row) => row,
        Err(_) if !has_history(db).await? => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    Ok(row.map(|row| row.try_get("", "version")).transpose()?.flatten())
}

async fn has_history(db: &Db) -> Result<bool> {
    Ok(db.reader.query_one_raw(db.dialect.history_exists(db.schema.as_deref())).await?.is_some())
}

/// A PostgreSQL schema name that needs no quoting, since it is set by search_path.
pub(crate) fn check_name(field: &'static str, name: &str) -> Result<()> {
    let mut chars = name.chars();
    let first = chars.next().is_some_and(|c| c.is_ascii_lowercase() || c == '_');
    if first && name.len() <= 63 && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
        return Ok(());
    }
    Err(Error::invalid(field, name, "must be lower-case letters, digits and _, at most 63, not starting with a digit"))
}
