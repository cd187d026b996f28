//! The history table: which steps are applied, when, by whom and from which SQL.

use sea_orm::prelude::DateTimeUtc;
use sea_orm::sqlx::{Row, TypeInfo, ValueRef};
use sea_orm::{ConnectionTrait, QueryResult};
use sea_orm_migration::prelude::*;

use super::catalogue::{self, Known};
use super::session::Place;
use crate::columns as c;
use crate::error::Error;
use crate::step::Step;
use crate::target::Kind;

/// The name of the history table.
pub const TABLE: &str = "callboard_migrations";

/// A row of the history.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Applied {
    pub version: String,
    pub applied_at: DateTimeUtc,
    pub duration_ms: i64,
    /// The version of Callboard that applied it.
    pub product_version: String,
    /// [`Step::checksum`] of that build.
    pub checksum: String,
}

pub(crate) const COLUMNS: [&str; 5] = ["version", "applied_at", "duration_ms", "product_version", "checksum"];

fn table(place: &Place) -> TableRef {
    (Alias::new(place.schema.as_str()), Alias::new(TABLE)).into_table_ref()
}

/// Whether the table is there. One of that name with other columns is somebody else's: a clash.
pub(crate) async fn exists(db: &impl ConnectionTrait, place: &Place) -> Result<bool, Error> {
    let columns = catalogue::names_of_columns(db, place, TABLE).await?;
    if columns.is_empty() {
        return Ok(false);
    }
    if columns == COLUMNS {
        Ok(true)
    } else {
        Err(Error::Clash {
            names: vec![format!("table {TABLE}, with other columns")],
            shapes: std::collections::BTreeMap::new(),
        })
    }
}

/// The history, oldest version first; empty when there is no table.
pub(crate) async fn read(db: &impl ConnectionTrait, place: &Place) -> Result<Vec<Applied>, Error> {
    Ok(find(db, place).await?.unwrap_or_default())
}

/// The same; none when there is no table.
pub(crate) async fn find(db: &impl ConnectionTrait, place: &Place) -> Result<Option<Vec<Applied>>, Error> {
    static ROWS: Known<Vec<Applied>> = Known::new();
    if !exists(db, place).await? {
        return Ok(None);
    }
    if place.kind == Kind::Postgres {
        return rows(db, place).await.map(Some);
    }
    let values = COLUMNS.map(catalogue::framed).join(" || ");
    let sql = format!("SELECT CAST(group_concat({values}, char(10) ORDER BY version) AS BLOB) FROM main.{TABLE}");
    let failed = |e| Error::database("reading the history", &e);
    let before = catalogue::key(db, place, &sql, std::iter::empty()).await.map_err(failed)?;
    if let Some(found) = ROWS.find(&before) {
        return Ok(Some(Vec::clone(&found)));
    }
    let read = rows(db, place).await?;
    let after = catalogue::key(db, place, &sql, std::iter::empty()).await.map_err(failed)?;
    Ok(Some(Vec::clone(&ROWS.keep(before, after, read))))
}

/// The rows of a table that has at least our columns, oldest version first.
async fn rows(db: &impl ConnectionTrait, place: &Place) -> Result<Vec<Applied>, Error> {
    let decode = |row: &QueryResult| {
        Ok(Applied {
            version: row.try_get("", "version")?,
            applied_at: applied_at(row)?,
            duration_ms: row.try_get("", "duration_ms")?,
            product_version: row.try_get("", "product_version")?,
            checksum: row.try_get("", "checksum")?,
        })
    };
    let rows: Result<_, DbErr> = undecoded(db, place).await?.iter().map(decode).collect();
    rows.map_err(|e| Error::database("reading the history", &e))
}

/// When a migration was applied. PostgreSQL has times that no program can name, such as `infinity`: sqlx would panic.
pub(crate) fn applied_at(row: &QueryResult) -> Result<DateTimeUtc, DbErr> {
    const NAME: &str = "applied_at";
    /// From the first second of 1970 to that of 2000, from which PostgreSQL counts, in microseconds.
    const EPOCH: i64 = 946_684_800_000_000;
    let sent = row.try_as_pg_row().and_then(|row| {
        let is_time = row.try_get_raw(NAME).is_ok_and(|value| value.type_info().name() == "TIMESTAMPTZ");
        is_time.then(|| row.try_get_unchecked::<Option<i64>, _>(NAME).ok().flatten()).flatten()
    });
    let is_beyond = |at: i64| at.checked_add(EPOCH).and_then(DateTimeUtc::from_timestamp_micros).is_none();
    if sent.is_some_and(is_beyond) {
        return Err(DbErr::Type(format!("{NAME} is infinite, or a time that no calendar reaches")));
    }
    row.try_get("", NAME)
}

/// The same rows, with [`COLUMNS`], for a caller that goes on when one can't be decoded.
pub(crate) async fn undecoded(db: &impl ConnectionTrait, place: &Place) -> Result<Vec<QueryResult>, Error> {
    let select = Query::select().columns(COLUMNS).from(table(place)).order_by("version", Order::Asc).to_owned();
    db.query_all(&select).await.map_err(|e| Error::database("reading the history", &e))
}

pub(crate) async fn create(db: &impl ConnectionTrait, place: &Place) -> Result<(), DbErr> {
    let create = Table::create()
        .table(table(place))
        .col(c::text("version").primary_key())
        .col(c::timestamp("applied_at"))
        .col(c::integer("duration_ms"))
        .col(c::text("product_version"))
        .col(c::text("checksum"))
        .to_owned();
    db.execute(&create).await.map(|_| ())
}

/// A database that was taken all the way down holds nothing of ours.
pub(crate) async fn drop_table(db: &impl ConnectionTrait, place: &Place) -> Result<(), DbErr> {
    db.execute(&Table::drop().table(table(place)).to_owned()).await.map(|_| ())
}

pub(crate) async fn add(
    db: &impl ConnectionTrait,
    place: &Place,
    step: &Step,
    at: DateTimeUtc,
    duration_ms: i64,
) -> Result<(), DbErr> {
    let insert = Query::insert()
        .into_table(table(place))
        .columns(COLUMNS)
        .values_panic([
            step.version().into(),
            at.into(),
            duration_ms.into(),
            env!("CARGO_PKG_VERSION").into(),
            step.checksum(place.kind).into(),
        ])
        .to_owned();
    db.execute(&insert).await.map(|_| ())
}

pub(crate) async fn remove(db: &impl ConnectionTrait, place: &Place, version: &str) -> Result<(), DbErr> {
    let delete = Query::delete().from_table(table(place)).and_where(Expr::col("version").eq(version)).to_owned();
    db.execute(&delete).await.map(|_| ())
}
