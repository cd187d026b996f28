//! SQLite stores any value in any column, and any bytes as text: each is of the kind that its column declares, or reading
//! it would fail. PostgreSQL's columns are typed, but `infinity` is a time there, and `NaN` a number.
//!
//! Databases made by other tools hold, for example, UUIDs as text, where this schema has them as 16 bytes.

use super::report::{Check, Found};
use super::rule::{Asked, Rule, ask};
use super::subject::{Readable, Subject};
use crate::error::Error;
use crate::runner::catalogue::{literal, quoted};
use crate::sqlite::IS_UTF8;
use crate::target::Kind;

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let mut rules = Vec::new();
    for table in subject.expected.keys() {
        let of_table = rules_of(subject, table);
        if any(subject, table, &of_table).await? {
            rules.extend(of_table.into_iter().map(|(_, rule)| rule));
        }
    }
    ask(subject, Check::Integrity, rules).await
}

/// One pass over the table for all its columns; each is asked alone only where something was found.
async fn any(subject: &Subject<'_>, table: &str, rules: &[(String, Rule)]) -> Result<bool, Error> {
    if rules.is_empty() {
        return Ok(false);
    }
    let wrong = rules.iter().map(|(wrong, _)| wrong.as_str()).collect::<Vec<_>>().join(" OR ");
    let sql = format!("SELECT 1 FROM {} AS c WHERE {wrong} LIMIT 1", subject.table(table));
    Ok(!subject.ask(&sql).await?.is_empty())
}

/// A rule for each column whose type is known, with the condition of a wrong value.
fn rules_of(subject: &Subject<'_>, table: &str) -> Vec<(String, Rule)> {
    let mut out = Vec::new();
    // A column whose type has drifted is named as that.
    let readable = |name: &str| subject.readable(table, name) == Readable::Yes;
    for column in subject.columns(table).iter().filter(|c| readable(&c.name)) {
        let value = format!("c.{}", quoted(&column.name));
        let (of_type, type_of) = match subject.place.kind {
            Kind::Sqlite => (of_sqlite(&column.r#type, &value), "typeof"),
            Kind::Postgres => (of_postgres(&column.r#type, &value), "pg_typeof"),
        };
        let Some((is_right, expected)) = of_type else { continue };
        let wrong = format!("({value} IS NOT NULL AND NOT ({is_right}))");
        let asked = Asked {
            found: format!("{type_of}({value}) || ' ' || {}", subject.shown(&value)),
            expected: literal(expected),
            join: String::new(),
            broken: wrong.clone(),
        };
        let part = format!("column {}", column.name);
        out.push((wrong, Rule::of(subject, table, part, [&column.name], &asked)));
    }
    out
}

/// The condition that a value of a declared type fulfils, and what it is called.
fn of_sqlite(declared: &str, value: &str) -> Option<(String, &'static str)> {
    let declared = declared.to_ascii_lowercase();
    let day = "[0-9][0-9]-[0-9][0-9]";
    let text = format!("typeof({value}) = 'text' AND {IS_UTF8}({value})");
    Some(match declared.split('(').next().unwrap_or_default() {
        "uuid_text" => (format!("typeof({value}) = 'blob' AND length({value}) = 16"), "a UUID of 16 bytes"),
        "text" => (text, "text in UTF-8"),
        "integer" => (format!("typeof({value}) = 'integer'"), "an integer"),
        "boolean" => (format!("typeof({value}) = 'integer' AND {value} IN (0, 1)"), "0 or 1"),
        "real" | "double" => (format!("typeof({value}) IN ('real', 'integer')"), "a number"),
        "date_text" => (format!("{text} AND {value} GLOB '*-{day}'"), "a date, such as 2026-11-21"),
        "timestamp_with_timezone_text" => (
            format!("{text} AND {value} GLOB '*-{day}[T ][0-9][0-9]:[0-9][0-9]*'"),
            "a time, such as 2026-11-21T12:00:00+00:00",
        ),
        "jsonb_text" => (format!("{text} AND json_valid({value})"), "JSON as text in UTF-8"),
        _ => return None,
    })
}

/// The same for the types that take values which no program can name. The last year is that of Rust's calendar.
fn of_postgres(declared: &str, value: &str) -> Option<(String, &'static str)> {
    let within = format!("{value} > '-infinity' AND {value} < '262142-01-01'");
    Some(match declared.split('(').next().unwrap_or_default() {
        "timestamp with time zone" => (within, "a time, such as 2026-11-21 12:00:00+00"),
        "date" => (within, "a date, such as 2026-11-21"),
        "numeric" => (format!("{value} <> 'NaN'"), "a number"),
        _ => return None,
    })
}
