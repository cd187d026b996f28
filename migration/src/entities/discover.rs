//! Reads tables from the catalog of either database.
//!
//! Columns and their types come from sea-schema. Keys and constraints are read here: sea-schema takes a partial unique
//! index on SQLite for a unique one, and panics on an index over an expression.

use std::collections::BTreeMap;

use sea_orm::sea_query::ColumnType;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, Statement};

use super::Error;
use crate::runner::HISTORY_TABLE;
use crate::step::SEARCH_TABLE;

/// A connection or a transaction, by which a catalog can be read.
pub trait Catalog: ConnectionTrait + sea_schema::Connection {}

impl<C: ConnectionTrait + sea_schema::Connection> Catalog for C {}

/// A table as the catalog has it.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub name: String,
    /// In the order of the table.
    pub columns: Vec<Column>,
    /// The columns of the primary key.
    pub primary_key: Vec<String>,
    /// The columns of each unique key that covers every row: constraints and indexes, not partial ones.
    pub uniques: Vec<Vec<String>>,
    /// Name and columns of each unique index that covers a part of the rows only.
    pub partial_uniques: Vec<(String, Vec<String>)>,
    pub foreign_keys: Vec<ForeignKey>,
    /// The SQL of each CHECK, in the words of the database; on SQLite one text holds all of a table's.
    pub checks: Vec<String>,
}

/// A column as the catalog has it.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub kind: ColumnType,
    pub nullable: bool,
    /// The default in the words of the database.
    pub default: Option<String>,
}

/// A foreign key; actions are SQL words (`SET NULL`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    pub columns: Vec<String>,
    pub target: String,
    pub target_columns: Vec<String>,
    pub on_delete: String,
    pub on_update: String,
}

/// Reads every table but the migration history, the search index and what SQLite keeps for itself, sorted by name.
///
/// # Errors
/// [`Error::Database`] when the catalog can't be read.
pub async fn discover(db: &impl Catalog) -> Result<Vec<Table>, Error> {
    let mut tables = match db.get_database_backend() {
        DbBackend::Sqlite => sqlite(db).await?,
        DbBackend::Postgres => postgres(db).await?,
        _ => return Err(Error::Backend),
    };
    tables.retain(|t| t.name != HISTORY_TABLE && t.name != SEARCH_TABLE);
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tables)
}

#[derive(FromQueryResult)]
struct TableRow {
    name: String,
    sql: String,
}

/// One column of a key; the rows of a key follow each other.
#[derive(FromQueryResult)]
struct KeyRow {
    table_name: String,
    key: String,
    column: String,
}

#[derive(FromQueryResult)]
struct ForeignKeyRow {
    table_name: String,
    key: String,
    column: String,
    target: String,
    target_column: String,
    on_delete: String,
    on_update: String,
}

async fn rows<T: FromQueryResult>(db: &impl ConnectionTrait, sql: &str) -> Result<Vec<T>, DbErr> {
    T::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await
}

async fn sqlite(db: &impl Catalog) -> Result<Vec<Table>, Error> {
    // Virtual tables and their shadows are search indexes: SQL of their own, no entities.
    let found: Vec<TableRow> = rows(
        db,
        "SELECT m.name, m.sql FROM sqlite_schema m JOIN pragma_table_list l ON l.name = m.name AND l.schema = 'main' \
         WHERE m.type = 'table' AND l.type = 'table' AND m.name NOT LIKE 'sqlite~_%' ESCAPE '~'",
    )
    .await?;
    let mut tables = BTreeMap::new();
    for TableRow { name, sql } in found {
        let mut described = sea_schema::sqlite::def::TableDef { name: name.clone(), ..Default::default() };
        described
            .get_column_info(db)
            .await
            .map_err(|e| Error::Discovery { table: name.clone(), reason: e.to_string() })?;
        let mut table = Table { name: name.clone(), checks: vec![sql], ..Default::default() };
        for column in described.columns {
            if column.primary_key {
                table.primary_key.push(column.name.clone());
            }
            table.columns.push(Column {
                nullable: !column.not_null && !column.primary_key,
                name: column.name,
                kind: column.r#type,
                default: None,
            });
        }
        tables.insert(name, table);
    }
    let defaults: Vec<KeyRow> = rows(
        db,
        "SELECT m.name AS table_name, c.name AS \"column\", c.dflt_value AS \"key\" \
         FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table' AND c.dflt_value IS NOT NULL",
    )
    .await?;
    add_defaults(&mut tables, defaults);
    let uniques = |partial: u8| {
        format!(
            "SELECT m.name AS table_name, i.name AS \"key\", coalesce(c.name, '') AS \"column\" \
             FROM sqlite_schema m, pragma_index_list(m.name) i, pragma_index_info(i.name) c \
             WHERE m.type = 'table' AND i.\"unique\" AND i.partial = {partial} AND i.origin <> 'pk' \
             ORDER BY 1, 2, c.seqno"
        )
    };
    add_uniques(&mut tables, rows(db, &uniques(0)).await?);
    add_partial_uniques(&mut tables, rows(db, &uniques(1)).await?);
    add_foreign_keys(&mut tables, foreign_keys(db).await?);
    Ok(tables.into_values().collect())
}

