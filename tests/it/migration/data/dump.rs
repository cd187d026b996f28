//! All rows of a database as text, without knowing any type.

use std::collections::BTreeMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};
use support::Kind;

use super::value::V;

/// Every table but the history, with its columns and its rows in a fixed order.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Dump(BTreeMap<String, Table>);

#[derive(Clone, Default, Eq, PartialEq)]
struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Dump {
    pub async fn of(db: &DatabaseConnection) -> Self {
        let mut out = Self::default();
        for (name, columns) in tables(db).await {
            let columns: Vec<String> = columns.into_iter().map(|(name, _)| name).collect();
            let list: Vec<String> = columns.iter().map(|c| shown(db, c)).collect();
            let found = rows(db, &format!("SELECT {} FROM {name}", list.join(", "))).await;
            let cell = |row: &QueryResult, i| short(row.try_get_by_index(i).expect("text"));
            let mut rows: Vec<Vec<String>> =
                found.iter().map(|row| (0..columns.len()).map(|i| cell(row, i)).collect()).collect();
            rows.sort();
            out.0.insert(name, Table { columns, rows });
        }
        out
    }

    /// Each column that may be null, with its table.
    pub async fn nullable(db: &DatabaseConnection) -> Vec<(String, String)> {
        let mut out = Vec::new();
        for (table, columns) in tables(db).await {
            if table != callboard_migration::SEARCH_TABLE {
                let nullable = columns.into_iter().filter(|(_, nullable)| *nullable);
                out.extend(nullable.map(|(column, _)| (table.clone(), column)));
            }
        }
        assert!(out.len() > 30, "{out:?}");
        out
    }

    pub fn count(&self, table: &str) -> usize {
        self.0[table].rows.len()
    }

    /// The values of one column, in the order of the rows.
    pub fn column(&self, table: &str, column: &str) -> Vec<&str> {
        let at = self.0[table].columns.iter().position(|c| c == column).expect("a column of that name");
        self.0[table].rows.iter().map(|r| r[at].as_str()).collect()
    }

    pub fn without(mut self, table: &str) -> Self {
        assert!(self.0.remove(table).is_some(), "there was no {table}");
        self
    }

    pub fn emptied(mut self, table: &str) -> Self {
        self.0.get_mut(table).expect("the table").rows.clear();
        self
    }

    /// With a table without rows, with the columns that it has in `other`.
    pub fn with_empty(mut self, table: &str, other: &Self) -> Self {
        let columns = other.0[table].columns.clone();
        assert!(self.0.insert(table.to_owned(), Table { columns, rows: Vec::new() }).is_none());
        self
    }

    /// Without the columns that fit.
    pub fn without_columns(mut self, table: &str, fits: impl Fn(&str) -> bool) -> Self {
        let found = self.0.get_mut(table).expect("the table");
        let keep: Vec<bool> = found.columns.iter().map(|c| !fits(c)).collect();
        let kept = |row: &[String]| row.iter().zip(&keep).filter(|(_, k)| **k).map(|(v, _)| v.clone()).collect();
        found.rows = found.rows.iter().map(|r| kept(r)).collect();
        found.columns = kept(&found.columns);
        found.rows.sort();
        self
    }

    /// Only the tables and the columns that `other` has.
    pub fn only_like(mut self, other: &Self) -> Self {
        self.0.retain(|name, _| other.0.contains_key(name));
        let names: Vec<String> = self.0.keys().cloned().collect();
        names.iter().fold(self, |dump, name| {
            dump.without_columns(name, |column| !other.0[name].columns.iter().any(|c| c == column))
        })
    }

    /// With another text in one place, which held the first one.
    pub fn with_text(mut self, kind: Kind, table: &str, id: &V, column: &str, texts: [&str; 2]) -> Self {
        let found = self.0.get_mut(table).expect("the table");
        let at = |name: &str| found.columns.iter().position(|c| c == name).expect("a column of that name");
        let (id_at, at, id) = (at("id"), at(column), id.sql(kind));
        let row = found.rows.iter_mut().find(|row| row[id_at] == id).unwrap_or_else(|| panic!("no row {id}"));
        let [before, after] = texts.map(|text| short(quoted(kind, text)));
        assert_eq!(row[at], before, "{id}");
        row[at] = after;
        found.rows.sort();
        self
    }

    /// Without what taking the prerequisites back writes: the counter, the revision, the ledger's row.
    pub fn without_ledger_of_counters(self) -> Self {
        let mut out = self;
        if out.0.contains_key("work_items") {
            out = out.without_columns("work_items", |c| ["unmet_prerequisites", "revision"].contains(&c));
        }
        if let Some(events) = out.0.get_mut("work_item_events") {
            let kind = events.columns.iter().position(|c| c == "kind").expect("a kind");
            events.rows.retain(|r| r[kind] != "'migrated'");
        }
        out
    }

    /// With one text for the ids that taking the prerequisites back makes: they differ each time.
    pub fn with_new_ids_masked(mut self) -> Self {
        if let Some(events) = self.0.get_mut("work_item_events") {
            let at = |name: &str| events.columns.iter().position(|c| c == name).expect("a column of that name");
            let (id, kind) = (at("id"), at("kind"));
            for row in events.rows.iter_mut().filter(|row| row[kind] == "'migrated'") {
                row[id] = "new".to_owned();
            }
            events.rows.sort();
        }
        self
    }

    pub fn is_without_rows(&self) -> bool {
        !self.0.is_empty() && self.0.values().all(|t| t.rows.is_empty())
    }
}

