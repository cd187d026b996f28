//! The JSON document: `{schema_version, kind, data}`, one a command.

use serde::Serialize;

use crate::error::CliError;

/// Raised when a document changes in a way that can break a reader; new fields do not.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a, T> {
    schema_version: u32,
    /// What `data` is, in one word: `item`, `items`, `claim`, `error` ...
    kind: &'a str,
    /// Present where the data tells what would happen, and nothing was changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    data: &'a T,
}

/// The beginning of a document up to its data, which is written piece by piece.
pub fn head(kind: &str) -> String {
    format!("{{\"schema_version\":{SCHEMA_VERSION},\"kind\":\"{kind}\"")
}

/// The document, ended by a newline: on one line, or indented for people.
pub fn document<T: Serialize>(kind: &str, data: &T, dry_run: bool, pretty: bool) -> Result<String, CliError> {
    let document = Document { schema_version: SCHEMA_VERSION, kind, dry_run, data };
    let mut text = if pretty { serde_json::to_string_pretty(&document)? } else { serde_json::to_string(&document)? };
    text.push('\n');
    Ok(text)
}
