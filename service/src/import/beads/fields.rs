//! The fields of one record, each with what became of it.

use std::collections::BTreeMap;

use chrono::DateTime;
use serde_json::{Map, Value};

use super::clean;
use crate::clock::{Timestamp, micros};

/// What became of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It has a place of its own on the board.
    Mapped,
    /// As [`Fate::Mapped`] but not as it was, so that the original is kept in the metadata too.
    Altered(&'static str),
    /// It is kept in the metadata only.
    Kept(&'static str),
    /// It says nothing: null, an empty text or list, a counter of beads' own at zero.
    Empty,
}

/// Fields that are taken one by one; what nobody takes is kept.
#[derive(Debug, Default)]
pub(super) struct Taken {
    map: Map<String, Value>,
    pub fates: BTreeMap<String, Fate>,
    pub kept: Map<String, Value>,
}

/// Numbers by which beads keeps its own house; zero means that nothing was done.
const COUNTERS: &[&str] = &["compaction_level", "original_size", "estimated_minutes"];

impl Taken {
    pub fn new(map: Map<String, Value>) -> Self {
        let mut taken = Self { map, ..Self::default() };
        let empty: Vec<String> = taken.map.iter().filter(|(k, v)| is_empty(k, v)).map(|(k, _)| k.clone()).collect();
        for name in empty {
            taken.map.remove(&name);
            taken.fates.insert(clean::storable_text(name), Fate::Empty);
        }
        taken
    }

    /// Takes a value that says something.
    pub fn value(&mut self, name: &str) -> Option<Value> {
        let value = self.map.remove(name)?;
        self.fates.insert(name.to_owned(), Fate::Mapped);
        Some(value)
    }

    pub fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{name} must be a text")),
        }
    }

    pub fn integer(&mut self, name: &str) -> Result<Option<i64>, String> {
        let Some(value) = self.value(name) else { return Ok(None) };
        value.as_i64().map(Some).ok_or_else(|| format!("{name} must be a whole number"))
    }

    pub fn time(&mut self, name: &str) -> Result<Option<Timestamp>, String> {
        self.text(name)?.map(|text| time(name, &text)).transpose()
    }

    pub fn list(&mut self, name: &str) -> Result<Vec<Value>, String> {
        match self.value(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => Ok(values),
            Some(_) => Err(format!("{name} must be a list")),
        }
    }

    /// Keeps a field that has no place on the board.
    pub fn keep(&mut self, name: &str, value: impl Into<Value>, why: &'static str) {
        self.fates.insert(name.to_owned(), Fate::Kept(why));
        self.kept.insert(name.to_owned(), clean::storable(value.into()));
    }

    /// Keeps the original of a field that could not be taken as it was.
    pub fn alter(&mut self, name: &str, original: impl Into<Value>, why: &'static str) {
        self.keep(name, original, why);
        self.fates.insert(name.to_owned(), Fate::Altered(why));
    }

    /// Keeps everything that nobody took.
    pub fn keep_rest(&mut self) {
        for (name, value) in std::mem::take(&mut self.map) {
            let name = clean::storable_text(name);
            self.keep(&name, value, "the board has no such field");
        }
    }

    /// Keeps the edges that the board does not take: all of them, or a part.
    pub fn keep_edges(&mut self, edges: Vec<Value>, all: bool) {
        if edges.is_empty() {
            return;
        }
        let why = "edges that the board does not have";
        self.keep("dependencies", edges, why);
        if !all {
            self.fates.insert("dependencies".to_owned(), Fate::Altered(why));
        }
    }
}

/// Reads an RFC 3339 time; what is finer than a microsecond is cut off.
pub(super) fn time(name: &str, text: &str) -> Result<Timestamp, String> {
    let parsed = DateTime::parse_from_rfc3339(text);
    parsed.map(|at| micros(at.to_utc())).map_err(|_| format!("{name} must be a time such as 2026-01-16T08:30:00Z"))
}

fn is_empty(name: &str, value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(number) => COUNTERS.contains(&name) && number.as_f64() == Some(0.0),
        Value::Bool(_) => false,
    }
}