impl fmt::Debug for Dump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, table) in &self.0 {
            writeln!(f, "\n{name} {:?}", table.columns)?;
            table.rows.iter().try_for_each(|row| writeln!(f, "  {row:?}"))?;
        }
        Ok(())
    }
}

async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_all_raw(statement).await.unwrap_or_else(|e| panic!("{sql}: {e}"))
}

fn sqlite(db: &DatabaseConnection) -> bool {
    db.get_database_backend() == DbBackend::Sqlite
}

/// The tables, each with its columns in their order: their names, and whether they may be null.
async fn tables(db: &DatabaseConnection) -> BTreeMap<String, Vec<(String, bool)>> {
    let sql = if sqlite(db) {
        // The tables in which the full-text index keeps its data are its own matter.
        "SELECT t.name, x.name, x.\"notnull\" = 0 FROM pragma_table_list AS t, pragma_table_info(t.name) AS x \
         WHERE t.schema = 'main' AND t.type IN ('table', 'virtual') AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, x.cid"
    } else {
        "SELECT c.relname::text, a.attname::text, NOT a.attnotnull FROM pg_class AS c \
         JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid \
         WHERE n.nspname = 'public' AND c.relkind = 'r' \
         AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum"
    };
    let mut out: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for row in rows(db, sql).await {
        let text = |at| row.try_get_by_index::<String>(at).expect("a name");
        out.entry(text(0)).or_default().push((text(1), row.try_get_by_index(2).expect("a bool")));
    }
    out.remove(callboard_migration::runner::HISTORY_TABLE);
    out
}

fn shown(db: &DatabaseConnection, column: &str) -> String {
    if sqlite(db) { format!("quote({column})") } else { format!("coalesce(quote_literal({column}::text), 'NULL')") }
}

/// As [`shown`] gives a text: PostgreSQL marks backslashes.
fn quoted(kind: Kind, text: &str) -> String {
    let text = text.replace('\'', "''");
    if kind == Kind::Postgres && text.contains('\\') {
        return format!("E'{}'", text.replace('\\', "\\\\"));
    }
    format!("'{text}'")
}

/// A long value by its beginning, its length and a digest, so that a difference can be read.
fn short(text: String) -> String {
    if text.len() <= 400 {
        return text;
    }
    let mut hash = DefaultHasher::new();
    text.hash(&mut hash);
    format!("{}... {} bytes {:x}", text.chars().take(20).collect::<String>(), text.len(), hash.finish())
}
