//! What is really in a database, read from its own catalogue.

mod definition;
mod known;
mod postgres;
mod rows;
mod sqlite;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbErr, QueryResult};

pub(crate) use known::{Known, framed, key};
pub(crate) use rows::{Question, ask, counts, sqlite_count};

use super::session::Place;
use crate::error::Error;
use crate::step::{SEARCH_TABLE, shadowed};
use crate::target::Kind;

/// A column as the catalogue has it.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub name: String,
    pub r#type: String,
    pub not_null: bool,
    /// The SQL of its default.
    pub default: Option<String>,
    /// Its place in the primary key, from 1; 0 when it is no part of it.
    pub key: i64,
    pub is_generated: bool,
    /// What columns seldom have, as it follows the rest of a column in a description: a collation, an expression that
    /// generates it. On SQLite it is read from the table's SQL, by [`describe`] alone.
    pub unusual: String,
}

/// The whole schema as text, the same for the same schema: tables by name, columns in their order with type,
/// nullability and default, then checks, foreign keys, indexes with their predicates, triggers, and views.
///
/// # Errors
/// The schema's name is not valid, or the database refuses.
pub async fn describe(db: &impl ConnectionTrait, kind: Kind, schema: Option<&str>) -> Result<String, Error> {
    describe_in(db, &Place::new(kind, schema)?, None).await
}

/// As [`describe`], for the named tables only where there is a list.
pub(crate) async fn describe_in(
    db: &impl ConnectionTrait,
    place: &Place,
    only: Option<&BTreeSet<String>>,
) -> Result<String, Error> {
    let described = match place.kind {
        Kind::Sqlite => sqlite::describe(db, place, only).await,
        Kind::Postgres => postgres::describe(db, place, only).await,
    };
    described.map_err(failed)
}

/// The columns of a table in their order; none when there is no such table.
pub(crate) async fn columns(db: &impl ConnectionTrait, place: &Place, table: &str) -> Result<Vec<Column>, Error> {
    let sql = match place.kind {
        Kind::Sqlite => sqlite::columns(table),
        Kind::Postgres => postgres::columns(&place.schema, Some(std::iter::once(&table.to_owned()))),
    };
    let rows = db.query_all_raw(place.ask(sql)).await.map_err(failed)?;
    rows.iter().map(read_column).collect::<Result<_, DbErr>>().map_err(failed)
}

/// The columns of each of these tables.
pub(crate) async fn columns_of(
    db: &impl ConnectionTrait,
    place: &Place,
    tables: &BTreeSet<String>,
) -> Result<Arc<BTreeMap<String, Vec<Column>>>, Error> {
    match place.kind {
        Kind::Sqlite => sqlite::columns_of(db, place, tables).await.map_err(failed),
        Kind::Postgres => postgres::columns_of(db, place, tables).await.map(Arc::new).map_err(failed),
    }
}

/// The names of a table's columns in their order; none when there is no such table.
pub(crate) async fn names_of_columns(
    db: &impl ConnectionTrait,
    place: &Place,
    table: &str,
) -> Result<Vec<String>, Error> {
    if place.kind == Kind::Postgres {
        return Ok(columns(db, place, table).await?.into_iter().map(|column| column.name).collect());
    }
    let names = format!("SELECT json_group_array(name ORDER BY cid) FROM pragma_table_xinfo({})", literal(table));
    json_list(db, place, &names).await
}

/// The strings of an answer that is one JSON array, since each row has its cost.
async fn json_list(db: &impl ConnectionTrait, place: &Place, sql: &str) -> Result<Vec<String>, Error> {
    let row = db.query_one_raw(place.ask(sql)).await.map_err(failed)?;
    let list: String = row.map_or_else(|| Ok("[]".to_owned()), |row| row.try_get_by_index(0)).map_err(failed)?;
    serde_json::from_str(&list).map_err(|e| failed(DbErr::Json(e.to_string())))
}

fn read_column(row: &QueryResult) -> Result<Column, DbErr> {
    Ok(Column {
        name: row.try_get("", "name")?,
        r#type: row.try_get("", "type")?,
        not_null: row.try_get("", "not_null")?,
        default: row.try_get("", "def")?,
        key: row.try_get("", "key")?,
        is_generated: row.try_get("", "is_generated")?,
        unusual: row.try_get("", "unusual")?,
    })
}