async fn postgres(db: &impl Catalog) -> Result<Vec<Table>, Error> {
    let found: Vec<TableRow> = rows(
        db,
        "SELECT c.relname::text AS name, n.nspname::text AS sql FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'p') AND n.nspname = current_schema()",
    )
    .await?;
    let mut tables = BTreeMap::new();
    for TableRow { name, sql: schema } in found {
        let columns = postgres_columns(db, &schema, &name).await?;
        tables.insert(name.clone(), Table { name, columns, ..Default::default() });
    }
    let defaults: Vec<KeyRow> = rows(
        db,
        "SELECT c.relname::text AS table_name, a.attname::text AS \"column\", \
         pg_get_expr(d.adbin, d.adrelid) AS key FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid \
         JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum \
         WHERE c.relnamespace = current_schema()::regnamespace",
    )
    .await?;
    add_defaults(&mut tables, defaults);
    let keys = |predicate: &str| {
        format!(
            "SELECT c.relname::text AS table_name, x.relname::text AS key, coalesce(a.attname::text, '') AS \"column\" \
             FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class x ON x.oid = i.indexrelid \
             CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n) \
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum AND k.attnum > 0 \
             WHERE c.relnamespace = current_schema()::regnamespace AND k.n <= i.indnkeyatts AND {predicate} \
             ORDER BY 1, 2, k.n"
        )
    };
    for key in rows::<KeyRow>(db, &keys("i.indisprimary")).await? {
        if let Some(table) = tables.get_mut(&key.table_name) {
            table.primary_key.push(key.column);
        }
    }
    let unique = "i.indisunique AND NOT i.indisprimary AND i.indpred IS";
    add_uniques(&mut tables, rows(db, &keys(&format!("{unique} NULL"))).await?);
    add_partial_uniques(&mut tables, rows(db, &keys(&format!("{unique} NOT NULL"))).await?);
    add_foreign_keys(&mut tables, foreign_keys(db).await?);
    let checks: Vec<TableRow> = rows(
        db,
        "SELECT c.relname::text AS name, pg_get_constraintdef(k.oid) AS sql FROM pg_constraint k \
         JOIN pg_class c ON c.oid = k.conrelid \
         WHERE k.contype = 'c' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, k.conname",
    )
    .await?;
    for check in checks {
        if let Some(table) = tables.get_mut(&check.name) {
            table.checks.push(check.sql);
        }
    }
    Ok(tables.into_values().collect())
}

async fn postgres_columns(db: &impl Catalog, schema: &str, table: &str) -> Result<Vec<Column>, Error> {
    use sea_orm::sea_query::{Alias, Expr, IntoIden, Order};
    use sea_schema::postgres::query::{ColumnQueryResult, SchemaQueryBuilder};
    let mut query =
        SchemaQueryBuilder::default().query_columns(Alias::new(schema).into_iden(), Alias::new(table).into_iden());
    query.order_by_expr(Expr::cust("ordinal_position"), Order::Asc);
    let rows = sea_schema::Connection::query_all(db, query)
        .await
        .map_err(|e| Error::Discovery { table: table.to_owned(), reason: e.to_string() })?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let column = ColumnQueryResult::from(row).parse(&Default::default());
            Column {
                nullable: column.not_null.is_none(),
                kind: column.write_col_type(),
                name: column.name,
                default: None,
            }
        })
        .collect())
}

