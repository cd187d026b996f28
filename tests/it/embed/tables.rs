//! Every row of every table, the app's and the board's, to see what a transaction has left.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::DatabaseConnection;
use support::Kind;

use super::texts;

/// The rows of each table as text, sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables(BTreeMap<String, Vec<String>>);

impl Tables {
    pub async fn read(raw: &DatabaseConnection, kind: Kind) -> Self {
        let mut tables = BTreeMap::new();
        for table in names(raw, kind).await {
            let select = match kind {
                Kind::Postgres => format!("SELECT t::text FROM {table} t"),
                Kind::Sqlite => {
                    let columns = format!("SELECT 'quote(\"' || name || '\")' FROM pragma_table_info('{table}')");
                    let columns = texts(raw, &columns).await.join(" || ',' || ");
                    format!("SELECT {columns} FROM {table}")
                }
            };
            let mut rows = texts(raw, &select).await;
            rows.sort();
            tables.insert(table, rows);
        }
        assert!(tables.contains_key("orders") || tables.contains_key("public.orders"), "the app's tables are not seen");
        assert!(tables.keys().any(|name| name.ends_with("work_items")), "the board's tables are not seen");
        Self(tables)
    }

    /// The tables that are not the same, without their schema.
    pub fn changed(&self, other: &Self) -> BTreeSet<String> {
        let names: BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let differs = names.into_iter().filter(|name| self.0.get(*name) != other.0.get(*name));
        differs.map(|name| name.rsplit('.').next().unwrap_or(name).to_owned()).collect()
    }
}

async fn names(raw: &DatabaseConnection, kind: Kind) -> Vec<String> {
    let sql = match kind {
        Kind::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
        Kind::Postgres => {
            "SELECT schemaname || '.' || tablename FROM pg_tables \
             WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        }
    };
    let mut found = texts(raw, sql).await;
    // SQLite keeps the data of the full-text index in tables of its own.
    found.retain(|name| !name.starts_with("board_search_"));
    found
}
