//! Values on their way into SQLite and back, as sqlx and SeaORM write and read them.
//!
//! What would be ambiguous, or is written in another form than Callboard's, is unfit for the lane, never guessed: the verb
//! is then done on SeaORM's connection.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeZone, Utc};
use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, ToSql};
use rust_decimal::Decimal;
use sea_orm::Value as Bound;
use sea_orm::sea_query::OptionEnum;
use uuid::Uuid;

/// Why a statement cannot be done on the lane.
#[derive(Debug)]
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    Unfit(String),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Binds by number: `$7` and `?7` are the seventh value wherever they stand; a plain `?` is the next one.
pub(super) fn bind(statement: &mut CachedStatement<'_>, values: &[Bound]) -> Result<(), Failure> {
    let mut next = 0;
    for at in 1..=statement.parameter_count() {
        let number = match statement.parameter_name(at) {
            None => {
                next += 1;
                Some(next)
            }
            Some(name) => name.get(1..).and_then(|digits| digits.parse::<usize>().ok()),
        };
        let Some(place) = number.and_then(|number| number.checked_sub(1)) else {
            return Err(Failure::Unfit("a parameter has a name".to_owned()));
        };
        // As with sqlx, what no value was given for is NULL.
        if let Some(value) = values.get(place) {
            bind_one(statement, at, value)?;
        }
    }
    Ok(())
}

fn bind_one(statement: &mut CachedStatement<'_>, at: usize, value: &Bound) -> Result<(), Failure> {
    match value {
        Bound::Bool(value) => put(statement, at, value),
        Bound::TinyInt(value) => put(statement, at, value),
        Bound::SmallInt(value) => put(statement, at, value),
        Bound::Int(value) => put(statement, at, value),
        Bound::BigInt(value) => put(statement, at, value),
        Bound::TinyUnsigned(value) => put(statement, at, value),
        Bound::SmallUnsigned(value) => put(statement, at, value),
        Bound::Unsigned(value) => put(statement, at, value),
        Bound::BigUnsigned(value) => match value.map(i64::try_from).transpose() {
            Ok(value) => put(statement, at, value),
            Err(_) => Err(Failure::Unfit("a number is above 2^63".to_owned())),
        },
        Bound::Float(value) => put(statement, at, value),
        Bound::Double(value) => put(statement, at, value),
        Bound::String(value) => put(statement, at, value.as_deref()),
        Bound::Enum(OptionEnum::Some(value)) => put(statement, at, &*value.value),
        Bound::Enum(OptionEnum::None(_)) => put(statement, at, Option::<i64>::None),
        Bound::Char(value) => put(statement, at, value.map(String::from)),
        Bound::Bytes(value) => put(statement, at, value.as_deref()),
        Bound::ChronoDate(value) => put(statement, at, value.map(|at| at.format("%F").to_string())),
        Bound::ChronoTime(value) => put(statement, at, value.map(|at| at.format("%T%.f").to_string())),
        Bound::ChronoDateTime(value) => put(statement, at, value.map(|at| at.format("%F %T%.f").to_string())),
        Bound::ChronoDateTimeUtc(value) => put(statement, at, value.as_ref().map(instant)),
        Bound::ChronoDateTimeLocal(value) => put(statement, at, value.as_ref().map(instant)),
        Bound::ChronoDateTimeWithTimeZone(value) => put(statement, at, value.as_ref().map(instant)),
        Bound::Uuid(value) => put(statement, at, value.as_ref().map(|id| id.as_bytes().as_slice())),
        Bound::Decimal(value) => put(statement, at, value.map(|number| number.to_string())),
        Bound::Json(value) => match value.as_ref().map(serde_json::to_string).transpose() {
            Ok(text) => put(statement, at, text),
            Err(error) => Err(Failure::Unfit(error.to_string())),
        },
        _ => Err(Failure::Unfit("SQLite has no such type".to_owned())),
    }
}

fn put(statement: &mut CachedStatement<'_>, at: usize, value: impl ToSql) -> Result<(), Failure> {
    Ok(statement.raw_bind_parameter(at, value)?)
}

fn instant<Z: TimeZone>(at: &DateTime<Z>) -> String
where
    Z::Offset: std::fmt::Display,
{
    at.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

/// What a column holds, by the type that the migration gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Bool,
    Integer,
    Double,
    Decimal,
    Text,
    Time,
    Date,
    Uuid,
    Json,
    /// An expression: whatever SQLite made of it.
    Computed,
}

impl Kind {
    /// `None` for a type that none of our migrations gives.
    pub(super) fn declared(declared: Option<&str>) -> Option<Self> {
        let Some(declared) = declared else { return Some(Self::Computed) };
        let (name, length) = declared.split_once('(').map_or((declared, false), |(name, _)| (name, true));
        let kind = match (name.trim().to_ascii_lowercase().as_str(), length) {
            ("boolean", false) => Self::Bool,
            ("integer" | "bigint" | "smallint", false) => Self::Integer,
            ("double", false) => Self::Double,
            ("real", true) => Self::Decimal,
            ("text", false) | ("varchar", _) => Self::Text,
            ("timestamp_with_timezone_text", false) => Self::Time,
            ("date_text", false) => Self::Date,
            ("uuid_text", false) => Self::Uuid,
            ("jsonb_text" | "json_text", false) => Self::Json,
            _ => return None,
        };
        Some(kind)
    }

    /// The value in the type that SeaORM's entities ask for; `None` where it is in another form than Callboard writes.
    pub(super) fn read(self, value: ValueRef<'_>) -> Option<Bound> {
        let text = |bytes| std::str::from_utf8(bytes).ok();
        Some(match (self, value) {
            // Whatever is asked for, this one says NULL.
            (_, ValueRef::Null) => Bound::String(None),
            (Self::Bool, ValueRef::Integer(number)) => Bound::Bool(Some(number != 0)),
            (Self::Integer | Self::Computed, ValueRef::Integer(number)) => Bound::BigInt(Some(number)),
            (Self::Double | Self::Computed, ValueRef::Real(number)) => Bound::Double(Some(number)),
            #[allow(clippy::cast_precision_loss)]
            (Self::Double, ValueRef::Integer(number)) => Bound::Double(Some(number as f64)),
            (Self::Decimal, ValueRef::Real(number)) => Bound::Decimal(Some(Decimal::try_from(number).ok()?)),
            (Self::Decimal, ValueRef::Integer(number)) => Bound::Decimal(Some(Decimal::from(number))),
            (Self::Text | Self::Computed, ValueRef::Text(bytes)) => Bound::String(Some(text(bytes)?.to_owned())),
            (Self::Time, ValueRef::Text(bytes)) => {
                let at = DateTime::parse_from_rfc3339(text(bytes)?).ok()?;
                Bound::ChronoDateTimeUtc(Some(at.with_timezone(&Utc)))
            }
            (Self::Date, ValueRef::Text(bytes)) => {
                Bound::ChronoDate(Some(NaiveDate::parse_from_str(text(bytes)?, "%F").ok()?))
            }
            (Self::Uuid, ValueRef::Blob(bytes)) => Bound::Uuid(Some(Uuid::from_slice(bytes).ok()?)),
            (Self::Json, ValueRef::Text(bytes)) => Bound::Json(Some(serde_json::from_slice(bytes).ok()?)),
            (Self::Computed, ValueRef::Blob(bytes)) => Bound::Bytes(Some(bytes.to_vec())),
            _ => return None,
        })
    }
}
