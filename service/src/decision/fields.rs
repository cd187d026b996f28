//! The fields of a decision as callers give them, and their rules.

use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::rules;

/// The most entries of one list.
pub(crate) const MANY: usize = 100;
/// The longest path of an affected file, in bytes (Linux's PATH_MAX).
const PATH: usize = 4096;

/// A text in the one form that is stored: line feeds only, no white space around it. So a file of it reads back the same.
pub(crate) fn canonical(value: &str) -> String {
    value.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

/// A text that must say something.
pub(super) fn needed(field: &'static str, value: &str) -> Result<String> {
    match optional(field, Some(value))? {
        Some(text) => Ok(text),
        None => Err(Error::invalid(field, "", "must not be empty")),
    }
}

/// A text that may be left out; an empty one counts as left out.
pub(super) fn optional(field: &'static str, value: Option<&str>) -> Result<Option<String>> {
    let text = value.map(canonical).filter(|text| !text.is_empty());
    text.as_deref().map_or(Ok(()), |text| rules::text(field, text))?;
    Ok(text)
}

/// A list of texts in the order given; none where it is empty.
pub(super) fn texts(field: &'static str, values: &[String]) -> Result<Option<Value>> {
    few(field, values.len())?;
    let list = values.iter().map(|value| needed(field, value)).collect::<Result<Vec<String>>>()?;
    stored(field, list)
}

/// The parts of the system that a decision is about: one line each, each once.
pub(super) fn components(values: &[String]) -> Result<Option<Value>> {
    let field = "affected_components";
    few(field, values.len())?;
    let mut list: Vec<String> = Vec::new();
    for value in values {
        rules::line(field, value)?;
        add_once(&mut list, value.trim().to_owned());
    }
    stored(field, list)
}

/// Paths of files or folders, relative to the project's root, each once.
pub(super) fn files(values: &[String]) -> Result<Option<Value>> {
    let field = "affected_files";
    few(field, values.len())?;
    let mut list: Vec<String> = Vec::new();
    for value in values {
        add_once(&mut list, path(field, value)?);
    }
    stored(field, list)
}

/// A path in the one form in which it is stored and looked for: without `.`, doubled and trailing slashes.
///
/// White space at its ends and control characters are part of it, as they are of the paths of file operations.
pub(crate) fn path(field: &'static str, value: &str) -> Result<String> {
    let refuse = |rule: String| Err(Error::invalid(field, rules::escape(value), rule));
    if value.len() > PATH {
        return refuse(format!("a path must have at most {PATH} bytes"));
    }
    if value.contains('\0') {
        return refuse("a path must not hold the character U+0000".to_owned());
    }
    let parts: Vec<&str> = value.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if value.starts_with('/') || parts.contains(&"..") || parts.is_empty() {
        return refuse("a path must be relative to the project's root and stay inside it".to_owned());
    }
    Ok(parts.join("/"))
}

/// The entries of a stored list, for answers and files; one that is no text is shown as JSON.
pub(crate) fn entries(stored: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match stored {
        Some(Value::Array(values)) => values.iter().map(text).collect(),
        Some(Value::Null) | None => Vec::new(),
        Some(other) => vec![text(other)],
    }
}

fn few(field: &'static str, count: usize) -> Result<()> {
    if count <= MANY {
        return Ok(());
    }
    Err(Error::invalid(field, count.to_string(), format!("must have at most {MANY} entries")))
}

fn add_once(list: &mut Vec<String>, value: String) {
    if !list.contains(&value) {
        list.push(value);
    }
}

fn stored(field: &'static str, list: Vec<String>) -> Result<Option<Value>> {
    let value = (!list.is_empty()).then(|| json!(list));
    value.iter().try_for_each(|value| rules::json(field, value))?;
    Ok(value)
}
