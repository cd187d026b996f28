//! The PostgreSQL schema in which the board's tables live.

use crate::error::Error;

/// The schema when none is named.
pub const DEFAULT_SCHEMA: &str = "public";

/// Checks a schema name: a plain identifier of at most 63 bytes, and none of PostgreSQL's own.
///
/// Quoting would allow more, but a name that every tool can type without quotes is worth the limit.
///
/// # Errors
/// [`Error::SchemaName`], which names it.
pub fn schema_name(name: &str) -> Result<String, Error> {
    let first = |c: char| c.is_ascii_lowercase() || c == '_';
    let plain = name.len() <= 63
        && name.starts_with(first)
        && name.chars().all(|c| first(c) || c.is_ascii_digit())
        && !name.starts_with("pg_")
        && name != "information_schema";
    if plain { Ok(name.to_owned()) } else { Err(Error::SchemaName { name: name.to_owned() }) }
}
