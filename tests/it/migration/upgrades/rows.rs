//! All rows of a database, each by a number of its bytes, and how two of them differ.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use sea_orm::{ConnectionTrait, DatabaseConnection, QueryResult, Statement};
use support::Kind;
use support::fixture::{Schema, Table};

use super::declared::Exempt;

/// For each table, the rows by their primary key.
#[derive(Debug, Default)]
pub struct Rows(BTreeMap<String, BTreeMap<String, u64>>);

impl Rows {
    /// The same, with other exemptions: only the tables that they are about are read again.
    pub async fn with(&self, db: &DatabaseConnection, kind: Kind, schema: &Schema, exempt: Vec<&Exempt>) -> Self {
        let mut schema = schema.clone();
        schema.tables.retain(|table| exempt.iter().any(|e| e.table == table.name));
        let mut out = self.0.clone();
        out.extend(Self::of(db, kind, &schema, exempt).await.0);
        Self(out)
    }

    /// Those of the schema's tables, in the schema's columns, but for what is exempt.
    pub async fn of(db: &DatabaseConnection, kind: Kind, schema: &Schema, exempt: Vec<&Exempt>) -> Self {
        let mut out = BTreeMap::new();
        for table in &schema.tables {
            let exempt: Vec<&Exempt> = exempt.iter().filter(|e| e.table == table.name).copied().collect();
            let found = query(db, &select(kind, table, &exempt)).await;
            let row = |row: &QueryResult| (text(row, 0), number_of(&text(row, 1)));
            out.insert(table.name.clone(), found.iter().map(row).collect());
        }
        Self(out)
    }

    pub fn count(&self) -> usize {
        self.0.values().map(BTreeMap::len).sum()
    }

    pub fn empty_tables(&self) -> Vec<&str> {
        self.0.iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table.as_str()).collect()
    }

    /// What is not the same: table, what happened, and the key of the row.
    pub fn differences(&self, after: &Self) -> Vec<String> {
        let mut out = Vec::new();
        for (table, before) in &self.0 {
            let Some(after) = after.0.get(table) else {
                out.push(format!("{table}: gone"));
                continue;
            };
            for (key, bytes) in before {
                match after.get(key) {
                    None => out.push(format!("{table}: lost {key}")),
                    Some(now) if now != bytes => out.push(format!("{table}: changed {key}")),
                    Some(_) => {}
                }
            }
            let new = after.keys().filter(|key| !before.contains_key(*key));
            out.extend(new.map(|key| format!("{table}: added {key}")));
        }
        out
    }
}

/// The key and the rest of each row, every byte of it, whatever the type.
fn select(kind: Kind, table: &Table, exempt: &[&Exempt]) -> String {
    let name = |at: &usize| format!("\"{}\"", table.columns[*at].name);
    let is_exempt = |at: &usize| exempt.iter().any(|e| e.columns.contains(&table.columns[*at].name.as_str()));
    let key: Vec<String> = table.key().iter().map(name).collect();
    let rest: Vec<String> = (0..table.columns.len()).filter(|at| !is_exempt(at)).map(|at| name(&at)).collect();
    assert!(!key.is_empty(), "{} has no primary key", table.name);
    let quoted =
        |columns: &[String]| columns.iter().map(|c| format!("quote({c})")).collect::<Vec<_>>().join(" || ',' || ");
    let [key, rest] = match kind {
        Kind::Sqlite => [quoted(&key), quoted(&rest)],
        // The digest is made by the server: the rows are many.
        Kind::Postgres => [format!("ROW({})::text", key.join(", ")), format!("md5(ROW({})::text)", rest.join(", "))],
    };
    let added: Vec<String> = exempt.iter().filter_map(|e| e.added).map(|added| format!("NOT ({added})")).collect();
    let rows = if added.is_empty() { String::new() } else { format!(" WHERE {}", added.join(" AND ")) };
    format!("SELECT {key}, {rest} FROM {}{rows}", table.name)
}

/// Some columns of a table as text, ordered by the first ones.
pub async fn cells(db: &DatabaseConnection, kind: Kind, table: &Table, columns: &[&str]) -> Vec<Vec<String>> {
    let shown = |name: &&str| {
        let at = table.column(name).expect("a column of that name");
        table.columns[at].r#type.shown(kind, &format!("\"{name}\""))
    };
    let list: Vec<String> = columns.iter().map(|c| format!("coalesce({}, 'null')", shown(c))).collect();
    let found = query(db, &format!("SELECT {} FROM {}", list.join(", "), table.name)).await;
    let mut out: Vec<Vec<String>> =
        found.iter().map(|row| (0..columns.len()).map(|at| text(row, at)).collect()).collect();
    out.sort();
    out
}

/// The references to a row that is not there.
pub async fn dangling(db: &DatabaseConnection, schema: &Schema) -> Vec<String> {
    let mut out = Vec::new();
    let mut looked = 0;
    for table in &schema.tables {
        for reference in &table.references {
            let (column, target) = (&table.columns[reference.column].name, &reference.table);
            let sql = format!(
                "SELECT count(*) FROM {} AS a WHERE a.{column} IS NOT NULL \
                 AND NOT EXISTS (SELECT 1 FROM {target} AS b WHERE b.{} = a.{column})",
                table.name, reference.target
            );
            if super::super::common::number(db, &sql).await > 0 {
                out.push(format!("{}.{column} -> {target}", table.name));
            }
            looked += 1;
        }
    }
    assert!(looked > 20, "{looked}");
    out
}

async fn query(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_all_raw(statement).await.unwrap_or_else(|e| panic!("{sql}: {e}"))
}

fn text(row: &QueryResult, at: usize) -> String {
    row.try_get_by_index(at).expect("a text")
}

fn number_of(text: &str) -> u64 {
    let mut hash = DefaultHasher::new();
    text.hash(&mut hash);
    hash.finish()
}