/// Which of these names are taken, each with what it is, such as `table sprints`.
pub(crate) async fn existing(
    db: &impl ConnectionTrait,
    place: &Place,
    names: &BTreeSet<String>,
) -> Result<Vec<String>, Error> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let list = names.iter().map(|n| literal(n)).collect::<Vec<_>>().join(", ");
    let sql = match place.kind {
        Kind::Sqlite => sqlite::existing(&list),
        Kind::Postgres => postgres::existing(&place.schema, &list),
    };
    let rows = db.query_all_raw(place.ask(sql)).await.map_err(failed)?;
    strings(&rows, "line").map_err(failed)
}

/// All tables of a SQLite file that hold rows of their own, by name: not SQLite's, and no virtual ones. Of our full-text
/// index it is the other way round: its documents are rows, and the tables in which FTS5 keeps them are its own matter.
pub(crate) async fn sqlite_tables(db: &impl ConnectionTrait, place: &Place) -> Result<Vec<String>, Error> {
    // As one row: it is asked often, and each row has its cost.
    let search = literal(SEARCH_TABLE);
    let sql = format!(
        "SELECT json_group_array(name ORDER BY name) AS names FROM pragma_table_list WHERE schema = 'main' \
         AND (type IN ('table', 'shadow') OR (type = 'virtual' AND name = {search})) \
         AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    );
    let mut found = json_list(db, place, &sql).await?;
    if found.iter().any(|name| name == SEARCH_TABLE) {
        found.retain(|name| shadowed(name) != Some(SEARCH_TABLE));
    }
    Ok(found)
}

/// Those of the named tables that are there, by name.
pub(crate) async fn postgres_tables(
    db: &impl ConnectionTrait,
    place: &Place,
    names: &BTreeSet<String>,
) -> Result<Vec<String>, Error> {
    let sql = format!(
        "SELECT c.relname::text AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = {} AND c.relkind IN ('r', 'p') ORDER BY c.relname COLLATE \"C\"",
        literal(&place.schema)
    );
    let mut found = strings(&db.query_all_raw(place.ask(sql)).await.map_err(failed)?, "name").map_err(failed)?;
    found.retain(|name| names.contains(name));
    Ok(found)
}

/// Everything in a SQLite file that belongs to none of these tables, and the journal mode, as text.
pub(crate) async fn sqlite_others(
    db: &impl ConnectionTrait,
    place: &Place,
    ours: &BTreeSet<String>,
) -> Result<String, Error> {
    let names = ours.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT tbl_name, type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') AS line \
         FROM main.sqlite_schema WHERE tbl_name NOT IN ({names}) AND substr(name, 1, 11) <> 'sqlite_stat' \
         ORDER BY type, name"
    );
    let mut out = String::new();
    for row in db.query_all_raw(place.ask(sql)).await.map_err(failed)? {
        let table: String = row.try_get("", "tbl_name").map_err(failed)?;
        if !shadowed(&table).is_some_and(|of| of == SEARCH_TABLE && ours.contains(of)) {
            let line: String = row.try_get("", "line").map_err(failed)?;
            out.push_str(&line);
            out.push('\n');
        }
    }
    let row = db.query_one_raw(place.ask("PRAGMA journal_mode")).await.map_err(failed)?;
    let mode: String = row.map_or(Ok(String::new()), |r| r.try_get_by_index(0)).map_err(failed)?;
    Ok(format!("{out}{mode}"))
}

pub(crate) async fn has_schema(db: &impl ConnectionTrait, place: &Place) -> Result<bool, DbErr> {
    let sql = format!("SELECT 1 FROM pg_namespace WHERE nspname = {}", literal(&place.schema));
    Ok(db.query_one_raw(place.ask(sql)).await?.is_some())
}

/// An identifier, quoted for both databases.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL.
pub(crate) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// One column of rows.
pub(crate) fn strings(rows: &[QueryResult], column: &str) -> Result<Vec<String>, DbErr> {
    rows.iter().map(|r| r.try_get("", column)).collect()
}

fn column_line(c: &Column) -> String {
    let null = if c.not_null { " not null" } else { "" };
    let default = c.default.as_ref().map(|d| format!(" default {d}")).unwrap_or_default();
    let key = if c.key > 0 { format!(" primary key {}", c.key) } else { String::new() };
    // A column of a full-text index has no type.
    let declared = if c.r#type.is_empty() { String::new() } else { format!(" {}", c.r#type) };
    format!("  column {}{declared}{null}{default}{key}{}\n", c.name, c.unusual)
}

fn failed(e: DbErr) -> Error {
    Error::database("reading the catalogue", &e)
}
