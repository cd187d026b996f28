//! SQLite's catalogue: `sqlite_schema`, the pragma functions, and what only the tables' SQL has.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sea_orm::{ConnectionTrait, DbErr};

use super::super::session::Place;
use super::definition::{checks, unusual};
use super::known::{Key, Known, framed, key};
use super::{Column, column_line, literal, read_column, shadowed, strings};

/// A column, of the table function `x`. What a virtual table hides (`hidden` is 1) are its functions, not values.
const COLUMN: &str = "x.name AS name, x.type AS type, x.\"notnull\" <> 0 AS not_null, x.dflt_value AS def, \
                      x.pk AS \"key\", x.hidden IN (2, 3) AS is_generated, '' AS unusual";

pub(super) fn columns(table: &str) -> String {
    format!("SELECT {COLUMN} FROM pragma_table_xinfo({}) AS x WHERE x.hidden <> 1 ORDER BY x.cid", literal(table))
}

pub(super) fn existing(list: &str) -> String {
    // Names are the same whatever their case, and views share their space.
    format!(
        "SELECT type || ' ' || name AS line FROM main.sqlite_schema WHERE lower(name) IN ({list}) ORDER BY type DESC, name"
    )
}

static DESCRIPTIONS: Known<String> = Known::new();
static COLUMNS: Known<Columns> = Known::new();

/// The columns of tables, by table.
type Columns = BTreeMap<String, Vec<Column>>;

pub(super) async fn describe(
    db: &impl ConnectionTrait,
    place: &Place,
    only: Option<&BTreeSet<String>>,
) -> Result<String, DbErr> {
    let before = digest(db, place, only).await?;
    if let Some(found) = DESCRIPTIONS.find(&before) {
        return Ok(String::clone(&found));
    }
    let described = read(db, place, only).await?;
    Ok(String::clone(&DESCRIPTIONS.keep(before, digest(db, place, only).await?, described)))
}

/// The columns of these tables.
pub(super) async fn columns_of(
    db: &impl ConnectionTrait,
    place: &Place,
    tables: &BTreeSet<String>,
) -> Result<Arc<Columns>, DbErr> {
    let before = digest(db, place, Some(tables)).await?;
    if let Some(found) = COLUMNS.find(&before) {
        return Ok(found);
    }
    let names = tables.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ");
    let columns = all_columns(db, place, &format!("m.name IN ({names})")).await?;
    Ok(COLUMNS.keep(before, digest(db, place, Some(tables)).await?, columns))
}

/// The digest of all that a description follows from: the SQL of the objects, and the list of what is described.
async fn digest(db: &impl ConnectionTrait, place: &Place, only: Option<&BTreeSet<String>>) -> Result<Key, DbErr> {
    let object = ["type", "name", "tbl_name", "sql"].map(framed).join(" || ");
    let sql = format!(
        "SELECT CAST(group_concat(x, char(10) ORDER BY x) AS BLOB) FROM (SELECT {object} AS x FROM main.sqlite_schema)"
    );
    // A list without a name is not the same as no list.
    let which = std::iter::once(if only.is_some() { "these" } else { "all" });
    key(db, place, &sql, which.chain(only.into_iter().flatten().map(String::as_str))).await
}

