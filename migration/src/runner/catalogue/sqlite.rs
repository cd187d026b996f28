//! SQLite's catalogue: `sqlite_schema`, the pragma functions, and what only the tables' SQL has.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};

use super::super::session::Place;
use super::definition::{checks, unusual};
use super::{column_line, columns as read_columns, literal, strings};

pub(super) fn columns(table: &str) -> String {
    format!(
        "SELECT name, type, \"notnull\" <> 0 AS not_null, dflt_value AS def, pk AS \"key\", \
         hidden IN (2, 3) AS is_generated, '' AS unusual FROM pragma_table_xinfo({}) ORDER BY cid",
        literal(table)
    )
}

pub(super) fn existing(list: &str) -> String {
    // Names are the same whatever their case, and views share their space.
    format!(
        "SELECT type || ' ' || name AS line FROM main.sqlite_schema WHERE lower(name) IN ({list}) ORDER BY type DESC, name"
    )
}

pub(super) async fn describe(
    db: &impl ConnectionTrait,
    place: &Place,
    only: Option<&BTreeSet<String>>,
) -> Result<String, DbErr> {
    let mut out = String::new();
    let tables = "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' \
                  ESCAPE '\\' ORDER BY name";
    for row in db.query_all_raw(place.ask(tables)).await? {
        let name: String = row.try_get("", "name")?;
        let sql: String = row.try_get("", "sql")?;
        if only.is_none_or(|o| o.contains(&name)) {
            table(db, place, &name, &sql, &mut out).await?;
        }
    }
    if only.is_none() {
        let views = "SELECT name || ' ' || sql AS line FROM main.sqlite_schema WHERE type = 'view' ORDER BY name";
        for view in strings(&db.query_all_raw(place.ask(views)).await?, "line")? {
            out.push_str(&format!("view {}\n", one_line(&view)));
        }
    }
    Ok(out)
}

async fn table(db: &impl ConnectionTrait, place: &Place, name: &str, sql: &str, out: &mut String) -> Result<(), DbErr> {
    out.push_str(&format!("table {name}\n"));
    let columns = read_columns(db, place, name).await.map_err(|e| DbErr::Custom(e.to_string()))?;
    let mut unusual = unusual(sql);
    for mut column in columns {
        column.unusual = unusual.columns.remove(&column.name).unwrap_or_default();
        out.push_str(&column_line(&column));
    }
    for line in checks(sql).iter().chain(&unusual.lines) {
        out.push_str(&format!("  {line}\n"));
    }
    let keys = format!(
        "SELECT 'foreign key ' || group_concat(\"from\", ', ' ORDER BY seq) || ' -> ' || \"table\" || ' (' || \
         coalesce(group_concat(\"to\", ', ' ORDER BY seq), '') || ') on delete ' || lower(on_delete) || \
         ' on update ' || lower(on_update) AS line FROM pragma_foreign_key_list({}) GROUP BY id ORDER BY line",
        literal(name)
    );
    let indexes = format!(
        "SELECT coalesce('index ' || s.sql, CASE l.origin WHEN 'u' THEN 'unique ' ELSE 'primary key ' END || \
         (SELECT group_concat(name, ', ' ORDER BY seqno) FROM pragma_index_info(l.name))) AS line \
         FROM pragma_index_list({}) AS l LEFT JOIN main.sqlite_schema AS s ON s.name = l.name ORDER BY line",
        literal(name)
    );
    let triggers = format!(
        "SELECT 'trigger ' || sql AS line FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = {} ORDER BY name",
        literal(name)
    );
    for sql in [keys, indexes, triggers] {
        for line in strings(&db.query_all_raw(place.ask(sql)).await?, "line")? {
            out.push_str(&format!("  {}\n", one_line(&line)));
        }
    }
    Ok(())
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
