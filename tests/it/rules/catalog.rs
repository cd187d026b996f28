//! What the live schema holds, read from the catalog of either database.

use callboard_migration::SEARCH_TABLE;
use callboard_migration::runner::HISTORY_TABLE;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub table: String,
    pub name: String,
    /// As declared, in lower case.
    pub kind: String,
    pub default: Option<String>,
}

/// The first column of a foreign key or of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leading {
    pub table: String,
    pub column: String,
}

/// Columns of all tables but the history of migrations; whole indexes, which are not limited by a condition other than
/// that their first column is present; enumeration types of PostgreSQL.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub columns: Vec<Column>,
    pub foreign_keys: Vec<Leading>,
    pub indexes: Vec<Leading>,
    pub enums: Vec<String>,
}

impl Catalog {
    pub async fn read(db: &DatabaseConnection) -> Self {
        let sql = match db.get_database_backend() {
            DbBackend::Sqlite => &SQLITE,
            _ => &POSTGRES,
        };
        let mut catalog = Self::default();
        for row in rows(db, sql.columns).await {
            let kind = text(&row, 2).to_lowercase();
            let default = row.try_get_by_index(3).expect("a default or none");
            catalog.columns.push(Column { table: text(&row, 0), name: text(&row, 1), kind, default });
        }
        for row in rows(db, sql.foreign_keys).await {
            catalog.foreign_keys.push(Leading { table: text(&row, 0), column: text(&row, 1) });
        }
        for row in rows(db, sql.indexes).await {
            let (table, column) = (text(&row, 0), text(&row, 1));
            let condition: Option<String> = row.try_get_by_index(2).expect("a condition or none");
            let condition = condition.map(|text| text.trim_matches(['(', ')', ' ']).to_lowercase());
            if condition.is_none_or(|condition| condition == format!("{column} is not null")) {
                catalog.indexes.push(Leading { table, column });
            }
        }
        if let Some(enums) = sql.enums {
            catalog.enums = rows(db, enums).await.iter().map(|row| text(row, 0)).collect();
        }
        // The index has no time of its own: it is what the rows are.
        catalog.columns.retain(|column| column.table != HISTORY_TABLE && !column.table.starts_with(SEARCH_TABLE));
        catalog
    }
}

struct Sql {
    columns: &'static str,
    foreign_keys: &'static str,
    indexes: &'static str,
    enums: Option<&'static str>,
}

const SQLITE: Sql = Sql {
    columns: "SELECT t.name, c.name, c.type, c.dflt_value FROM sqlite_master t, pragma_table_info(t.name) c \
              WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'",
    foreign_keys: "SELECT t.name, f.\"from\" FROM sqlite_master t, pragma_foreign_key_list(t.name) f \
                   WHERE t.type = 'table' AND f.seq = 0",
    // The index of a primary key has no SQL, and so no condition.
    indexes: "SELECT t.name, c.name, CASE WHEN i.partial = 1 THEN substr(s.sql, instr(s.sql, ' WHERE ') + 7) END \
              FROM sqlite_master t, pragma_index_list(t.name) i, pragma_index_info(i.name) c \
              LEFT JOIN sqlite_master s ON s.type = 'index' AND s.name = i.name \
              WHERE t.type = 'table' AND c.seqno = 0 AND c.name IS NOT NULL",
    enums: None,
};

const POSTGRES: Sql = Sql {
    columns: "SELECT table_name::text, column_name::text, data_type::text, column_default::text \
              FROM information_schema.columns WHERE table_schema = 'public'",
    foreign_keys: "SELECT t.relname::text, a.attname::text FROM pg_constraint c \
                   JOIN pg_class t ON t.oid = c.conrelid \
                   JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
                   WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace",
    indexes: "SELECT t.relname::text, a.attname::text, pg_get_expr(i.indpred, i.indrelid)::text FROM pg_index i \
              JOIN pg_class t ON t.oid = i.indrelid AND t.relnamespace = 'public'::regnamespace \
              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]",
    enums: Some(
        "SELECT typname::text FROM pg_type WHERE typtype = 'e' AND typnamespace = 'public'::regnamespace \
         ORDER BY typname",
    ),
};

async fn rows(db: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("read the catalog")
}

fn text(row: &QueryResult, index: usize) -> String {
    row.try_get_by_index(index).expect("a text")
}