async fn read(db: &impl ConnectionTrait, place: &Place, only: Option<&BTreeSet<String>>) -> Result<String, DbErr> {
    let which = match only {
        // Not a condition on what is read: a virtual table whose module this build lacks can't be asked about.
        Some(names) => {
            format!("m.name IN ({})", names.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", "))
        }
        None => "m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'".to_owned(),
    };
    let from = format!("FROM main.sqlite_schema AS m WHERE m.type = 'table' AND {which}");
    let tables =
        db.query_all_raw(place.ask(format!("SELECT m.name AS name, m.sql AS sql {from} ORDER BY name"))).await?;
    let mut found = Vec::new();
    for row in &tables {
        found.push((row.try_get::<String>("", "name")?, row.try_get::<String>("", "sql")?));
    }
    let full_text: BTreeSet<String> =
        found.iter().filter(|(_, sql)| is_full_text(sql)).map(|(name, _)| name.clone()).collect();
    let mut columns = all_columns(db, place, &which).await?;
    let mut parts = parts(db, place, &which).await?;
    let mut out = String::new();
    for (name, sql) in found {
        // How FTS5 keeps its data is its own matter, and changes with its version.
        if shadowed(&name).is_some_and(|of| full_text.contains(of)) {
            continue;
        }
        out.push_str(&format!("table {name}\n"));
        let mut unusual = unusual(&sql);
        for mut column in columns.remove(&name).unwrap_or_default() {
            column.unusual = unusual.columns.remove(&column.name).unwrap_or_default();
            out.push_str(&column_line(&column));
        }
        let lines = checks(&sql).into_iter().chain(unusual.lines).chain(parts.remove(&name).unwrap_or_default());
        lines.for_each(|line| out.push_str(&format!("  {line}\n")));
    }
    if only.is_none() {
        let views = "SELECT name || ' ' || sql AS line FROM main.sqlite_schema WHERE type = 'view' ORDER BY name";
        for view in strings(&db.query_all_raw(place.ask(views)).await?, "line")? {
            out.push_str(&format!("view {}\n", one_line(&view)));
        }
    }
    Ok(out)
}

/// The columns of those tables, by table: one question for all of them, since a run describes a database often.
async fn all_columns(
    db: &impl ConnectionTrait,
    place: &Place,
    which: &str,
) -> Result<BTreeMap<String, Vec<Column>>, DbErr> {
    let sql = format!(
        "SELECT m.name AS of_table, {COLUMN} FROM main.sqlite_schema AS m, pragma_table_xinfo(m.name) AS x \
         WHERE m.type = 'table' AND {which} AND x.hidden <> 1 ORDER BY m.name, x.cid"
    );
    let mut out: BTreeMap<String, Vec<Column>> = BTreeMap::new();
    for row in db.query_all_raw(place.ask(sql)).await? {
        out.entry(row.try_get("", "of_table")?).or_default().push(read_column(&row)?);
    }
    Ok(out)
}

/// Foreign keys, indexes and triggers of those tables, by table.
async fn parts(db: &impl ConnectionTrait, place: &Place, which: &str) -> Result<BTreeMap<String, Vec<String>>, DbErr> {
    let keys = format!(
        "SELECT m.name AS of_table, 'foreign key ' || group_concat(f.\"from\", ', ' ORDER BY f.seq) || ' -> ' || \
         f.\"table\" || ' (' || coalesce(group_concat(f.\"to\", ', ' ORDER BY f.seq), '') || ') on delete ' || \
         lower(f.on_delete) || ' on update ' || lower(f.on_update) AS line \
         FROM main.sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f \
         WHERE m.type = 'table' AND {which} GROUP BY m.name, f.id ORDER BY line"
    );
    let indexes = format!(
        "SELECT m.name AS of_table, coalesce('index ' || s.sql, CASE l.origin WHEN 'u' THEN 'unique ' ELSE \
         'primary key ' END || (SELECT group_concat(name, ', ' ORDER BY seqno) FROM pragma_index_info(l.name))) AS line \
         FROM main.sqlite_schema AS m, pragma_index_list(m.name) AS l \
         LEFT JOIN main.sqlite_schema AS s ON s.name = l.name WHERE m.type = 'table' AND {which} ORDER BY line"
    );
    let triggers = format!(
        "SELECT t.tbl_name AS of_table, 'trigger ' || t.sql AS line FROM main.sqlite_schema AS t \
         JOIN main.sqlite_schema AS m ON m.type = 'table' AND m.name = t.tbl_name \
         WHERE t.type = 'trigger' AND {which} ORDER BY t.name"
    );
    let mut out: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for sql in [keys, indexes, triggers] {
        for row in db.query_all_raw(place.ask(sql)).await? {
            let line: String = row.try_get("", "line")?;
            out.entry(row.try_get("", "of_table")?).or_default().push(one_line(&line));
        }
    }
    Ok(out)
}

/// Whether that is the SQL of a full-text index.
fn is_full_text(sql: &str) -> bool {
    let words: Vec<String> = sql.split([' ', '(']).map(str::to_lowercase).filter(|word| !word.is_empty()).collect();
    words.first().is_some_and(|word| word == "create")
        && words.get(1).is_some_and(|word| word == "virtual")
        && words.iter().any(|word| word == "fts5")
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
