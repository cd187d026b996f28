//! PostgreSQL's catalogue: pg_class, pg_attribute, pg_constraint, pg_index.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};

use super::super::session::Place;
use super::{column_line, columns as read_columns, literal, quoted, strings};

pub(super) fn columns(schema: &str, table: &str) -> String {
    format!(
        "SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS not_null, \
         pg_get_expr(d.adbin, d.adrelid) AS def, coalesce(array_position(k.conkey, a.attnum), 0)::bigint AS \"key\" \
         FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid \
         JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         LEFT JOIN pg_attrdef AS d ON d.adrelid = c.oid AND d.adnum = a.attnum \
         LEFT JOIN pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p' \
         WHERE n.nspname = {} AND c.relname = {} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY a.attnum",
        literal(schema),
        literal(table)
    )
}

pub(super) fn existing(schema: &str, list: &str) -> String {
    let schema = literal(schema);
    // A table brings a type of its name, so a type can be in the way too.
    format!(
        "SELECT line FROM (SELECT relname::text AS name, CASE relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' \
         WHEN 'i' THEN 'index' WHEN 'I' THEN 'index' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' \
         WHEN 'S' THEN 'sequence' ELSE 'relation' END || ' ' || relname AS line \
         FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace WHERE n.nspname = {schema} \
         UNION ALL SELECT typname::text, 'type ' || typname FROM pg_type JOIN pg_namespace AS n ON n.oid = typnamespace \
         WHERE n.nspname = {schema} AND typrelid = 0 AND typelem = 0) AS taken WHERE name IN ({list}) \
         ORDER BY line DESC"
    )
}

pub(super) async fn describe(
    db: &impl ConnectionTrait,
    place: &Place,
    only: Option<&BTreeSet<String>>,
) -> Result<String, DbErr> {
    let schema = literal(&place.schema);
    let mut out = String::new();
    let tables = format!(
        "SELECT c.relname::text AS line FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
         WHERE n.nspname = {schema} AND c.relkind IN ('r', 'p') ORDER BY c.relname COLLATE \"C\""
    );
    for name in strings(&db.query_all_raw(place.ask(tables)).await?, "line")? {
        if only.is_none_or(|o| o.contains(&name)) {
            table(db, place, &name, &mut out).await?;
        }
    }
    if only.is_none() {
        let others = format!(
            "SELECT CASE c.relkind WHEN 'S' THEN 'sequence ' ELSE 'view ' END || c.relname || \
             coalesce(' ' || pg_get_viewdef(CASE WHEN c.relkind <> 'S' THEN c.oid END), '') AS line \
             FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace \
             WHERE n.nspname = {schema} AND c.relkind IN ('v', 'm', 'S') ORDER BY c.relname COLLATE \"C\""
        );
        for line in strings(&db.query_all_raw(place.ask(others)).await?, "line")? {
            out.push_str(&format!("{}\n", plain(place, &line)));
        }
    }
    Ok(out)
}

async fn table(db: &impl ConnectionTrait, place: &Place, name: &str, out: &mut String) -> Result<(), DbErr> {
    out.push_str(&format!("table {name}\n"));
    let columns = read_columns(db, place, name).await.map_err(|e| DbErr::Custom(e.to_string()))?;
    for column in columns {
        out.push_str(&column_line(&column));
    }
    let oid = literal(&format!("{}.{}", quoted(&place.schema), quoted(name)));
    let constraints = |kind: &str, word: &str| {
        format!(
            "SELECT '{word} ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint \
             WHERE conrelid = {oid}::regclass AND contype = '{kind}' ORDER BY conname COLLATE \"C\""
        )
    };
    let indexes = format!(
        "SELECT 'index ' || pg_get_indexdef(i.indexrelid) AS line FROM pg_index AS i \
         JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = {oid}::regclass \
         AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x')) \
         ORDER BY c.relname COLLATE \"C\""
    );
    let triggers = format!(
        "SELECT 'trigger ' || pg_get_triggerdef(oid) AS line FROM pg_trigger \
         WHERE tgrelid = {oid}::regclass AND NOT tgisinternal ORDER BY tgname COLLATE \"C\""
    );
    for sql in [
        constraints("c", "check"),
        constraints("p", "primary key"),
        constraints("u", "unique"),
        constraints("x", "exclude"),
        constraints("f", "foreign key"),
        indexes,
        triggers,
    ] {
        for line in strings(&db.query_all_raw(place.ask(sql)).await?, "line")? {
            out.push_str(&format!("  {}\n", plain(place, &line)));
        }
    }
    Ok(())
}

/// One line, without the schema's name: the same in every schema, whatever the search path.
fn plain(place: &Place, line: &str) -> String {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    line.replace(&format!("{}.", quoted(&place.schema)), "").replace(&format!(" {}.", place.schema), " ")
}
