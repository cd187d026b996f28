//! The schema that a database at a version must have, from the committed snapshots; and how a live one differs.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;

use super::catalogue;
use super::session::Place;
use crate::error::Error;
use crate::step::Step;
use crate::target::Kind;

/// One difference between the schema that is expected and the one that is there.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
pub struct Drift {
    pub table: String,
    /// The column, index, check, foreign key or trigger, as [`super::describe`] writes it; the table itself when empty.
    pub part: String,
    pub found: Found,
}

/// What is wrong with a part.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It should be there and is not.
    Missing,
    /// It is there and should not be.
    Unexpected,
}

impl std::fmt::Display for Drift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let word = match self.found {
            Found::Missing => "missing",
            Found::Unexpected => "unexpected",
        };
        match self.part.as_str() {
            "" => write!(f, "{}: {word} table", self.table),
            part => write!(f, "{}: {word} {part}", self.table),
        }
    }
}

/// Tables by name, each with the lines of its description.
pub(crate) type Tables = BTreeMap<String, Vec<String>>;

const HISTORY_SQLITE: &str = include_str!("../../snapshots/sqlite/history.tables.txt");
const HISTORY_POSTGRES: &str = include_str!("../../snapshots/postgres/history.tables.txt");

/// The tables after the first `applied` steps, the history's own among them; none when a step's are not known.
pub(crate) fn tables(steps: &[Step], applied: usize, kind: Kind) -> Option<Tables> {
    let mut out = Tables::new();
    if applied == 0 {
        return Some(out);
    }
    out.extend(blocks(match kind {
        Kind::Sqlite => HISTORY_SQLITE,
        Kind::Postgres => HISTORY_POSTGRES,
    }));
    for step in steps.iter().take(applied) {
        for (table, lines) in blocks(step.tables(kind)?) {
            if lines.is_empty() {
                out.remove(&table);
            } else {
                out.insert(table, lines);
            }
        }
    }
    Some(out)
}

/// Splits a description into its tables.
pub(crate) fn blocks(text: &str) -> Tables {
    let mut out = Tables::new();
    let mut table: Option<String> = None;
    for line in text.lines() {
        match (line.strip_prefix("table "), &table) {
            (Some(name), _) => {
                out.insert(name.to_owned(), Vec::new());
                table = Some(name.to_owned());
            }
            (None, Some(name)) => out.entry(name.clone()).or_default().push(line.trim().to_owned()),
            (None, None) => {}
        }
    }
    out
}

/// The tables of that list as they are.
pub(crate) async fn live(db: &impl ConnectionTrait, place: &Place, names: &BTreeSet<String>) -> Result<Tables, Error> {
    Ok(blocks(&catalogue::describe_in(db, place, Some(names)).await?))
}

/// How the live schema of the first `applied` steps differs from the expected one; none when that is not known.
pub(crate) async fn drift(
    db: &impl ConnectionTrait,
    place: &Place,
    steps: &[Step],
    applied: usize,
) -> Result<Option<Vec<Drift>>, Error> {
    let Some(expected) = tables(steps, applied, place.kind) else {
        return Ok(None);
    };
    let names = expected.keys().cloned().collect();
    Ok(Some(compare(&expected, &live(db, place, &names).await?)))
}

/// The same, from a description of at least these tables.
pub(crate) fn drift_in(description: &str, place: &Place, steps: &[Step], applied: usize) -> Option<Vec<Drift>> {
    let expected = tables(steps, applied, place.kind)?;
    let mut live = blocks(description);
    live.retain(|table, _| expected.contains_key(table));
    Some(compare(&expected, &live))
}

/// What differs, table by table and line by line. A table's lines come in their order, but only which ones there are
/// counts.
pub(crate) fn compare(expected: &Tables, live: &Tables) -> Vec<Drift> {
    let mut out = Vec::new();
    for table in expected.keys().chain(live.keys()).collect::<BTreeSet<_>>() {
        let drift = |part: &str, found| Drift { table: table.clone(), part: part.to_owned(), found };
        match (expected.get(table), live.get(table)) {
            (Some(_), None) => out.push(drift("", Found::Missing)),
            (None, Some(_)) => out.push(drift("", Found::Unexpected)),
            (Some(expected), Some(live)) => {
                let missing = expected.iter().filter(|line| !live.contains(line));
                out.extend(missing.map(|line| drift(line, Found::Missing)));
                let unexpected = live.iter().filter(|line| !expected.contains(line));
                out.extend(unexpected.map(|line| drift(line, Found::Unexpected)));
            }
            (None, None) => {}
        }
    }
    out
}
