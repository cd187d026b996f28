//! What was checked, and what was found.

use std::fmt;

use crate::runner::session::Place;
use crate::target::Kind;

/// The most rows that one check names; the number of all is in [`Checked::found`]. Differences of the schema and of
/// the history are all named.
pub const MOST_ROWS: usize = 20;

/// One kind of promise.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Applied migrations ran the SQL that this build has, and none is left out.
    History,
    /// Tables, columns, checks, keys, indexes and triggers are those of the recorded version.
    Drift,
    /// Each row fulfils the CHECKs. SQLite: pages, indexes, and each value of its column's type. PostgreSQL: indexes
    /// that are valid, foreign keys that are enforced, tables that survive a crash.
    Integrity,
    /// Each reference with a foreign key has its row.
    ForeignKeys,
    /// Each reference without a foreign key has its row.
    Orphans,
    /// Rows of reviews, artifacts, work streams, maintenance, measurements and archives agree with themselves and with
    /// each other.
    Records,
    /// What is stored and could be counted is what counting gives.
    Counters,
    /// The full-text index has a document for each row that can be found, with that row's words, and no other.
    Search,
}

impl Check {
    /// In the order in which they run.
    pub const ALL: &[Self] = &[
        Self::History,
        Self::Drift,
        Self::Integrity,
        Self::ForeignKeys,
        Self::Orphans,
        Self::Records,
        Self::Counters,
        Self::Search,
    ];
    /// Those that ask neither for the history nor for the schema.
    pub(super) const OF_ROWS: &[Self] =
        &[Self::Integrity, Self::ForeignKeys, Self::Orphans, Self::Records, Self::Counters, Self::Search];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Drift => "drift",
            Self::Integrity => "integrity",
            Self::ForeignKeys => "foreign_keys",
            Self::Orphans => "orphans",
            Self::Records => "records",
            Self::Counters => "counters",
            Self::Search => "search",
        }
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Finding {
    pub check: Check,
    /// Empty where no table can be named.
    pub table: String,
    /// The row's key, and its name where it has one: `CB-42 (0193...)`.
    pub row: Option<String>,
    /// What of the table or row, such as `column title` or `index ix_sprint_items_work_item_id`.
    pub part: String,
    pub found: String,
    pub expected: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { table, row, part, found, expected, .. } = self;
        let words: Vec<&str> =
            [table.as_str(), row.as_deref().unwrap_or_default(), part].into_iter().filter(|w| !w.is_empty()).collect();
        write!(f, "{}: found {found}, expected {expected}", words.join(", "))
    }
}

/// A check that ran.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Checked {
    pub check: Check,
    /// All that it found; of rows the report names at most [`MOST_ROWS`].
    pub found: u64,
    /// Rules that could not be asked, because a column that they read has drifted.
    pub not_run: u64,
    pub duration_ms: u64,
}

/// What a verification found.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Report {
    pub database: Kind,
    /// The PostgreSQL schema that was looked at.
    pub schema: Option<String>,
    /// The recorded version; none when the history itself is damaged.
    pub version: Option<String>,
    pub checks: Vec<Checked>,
    pub findings: Vec<Finding>,
    /// What is remarkable about another application's tables in a SQLite file; it is not counted.
    pub others: Vec<String>,
}

impl Report {
    /// Of a place in which nothing was checked yet.
    pub(super) fn of(place: &Place) -> Self {
        Self {
            database: place.kind,
            schema: (place.kind == Kind::Postgres).then(|| place.schema.clone()),
            version: None,
            checks: Vec::new(),
            findings: Vec::new(),
            others: Vec::new(),
        }
    }

    /// All that was found, named or not.
    pub fn total(&self) -> u64 {
        self.checks.iter().map(|c| c.found).sum()
    }

    /// 0 when nothing was found; 4 for differences of schema or history alone, 5 for checksums alone, 11 for the rest.
    pub fn exit_code(&self) -> u8 {
        let mut codes: Vec<u8> = self.findings.iter().map(Finding::exit_code).collect();
        codes.sort_unstable();
        codes.dedup();
        match codes.as_slice() {
            [] => 0,
            [code] => *code,
            _ => 11,
        }
    }
}

impl Finding {
    fn exit_code(&self) -> u8 {
        match self.check {
            _ if self.part == PAGES => 11,
            Check::Drift => 4,
            Check::History if self.part == CHECKSUM => 5,
            Check::History => 4,
            _ => 11,
        }
    }
}

/// The part of a finding about what can't be read at all.
pub(super) const PAGES: &str = "pages";

/// The part of a finding about a checksum.
pub(super) const CHECKSUM: &str = "column checksum";

/// `column title`, `index ix_...`; the kind alone where there is no name.
pub(super) fn object(kind: &str, name: &str) -> String {
    if name.is_empty() { kind.to_owned() } else { format!("{kind} {name}") }
}

/// What one check found.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    pub total: u64,
    pub not_run: u64,
    pub findings: Vec<Finding>,
    pub others: Vec<String>,
}

impl Found {
    /// All of it is named.
    pub fn all(findings: Vec<Finding>) -> Self {
        Self { total: u64::try_from(findings.len()).unwrap_or(u64::MAX), findings, ..Self::default() }
    }

    pub fn and(mut self, other: Self) -> Self {
        self.total += other.total;
        self.not_run += other.not_run;
        self.findings.extend(other.findings);
        self.others.extend(other.others);
        self
    }
}

/// What a verification tells while it works.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    Started { check: Check, number: usize, of: usize },
    Finished { checked: Checked, number: usize, of: usize },
}