fn add_defaults(tables: &mut BTreeMap<String, Table>, found: Vec<KeyRow>) {
    for row in found {
        let column = tables.get_mut(&row.table_name).and_then(|t| t.columns.iter_mut().find(|c| c.name == row.column));
        if let Some(column) = column {
            column.default = Some(row.key);
        }
    }
}

fn add_uniques(tables: &mut BTreeMap<String, Table>, found: Vec<KeyRow>) {
    for ((table, _), columns) in whole_keys(found) {
        if let Some(table) = tables.get_mut(&table) {
            table.uniques.push(columns);
        }
    }
}

fn add_partial_uniques(tables: &mut BTreeMap<String, Table>, found: Vec<KeyRow>) {
    for ((table, name), columns) in whole_keys(found) {
        if let Some(table) = tables.get_mut(&table) {
            table.partial_uniques.push((name, columns));
        }
    }
}

/// The columns of each key, by table and name; not the keys over an expression, which is a column without a name.
fn whole_keys(found: Vec<KeyRow>) -> BTreeMap<(String, String), Vec<String>> {
    let mut keys: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for row in found {
        keys.entry((row.table_name, row.key)).or_default().push(row.column);
    }
    keys.retain(|_, columns| columns.iter().all(|c| !c.is_empty()));
    keys
}

fn add_foreign_keys(tables: &mut BTreeMap<String, Table>, found: Vec<(String, ForeignKey)>) {
    for (table, key) in found {
        if let Some(table) = tables.get_mut(&table) {
            table.foreign_keys.push(key);
        }
    }
}

/// Every foreign key with the table that has it; on PostgreSQL of the current schema. An action is in the words of SQL
/// on SQLite, a letter of the catalog on PostgreSQL.
pub(crate) async fn foreign_keys(db: &impl ConnectionTrait) -> Result<Vec<(String, ForeignKey)>, DbErr> {
    let sql = match db.get_database_backend() {
        // A foreign key without target columns refers to the primary key.
        DbBackend::Sqlite => {
            "SELECT m.name AS table_name, CAST(f.id AS TEXT) AS \"key\", f.\"from\" AS \"column\", f.\"table\" AS target, \
             coalesce(f.\"to\", (SELECT p.name FROM pragma_table_info(f.\"table\") p WHERE p.pk = f.seq + 1), '') \
             AS target_column, f.on_delete, f.on_update \
             FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1, f.id, f.seq"
        }
        _ => {
            "SELECT c.relname::text AS table_name, f.conname::text AS key, a.attname::text AS \"column\", \
             t.relname::text AS target, b.attname::text AS target_column, f.confdeltype::text AS on_delete, \
             f.confupdtype::text AS on_update FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid \
             JOIN pg_class t ON t.oid = f.confrelid \
             CROSS JOIN LATERAL unnest(f.conkey, f.confkey) WITH ORDINALITY AS k (attnum, target_attnum, n) \
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum \
             JOIN pg_attribute b ON b.attrelid = t.oid AND b.attnum = k.target_attnum \
             WHERE f.contype = 'f' AND c.relnamespace = current_schema()::regnamespace ORDER BY 1, 2, k.n"
        }
    };
    let mut keys: BTreeMap<(String, String), ForeignKey> = BTreeMap::new();
    for row in rows::<ForeignKeyRow>(db, sql).await? {
        let key = keys.entry((row.table_name, row.key)).or_default();
        key.columns.push(row.column);
        key.target_columns.push(row.target_column);
        key.target = row.target;
        key.on_delete = row.on_delete;
        key.on_update = row.on_update;
    }
    Ok(keys.into_iter().map(|((table, _), key)| (table, key)).collect())
}
