//! Texts of other programs, made fit for the board: what is changed is kept beside it.

use serde_json::{Map, Value};

use crate::rules;

/// A text without the characters that could steer a terminal, and whether it had any.
pub(super) fn text(value: &str) -> (String, bool) {
    replaced(value, |c| rules::is_unsafe(c) && !matches!(c, '\n' | '\r' | '\t'))
}

/// As [`text`], on one line of at most [`rules::LINE`] characters.
pub(super) fn line(value: &str) -> (String, bool) {
    let (mut line, mut changed) = replaced(value, rules::is_unsafe);
    if line.chars().count() > rules::LINE {
        line = line.chars().take(rules::LINE - 3).collect();
        line.push_str("...");
        changed = true;
    }
    (line.trim().to_owned(), changed)
}

/// The name of a person, and whether it had to be changed; `None` where nothing is left of it.
pub(super) fn name(value: &str) -> Option<(String, bool)> {
    let (name, changed) = line(value);
    if name.is_empty() {
        return None;
    }
    // A name that looks like an id would never be found by it.
    Some(if uuid::Uuid::try_parse(&name).is_ok() { (format!("user {name}"), true) } else { (name, changed) })
}

fn replaced(value: &str, bad: impl Fn(char) -> bool) -> (String, bool) {
    if !value.chars().any(&bad) {
        return (value.to_owned(), false);
    }
    (value.chars().map(|c| if bad(c) { ' ' } else { c }).collect(), true)
}

/// A value that both databases can hold: PostgreSQL's jsonb has no U+0000, which is written as `\u{0}`.
pub(super) fn storable(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(storable_text(text)),
        Value::Array(values) => Value::Array(values.into_iter().map(storable).collect()),
        Value::Object(map) => Value::Object(storable_map(map)),
        other => other,
    }
}

pub(super) fn storable_map(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter().map(|(key, value)| (storable_text(key), storable(value))).collect()
}

pub(super) fn storable_text(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\\u{0}") } else { text }
}
