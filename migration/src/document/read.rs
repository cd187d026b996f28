//! Reads a schema from the live catalogue of either database; nothing but the catalogue is read.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

use super::expression::{enclosed, list, plain, worded};
use super::kinds::kind;
use super::model::{Check, Column, ForeignKey, Index, Table};
use crate::entities::sql::{self, Token};
use crate::entities::{Error, discover};
use crate::runner::{self, Place};
use crate::step::SEARCH_TABLE;
use crate::target::Kind;

/// Tables of the schema that `tx` looks at, the named ones only where there is a list; neither views nor the tables
/// that SQLite keeps for itself or for a search index.
pub(super) async fn tables(
    tx: &impl ConnectionTrait,
    place: &Place,
    only: Option<&BTreeSet<String>>,
) -> Result<Vec<Table>, Error> {
    let mut found: BTreeMap<String, Table> = BTreeMap::new();
    for row in rows::<Named>(tx, TABLES).await? {
        // On SQLite it is a virtual one, and not among them.
        if row.name != SEARCH_TABLE && only.is_none_or(|only| only.contains(&row.name)) {
            let table = table(tx, place, row.name.clone()).await?;
            found.insert(row.name, table);
        }
    }
    for row in rows::<Named>(tx, CHECKS).await? {
        let Some(table) = found.get_mut(&row.name) else { continue };
        for (name, content) in sql::named_checks(&row.sql) {
            add_check(table, name.or_else(|| row.label.clone()), &content);
        }
    }
    for (name, key) in discover::foreign_keys(tx).await? {
        if let Some(table) = found.get_mut(&name) {
            table.foreign_keys.push(ForeignKey {
                on_delete: action(&key.on_delete).to_owned(),
                on_update: action(&key.on_update).to_owned(),
                columns: key.columns,
                target: key.target,
                target_columns: key.target_columns,
            });
        }
    }
    for row in rows::<Named>(tx, INDEXES).await? {
        if let Some(table) = found.get_mut(&row.name) {
            table.indexes.push(index(row.label.unwrap_or_default(), &row.sql));
        }
    }
    for table in found.values_mut() {
        table.checks.sort();
        table.foreign_keys.sort();
        table.indexes.sort();
    }
    Ok(found.into_values().collect())
}

/// A query in the words of SQLite and of PostgreSQL.
type Both = [&'static str; 2];

const TABLES: Both = [
    "SELECT m.name, NULL AS label, '' AS sql FROM main.sqlite_schema AS m \
     JOIN pragma_table_list AS l ON l.name = m.name AND l.schema = 'main' \
     WHERE m.type = 'table' AND l.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~'",
    "SELECT c.relname::text AS name, NULL::text AS label, '' AS sql FROM pg_class AS c \
     WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace",
];

const CHECKS: Both = [
    "SELECT name, NULL AS label, sql FROM main.sqlite_schema WHERE type = 'table'",
    "SELECT c.relname::text AS name, k.conname::text AS label, pg_get_constraintdef(k.oid) AS sql \
     FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid \
     WHERE k.contype = 'c' AND c.relnamespace = current_schema()::regnamespace",
];

/// A UNIQUE constraint of SQLite's has no SQL: it is put together here.
const INDEXES: Both = [
    "SELECT m.name, l.name AS label, coalesce(s.sql, 'CREATE UNIQUE INDEX ON (' || (SELECT group_concat('\"' || \
     replace(i.name, '\"', '\"\"') || '\"', ', ' ORDER BY i.seqno) FROM pragma_index_info(l.name) AS i) || ')') AS sql \
     FROM main.sqlite_schema AS m, pragma_index_list(m.name) AS l LEFT JOIN main.sqlite_schema AS s \
     ON s.type = 'index' AND s.name = l.name WHERE m.type = 'table' AND l.origin <> 'pk'",
    "SELECT c.relname::text AS name, x.relname::text AS label, pg_get_indexdef(i.indexrelid) AS sql \
     FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid JOIN pg_class AS x ON x.oid = i.indexrelid \
     WHERE NOT i.indisprimary AND c.relnamespace = current_schema()::regnamespace",
];

#[derive(FromQueryResult)]
struct Named {
    /// The table's.
    name: String,
    /// The name of what the row is about.
    label: Option<String>,
    sql: String,
}

async fn rows<T: FromQueryResult>(tx: &impl ConnectionTrait, sql: Both) -> Result<Vec<T>, sea_orm::DbErr> {
    let backend = tx.get_database_backend();
    let sql = if backend == DbBackend::Sqlite { sql[0] } else { sql[1] };
    T::find_by_statement(Statement::from_string(backend, sql)).all(tx).await
}

async fn table(tx: &impl ConnectionTrait, place: &Place, name: String) -> Result<Table, Error> {
    let mut key = BTreeMap::new();
    let mut columns = Vec::new();
    for column in runner::columns(tx, place, &name).await? {
        if column.key > 0 {
            key.insert(column.key, column.name.clone());
        }
        columns.push(Column {
            kind: kind(&column.r#type, place.kind == Kind::Sqlite),
            nullable: !column.not_null && column.key == 0,
            default: column.default.map(|d| plain(&d)).filter(|d| d != "NULL"),
            values: Vec::new(),
            name: column.name,
        });
    }
    Ok(Table { name, columns, primary_key: key.into_values().collect(), ..Default::default() })
}

/// Adds a CHECK: to its column where it lists the values of one, else to the table.
fn add_check(table: &mut Table, name: Option<String>, content: &[Token]) {
    if let Some((column, values)) = sql::value_list(content)
        && let Some(column) = table.columns.iter_mut().find(|c| c.name == column && c.values.is_empty())
    {
        column.values = values;
        return;
    }
    table.checks.push(Check { name, condition: plain(&worded(content)) });
}

/// Reads `CREATE INDEX .. ON table USING method (columns) WHERE predicate`.
fn index(name: String, sql: &str) -> Index {
    let tokens = sql::tokens(sql);
    let mut out = Index { name, ..Default::default() };
    let Some(start) = tokens.iter().position(|t| *t == Token::Sign('(')) else { return out };
    let (head, body) = tokens.split_at(start);
    out.unique = head.get(1).is_some_and(|t| t.is_word("unique"));
    out.method = match head {
        [.., using, Token::Word(method)] if using.is_word("using") && method != "btree" => Some(method.clone()),
        _ => None,
    };
    let Some((columns, after)) = enclosed(&body[1..]) else { return out };
    out.columns = list(columns).into_iter().map(|part| plain(&worded(part))).collect();
    if let Some(at) = after.iter().position(|t| t.is_word("where")) {
        out.predicate = Some(plain(&worded(&after[at + 1..])));
    }
    out
}

/// The words of an action: SQLite has them in capitals, PostgreSQL's catalogue a letter.
fn action(found: &str) -> &'static str {
    match found {
        "CASCADE" | "c" => "cascade",
        "SET NULL" | "n" => "set null",
        "SET DEFAULT" | "d" => "set default",
        "RESTRICT" | "r" => "restrict",
        _ => "no action",
    }
}
