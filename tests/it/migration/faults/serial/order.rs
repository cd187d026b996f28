//! Whether the commands, one after another in some order, could have said what they said.

use std::collections::{BTreeMap, HashSet};

use callboard_migration::target::Kind;
use callboard_migration::{SEARCH_TABLE, Step, history};
use serde_json::Value;
use support::cli::Output;

use super::Ask;

/// The rows of each table but the history.
pub type Rows = BTreeMap<String, u64>;

/// What the rows of a database come from.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Base {
    /// What was there when the round began.
    Start,
    /// The backup.
    Backup,
}

/// Where a database is: what it holds follows from this.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct At {
    /// How many steps are applied.
    pub version: usize,
    pub base: Base,
    /// The lowest version since the base: rows of later steps are lost.
    pub lowest: usize,
}

/// What a command that did not give up said that it did.
#[derive(Clone, Debug)]
pub enum Said {
    /// It took the database from one version to another; the rows are known where it ran a step.
    Moved { from: usize, to: usize, rows: Option<(Rows, Rows)> },
    /// It put the backup in place of a database at this version with these rows, or of nothing.
    Restored(Option<(usize, Rows)>),
    /// It was to go down to a version that was not applied.
    Refused,
}

/// What must be known of the migrations and the bases.
pub struct Model {
    /// The names of the steps.
    versions: Vec<String>,
    /// For each table the number of the step that makes it.
    made: BTreeMap<String, usize>,
    /// The rows of the tables that have any, by base.
    rows: [Vec<(&'static str, u64)>; 2],
    /// The version of the backup.
    backup: usize,
}

impl Model {
    pub fn new(kind: Kind, backup: usize, rows: [Vec<(&'static str, u64)>; 2]) -> Self {
        let mut made = BTreeMap::new();
        for (number, step) in (1..).zip(history()) {
            for table in step.footprint(kind).tables.clone() {
                made.entry(table).or_insert(number);
            }
        }
        Self { versions: history().iter().map(|step: &Step| step.version().to_owned()).collect(), made, rows, backup }
    }

    pub fn newest(&self) -> usize {
        self.versions.len()
    }

    /// The number of a version as it is printed; 0 is none.
    fn number(&self, version: &Value) -> Result<usize, String> {
        match version.as_str() {
            None => Ok(0),
            Some(name) => {
                let at = self.versions.iter().position(|v| v == name);
                at.map(|at| at + 1).ok_or_else(|| format!("no such version: {name}"))
            }
        }
    }

    pub fn rows(&self, at: At) -> Rows {
        let there = self.made.iter().filter(|(_, made)| **made <= at.version);
        let of = |table: &str| self.rows[at.base as usize].iter().find(|(name, _)| *name == table).map_or(0, |r| r.1);
        let kept = |table: &str| if self.made[table] <= at.lowest { of(table) } else { 0 };
        // `up` fills the full-text index anew: a document of each item.
        there
            .map(|(table, _)| (table.clone(), kept(if table == SEARCH_TABLE { "work_items" } else { table })))
            .collect()
    }

    /// Where a command leads that begins here; none when it could not have said that.
    fn follow(&self, at: At, ask: Ask, said: &Said) -> Option<At> {
        match (ask, said) {
            (Ask::Restore, Said::Restored(overwritten)) => {
                let fits = match overwritten {
                    None => at.version == 0,
                    Some((version, rows)) => at.version == *version && at.version > 0 && self.rows(at) == *rows,
                };
                fits.then_some(At { version: self.backup, base: Base::Backup, lowest: self.backup })
            }
            (Ask::DownTo(version), Said::Refused) => (version > at.version).then_some(at),
            (_, Said::Moved { from, to, rows }) => {
                let next = At { version: ask.leads(at.version, self.newest())?, ..at };
                let next = At { lowest: next.lowest.min(next.version), ..next };
                let fits = rows.as_ref().is_none_or(|(b, a)| self.rows(at) == *b && self.rows(next) == *a);
                (fits && at.version == *from && next.version == *to).then_some(next)
            }
            _ => None,
        }
    }

    /// An order of all of them that begins at `start` and ends where `ends` says: the places where they lead, in order.
    pub fn order(&self, start: At, all: &[(Ask, Said)], ends: &mut dyn FnMut(At) -> bool) -> Option<Vec<(usize, At)>> {
        let mut search = Search { model: self, all, ends, dead: HashSet::new(), path: Vec::new() };
        search.go(start, 0).then_some(search.path)
    }

    /// What one command said, which was not that it gave up.
    pub fn read(&self, output: &Output) -> Result<Said, String> {
        let lines: Result<Vec<Value>, _> = output.stdout.lines().map(serde_json::from_str).collect();
        let lines = lines.map_err(|e| format!("a line is no JSON: {e}"))?;
        let of = |kind: &str| lines.iter().filter(|line| line["kind"] == kind).collect::<Vec<_>>();
        if output.exit == Some(14) && output.stderr.contains(" is not applied") && of("committed").is_empty() {
            return Ok(Said::Refused);
        }
        let Some(summary) = lines.last().filter(|line| output.exit == Some(0) && line["kind"] == "summary") else {
            return Err("it failed".to_owned());
        };
        if summary["direction"].is_null() {
            let overwritten = &summary["overwritten"]["manifest"];
            if overwritten.is_null() {
                return Ok(Said::Restored(None));
            }
            let version = self.number(&overwritten["schema_version"])?;
            let mut rows = rows(&overwritten["rows"])?;
            if rows.remove(callboard_migration::runner::HISTORY_TABLE) != Some(version as u64) {
                return Err(format!("its history has not {version} rows"));
            }
            return Ok(Said::Restored(Some((version, rows))));
        }
        let (from, to) = (self.number(&summary["from"])?, self.number(&summary["to"])?);
        let steps: Vec<&str> =
            summary["steps"].as_array().into_iter().flatten().filter_map(|s| s["version"].as_str()).collect();
        let mut ran: Vec<&str> = self.versions[from.min(to)..from.max(to)].iter().map(String::as_str).collect();
        if to < from {
            ran.reverse();
        }
        let finished: Vec<&str> = of("finished").iter().filter_map(|line| line["version"].as_str()).collect();
        let committed = of("committed").len();
        if steps != ran || finished != ran || committed != usize::from(!ran.is_empty()) {
            return Err(format!(
                "from {from} to {to} it ran {steps:?}, finished {finished:?}, and committed {committed}"
            ));
        }
        let rows = match of("checked")[..] {
            [checked] => Some((rows(&checked["rows_before"])?, rows(&checked["rows_after"])?)),
            _ => None,
        };
        Ok(Said::Moved { from, to, rows })
    }
}

fn rows(json: &Value) -> Result<Rows, String> {
    serde_json::from_value(json.clone()).map_err(|e| format!("{json}: {e}"))
}

struct Search<'a> {
    model: &'a Model,
    all: &'a [(Ask, Said)],
    ends: &'a mut dyn FnMut(At) -> bool,
    /// What leads nowhere: the commands that are done, by their bits, and where the database is.
    dead: HashSet<(u32, At)>,
    path: Vec<(usize, At)>,
}

impl Search<'_> {
    fn go(&mut self, at: At, done: u32) -> bool {
        if done.count_ones() as usize == self.all.len() {
            return (self.ends)(at);
        }
        if !self.dead.insert((done, at)) {
            return false;
        }
        for (n, (ask, said)) in self.all.iter().enumerate() {
            if done & (1 << n) > 0 {
                continue;
            }
            if let Some(next) = self.model.follow(at, *ask, said) {
                self.path.push((n, next));
                if self.go(next, done | 1 << n) {
                    return true;
                }
                self.path.pop();
            }
        }
        false
    }
}
