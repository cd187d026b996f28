//! A migration together with the SQL that it runs, as committed under `snapshots/`.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use sea_orm_migration::MigrationTrait;
use sha2::{Digest, Sha256};

use crate::target::Kind;

/// One change of the schema, and the SQL of its `up` on each database.
pub struct Step {
    migration: Box<dyn MigrationTrait>,
    sqlite: &'static str,
    postgres: &'static str,
    /// The committed schema of the tables that it makes or changes, for SQLite and for PostgreSQL.
    tables: Option<(&'static str, &'static str)>,
    effects: Effects,
    /// Read once, for SQLite and for PostgreSQL: a run asks for it often.
    footprints: [OnceLock<Footprint>; 2],
}

impl Step {
    /// `sqlite` and `postgres` are the committed snapshots of the SQL that `migration.up` runs on an empty database.
    pub fn new(migration: Box<dyn MigrationTrait>, sqlite: &'static str, postgres: &'static str) -> Self {
        let (tables, effects, footprints) = (None, Effects::default(), Default::default());
        Self { migration, sqlite, postgres, tables, effects, footprints }
    }

    /// Adds the committed schema of the tables that it makes or changes, as [`crate::runner::describe`] writes them.
    #[must_use]
    pub fn with_tables(self, sqlite: &'static str, postgres: &'static str) -> Self {
        Self { tables: Some((sqlite, postgres)), ..self }
    }

    /// Adds what it does to rows that were there before.
    #[must_use]
    pub fn with_effects(self, effects: Effects) -> Self {
        Self { effects, ..self }
    }

    pub fn version(&self) -> &str {
        self.migration.name()
    }

    pub fn migration(&self) -> &dyn MigrationTrait {
        self.migration.as_ref()
    }

    pub fn into_migration(self) -> Box<dyn MigrationTrait> {
        self.migration
    }

    /// The committed SQL of `up`.
    pub fn sql(&self, kind: Kind) -> &'static str {
        match kind {
            Kind::Sqlite => self.sqlite,
            Kind::Postgres => self.postgres,
        }
    }

    /// The committed schema of the tables that it makes or changes; none when that is not known.
    pub fn tables(&self, kind: Kind) -> Option<&'static str> {
        let (sqlite, postgres) = self.tables?;
        Some(match kind {
            Kind::Sqlite => sqlite,
            Kind::Postgres => postgres,
        })
    }

    /// What it does to rows that were there before.
    pub fn effects(&self) -> &Effects {
        &self.effects
    }

    /// SHA-256 of the committed SQL, in hex. Line ends and trailing white space do not count: checkouts differ in them.
    pub fn checksum(&self, kind: Kind) -> String {
        let mut hash = Sha256::new();
        for line in self.sql(kind).trim_end().lines() {
            hash.update(line.trim_end());
            hash.update("\n");
        }
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// What `up` brings into the schema, read from the committed SQL.
    pub fn footprint(&self, kind: Kind) -> &Footprint {
        let [sqlite, postgres] = &self.footprints;
        let cell = match kind {
            Kind::Sqlite => sqlite,
            Kind::Postgres => postgres,
        };
        cell.get_or_init(|| Footprint::read(self.sql(kind)))
    }
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Step").field("version", &self.version()).finish_non_exhaustive()
    }
}

/// What a step does to rows that were there before, or fills a new table with.
///
/// What is not declared must not happen: before COMMIT the runner counts every table and compares a digest of all
/// columns and rows that were there before and are not declared here, and rolls back where more or less changed. A table that `up` makes and does not fill is empty; one that
/// `down` drops is gone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effects {
    pub up: &'static [Effect],
    pub down: &'static [Effect],
}

/// One effect on the rows of one table. The SQL is read on the rows as they are before the step, on both databases.
#[derive(Clone, Copy, Debug)]
pub enum Effect {
    /// The table gets exactly so many more rows: `SELECT count(*) FROM ...`. Where it had rows before, `rows` is a
    /// condition that the new ones meet; rows that meet it are not compared.
    Adds { table: &'static str, count: &'static str, rows: Option<&'static str> },
    /// A table that the step makes gets rows, as many as the data says in a way that SQL can't.
    Fills { table: &'static str },
    /// Values of these columns change.
    Writes { table: &'static str, columns: &'static [&'static str] },
}

/// The full-text index: a table of one name on both databases, which holds nothing that the rows do not say. So it is no
/// entity, is not documented as one, and its loss is none.
pub const SEARCH_TABLE: &str = "board_search";

/// What FTS5 adds to a table's name for the tables in which it keeps its data.
const SHADOWS: [&str; 5] = ["config", "content", "data", "docsize", "idx"];

/// The table whose data is kept in a table of this name, if it is a full-text index of SQLite's.
pub(crate) fn shadowed(name: &str) -> Option<&str> {
    name.rsplit_once('_').filter(|(_, part)| SHADOWS.contains(part)).map(|(table, _)| table)
}

/// The names that a step creates.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Footprint {
    pub tables: BTreeSet<String>,
    pub indexes: BTreeSet<String>,
    /// The tables in which SQLite keeps the data of a full-text index: nobody else's business.
    pub shadows: BTreeSet<String>,
    /// Table and column of each column that is added to a table that was there before.
    pub columns: Vec<(String, String)>,
}

impl Footprint {
    /// Reads SQL with one statement a line, as the snapshots are written.
    fn read(sql: &str) -> Self {
        let mut out = Self::default();
        for line in sql.lines() {
            let words: Vec<String> = line.split([' ', '(']).filter(|w| !w.is_empty()).map(unquoted).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            match words.as_slice() {
                ["CREATE", "TABLE", "IF", "NOT", "EXISTS", name, ..] | ["CREATE", "TABLE", name, ..] => {
                    out.tables.insert((*name).to_owned());
                }
                ["CREATE", "VIRTUAL", "TABLE", name, "USING", "fts5", ..] => {
                    out.tables.insert((*name).to_owned());
                    out.shadows.extend(SHADOWS.iter().map(|part| format!("{name}_{part}")));
                }
                ["CREATE", "UNIQUE", "INDEX", name, ..] | ["CREATE", "INDEX", name, ..] => {
                    out.indexes.insert((*name).to_owned());
                }
                ["ALTER", "TABLE", table, "ADD", "COLUMN", column, ..] => {
                    out.columns.push(((*table).to_owned(), (*column).to_owned()));
                }
                _ => {}
            }
        }
        out
    }

    /// Tables and indexes: they share one space of names in both databases.
    pub fn objects(&self) -> impl Iterator<Item = &String> {
        self.tables.iter().chain(&self.indexes).chain(&self.shadows)
    }
}

fn unquoted(word: &str) -> String {
    word.trim_matches(['"', ';']).to_owned()
}
