//! Column shapes shared by all migrations, so that a kind of value looks the same in every table and on both databases.
//!
//! CHECKs and foreign keys stand inline in their column: SQLite can then drop the column without rebuilding the table,
//! and both databases keep the constraint's name.

use sea_orm_migration::prelude::*;

/// What happens to a row when the row that it refers to is deleted.
#[derive(Clone, Copy, Debug)]
pub enum OnDelete {
    /// A part of a whole goes with the whole.
    Cascade,
    /// A link that may be missing is cleared.
    SetNull,
    /// The delete is refused.
    Restrict,
}

impl OnDelete {
    fn sql(self) -> &'static str {
        match self {
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::Restrict => "RESTRICT",
        }
    }
}

/// The primary key `id`: a UUIDv7 bound by the app.
pub fn id() -> ColumnDef {
    uuid("id").primary_key().to_owned()
}

/// A UUID that is no declared foreign key (its target depends on another column).
pub fn uuid(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().not_null().to_owned()
}

pub fn uuid_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).uuid().null().to_owned()
}

/// A foreign key to `target`'s `id`, named `fk_<table>_<column>`.
pub fn reference(table: &str, name: &'static str, target: &str, on_delete: OnDelete) -> ColumnDef {
    uuid(name).extra(references(table, name, target, on_delete)).to_owned()
}

/// As [`reference()`], for a link that may be missing.
pub fn reference_null(table: &str, name: &'static str, target: &str, on_delete: OnDelete) -> ColumnDef {
    uuid_null(name).extra(references(table, name, target, on_delete)).to_owned()
}

fn references(table: &str, name: &str, target: &str, on_delete: OnDelete) -> String {
    format!("CONSTRAINT fk_{table}_{name} REFERENCES {target} (id) ON DELETE {}", on_delete.sql())
}

pub fn text(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().not_null().to_owned()
}

pub fn text_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).text().null().to_owned()
}

/// A point in time: UTC, truncated to microseconds and bound by the app; never a database-side default.
pub fn timestamp(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().not_null().to_owned()
}

pub fn timestamp_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).timestamp_with_time_zone().null().to_owned()
}

pub fn created_at() -> ColumnDef {
    timestamp("created_at")
}

pub fn updated_at() -> ColumnDef {
    timestamp("updated_at")
}

/// Always 64 bits: SQLite reads every integer as i64, and sqlx would refuse PostgreSQL's int4 for it.
pub fn integer(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

pub fn integer_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().null().to_owned()
}

pub fn json(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().not_null().to_owned()
}

pub fn json_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).json_binary().null().to_owned()
}

/// Hours with two decimals; SQLite does not enforce the scale, so the app rounds.
pub fn hours_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).decimal_len(8, 2).null().to_owned()
}

/// A measured quantity of 64 bits, which needs no exact decimals; SQLite turns a whole number into it too.
pub fn double_null(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).double().null().to_owned()
}

/// A vocabulary: text with the CHECK `ck_<table>_<column>`, from which the Rust enum is generated.
pub fn vocabulary(table: &str, name: &'static str, values: &[&str]) -> ColumnDef {
    with_check(text(name), table, name, &list(name, values))
}

/// As [`vocabulary`], where the value may be missing.
pub fn vocabulary_null(table: &str, name: &'static str, values: &[&str]) -> ColumnDef {
    with_check(text_null(name), table, name, &list(name, values))
}

/// Adds the CHECK `ck_<table>_<column>` to a column.
pub fn with_check(mut column: ColumnDef, table: &str, name: &str, condition: &str) -> ColumnDef {
    column.check((Alias::new(format!("ck_{table}_{name}")), Expr::cust(condition.to_owned()))).to_owned()
}

fn list(name: &str, values: &[&str]) -> String {
    let values: Vec<String> = values.iter().map(|v| format!("'{v}'")).collect();
    format!("{name} IN ({})", values.join(", "))
}

/// Creates the index `ix_<table>_<columns>`.
pub async fn index(m: &SchemaManager<'_>, table: &'static str, columns: &[&'static str]) -> Result<(), DbErr> {
    create_index(m, table, columns, false).await
}

/// Creates the unique index `ux_<table>_<columns>`.
pub async fn unique(m: &SchemaManager<'_>, table: &'static str, columns: &[&'static str]) -> Result<(), DbErr> {
    create_index(m, table, columns, true).await
}

async fn create_index(
    m: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
    unique: bool,
) -> Result<(), DbErr> {
    let prefix = if unique { "ux" } else { "ix" };
    let mut index = Index::create();
    index.name(format!("{prefix}_{table}_{}", columns.join("_"))).table(table);
    if unique {
        index.unique();
    }
    for column in columns {
        index.col(*column);
    }
    m.create_index(index).await
}

/// Runs SQL that must stand in the schema to the letter, such as the predicate of a partial index.
///
/// Never `execute_unprepared`: SeaORM does not show it to the metric callback, by which the snapshots are written.
pub async fn sql(m: &SchemaManager<'_>, statement: &str) -> Result<(), DbErr> {
    let statement = sea_orm::Statement::from_string(m.get_database_backend(), statement);
    m.get_connection().execute_raw(statement).await.map(|_| ())
}

pub async fn drop_table(m: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    m.drop_table(Table::drop().table(table).to_owned()).await
}

pub async fn add_column(m: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    // One alter option a statement: SQLite takes no more.
    m.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
}

pub async fn drop_column(m: &SchemaManager<'_>, table: &'static str, column: &'static str) -> Result<(), DbErr> {
    m.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await
}

/// A constant default, which a column that comes to a populated table needs. Never a time.
pub fn with_default(mut column: ColumnDef, value: impl Into<Value>) -> ColumnDef {
    column.default(value.into()).to_owned()
}
