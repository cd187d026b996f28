//! Values in untyped SQL, as each database stores them.

use support::Kind;

/// A value of a row.
#[derive(Clone, Debug)]
pub enum V {
    /// A UUID made from a number.
    Id(u32),
    Text(String),
    Int(i64),
    /// As it is: numbers with fractions, TRUE, timestamps in quotes.
    Raw(&'static str),
    Null,
}

impl V {
    pub fn sql(&self, kind: Kind) -> String {
        match self {
            Self::Id(n) => match kind {
                Kind::Sqlite => format!("X'0000000000007000800000{n:010X}'"),
                Kind::Postgres => format!("'00000000-0000-7000-8000-00{n:010x}'"),
            },
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Int(n) => n.to_string(),
            Self::Raw(sql) => (*sql).to_owned(),
            Self::Null => "NULL".to_owned(),
        }
    }

    /// JSON as it is stored: text on SQLite.
    pub fn json(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&str> for V {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for V {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for V {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<i64> for V {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

/// One INSERT a row.
pub fn insert(kind: Kind, table: &str, columns: &str, rows: Vec<Vec<V>>) -> Vec<String> {
    let width = columns.split(',').count();
    rows.into_iter()
        .map(|row| {
            assert_eq!(row.len(), width, "{table}: {row:?}");
            let values: Vec<String> = row.iter().map(|v| v.sql(kind)).collect();
            format!("INSERT INTO {table} ({columns}) VALUES ({})", values.join(", "))
        })
        .collect()
}

/// A row of values of mixed types.
macro_rules! row {
    ($($value:expr),* $(,)?) => { vec![$($crate::migration::data::value::V::from($value)),*] };
}
pub(super) use row;

/// What text can hold: other scripts, an emoji, quotes, control characters, and a mark that turns the writing.
pub const ODD: &str =
    "héllo 漢字 🦀 'quoted' \"double\" back\\slash %_ \t\n\u{7} \u{202e}right to left\u{202c} e\u{301}";

/// 64 KiB of text.
pub fn long() -> String {
    "é".repeat(32 * 1024)
}

/// JSON that parsers like to differ in.
pub const JSON: [&str; 9] = [
    "{}",
    "[]",
    "null",
    "\"text\"",
    "-0.5e-3",
    "true",
    "{\"\": null, \"a b\": {\"c\": [[], {}]}, \"é漢🦀\": \"\\u00e9\\n\\\"\\\\\"}",
    "[12345678901234567890123, 0.1, 1e100, \"\\ud83e\\udd80\"]",
    "[{\"text\": \"it's done\", \"done\": false}]",
];

pub const FIRST: V = V::Raw("'0001-01-01T00:00:00+00:00'");
pub const NOW: V = V::Raw("'2026-02-28T23:59:59.123456+00:00'");
pub const LAST: V = V::Raw("'9999-12-31T23:59:59.999999+00:00'");
