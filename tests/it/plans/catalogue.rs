//! The indexes that a database has, and the columns that refer to other tables.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use support::Kind;

/// An index that a migration made; those of primary keys are not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    pub table: String,
    pub columns: Vec<String>,
    pub is_unique: bool,
    /// Of a partial one.
    pub predicate: Option<String>,
}

impl Index {
    /// Whether it has every row whose first column says something, so that the rows which refer to another are found.
    pub fn finds_references(&self) -> bool {
        let only = self.predicate.as_deref().map(|text| text.trim_matches(['(', ')']).to_lowercase());
        only.is_none_or(|text| text == format!("{} is not null", self.columns[0]))
    }
}

/// Every index, by name.
pub async fn indexes(db: &DatabaseConnection, kind: Kind) -> BTreeMap<String, Index> {
    let sql = match kind {
        Kind::Sqlite => {
            "SELECT s.name AS name, s.tbl_name AS of_table, l.\"unique\" AS is_unique, \
             (SELECT group_concat(i.name, ' ' ORDER BY i.seqno) FROM pragma_index_info(s.name) AS i) AS columns, \
             CASE l.partial WHEN 1 THEN substr(s.sql, instr(s.sql, ' WHERE ') + 7) END AS predicate \
             FROM sqlite_schema AS s JOIN pragma_index_list(s.tbl_name) AS l ON l.name = s.name \
             WHERE s.type = 'index' AND s.sql IS NOT NULL"
        }
        Kind::Postgres => {
            "SELECT c.relname::text AS name, r.relname::text AS of_table, x.indisunique::int::bigint AS is_unique, \
             (SELECT string_agg(a.attname, ' ' ORDER BY k.n) FROM unnest(x.indkey) WITH ORDINALITY AS k(attnum, n) \
              JOIN pg_attribute AS a ON a.attrelid = x.indrelid AND a.attnum = k.attnum) AS columns, \
             pg_get_expr(x.indpred, x.indrelid) AS predicate \
             FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indexrelid JOIN pg_class AS r ON r.oid = x.indrelid \
             WHERE r.relnamespace = 'public'::regnamespace AND NOT x.indisprimary \
             AND r.relname <> 'callboard_migrations'"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the indexes");
    let read = rows.iter().map(|row| {
        let columns: String = row.try_get("", "columns").expect("columns");
        let index = Index {
            table: row.try_get("", "of_table").expect("a table"),
            columns: columns.split(' ').map(str::to_owned).collect(),
            is_unique: row.try_get::<i64>("", "is_unique").expect("a number") == 1,
            predicate: row.try_get("", "predicate").expect("a predicate or none"),
        };
        (row.try_get("", "name").expect("a name"), index)
    });
    read.collect()
}

/// Table and column of each foreign key.
pub async fn references(db: &DatabaseConnection, kind: Kind) -> BTreeSet<(String, String)> {
    let sql = match kind {
        Kind::Sqlite => {
            "SELECT m.name AS of_table, f.\"from\" AS of_column FROM sqlite_schema AS m, \
             pragma_foreign_key_list(m.name) AS f WHERE m.type = 'table'"
        }
        Kind::Postgres => {
            "SELECT r.relname::text AS of_table, a.attname::text AS of_column FROM pg_constraint AS k \
             JOIN pg_class AS r ON r.oid = k.conrelid \
             JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] \
             WHERE k.contype = 'f' AND r.relnamespace = 'public'::regnamespace"
        }
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the keys");
    let read = rows
        .iter()
        .map(|row| (row.try_get("", "of_table").expect("a table"), row.try_get("", "of_column").expect("a column")));
    read.collect()
}

/// The type of each column of a table, by name.
pub async fn types(db: &DatabaseConnection, kind: Kind, table: &str) -> BTreeMap<String, String> {
    let sql = match kind {
        Kind::Sqlite => format!("SELECT name AS name, type AS type FROM pragma_table_info('{table}')"),
        Kind::Postgres => format!(
            "SELECT attname::text AS name, format_type(atttypid, NULL) AS type FROM pg_attribute \
             WHERE attrelid = 'public.{table}'::regclass AND attnum > 0"
        ),
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("the columns");
    rows.iter()
        .map(|row| (row.try_get("", "name").expect("a name"), row.try_get("", "type").expect("a type")))
        .collect()
}
