//! Types that turn out to be something else.

use crate::lint::cursor::Cursor;
use crate::lint::parse::{Column, Form, Parsed};
use crate::lint::token::TokenKind;
use crate::lint::{Context, Rule, Severity};
use crate::target::Kind;

/// What SQLite makes of a declared type, by its rules (sqlite.org/datatype3.html, 3.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

pub fn affinity(ty: &str) -> Affinity {
    let has = |words: &[&str]| words.iter().any(|word| ty.contains(word));
    match () {
        () if has(&["int"]) => Affinity::Integer,
        () if has(&["char", "clob", "text"]) => Affinity::Text,
        () if ty.is_empty() || has(&["blob"]) => Affinity::Blob,
        () if has(&["real", "floa", "doub"]) => Affinity::Real,
        () => Affinity::Numeric,
    }
}

const INTEGERS: [&str; 10] =
    ["int", "integer", "tinyint", "smallint", "mediumint", "bigint", "big_integer", "int2", "int4", "int8"];

pub static ACCIDENTAL_AFFINITY: Rule = Rule {
    code: "S7",
    name: "accidental-affinity",
    severity: Severity::Warning,
    only: Some(Kind::Sqlite),
    down: true,
    why: "SQLite does not know the type and stores whatever looks like a number as one: '007' becomes 7, '1e5' 100000",
    way_out: "a type with TEXT or BLOB in its name, such as text or uuid_text; or a STRICT table",
    check: |c| {
        let numbers = ["numeric", "decimal", "number", "bool", "date", "time", "money", "any"];
        let accident = |ty: &str| match affinity(ty) {
            Affinity::Numeric => !numbers.iter().any(|word| ty.contains(word)),
            // As in POINT or INTERVAL.
            Affinity::Integer => !ty.split([' ', '(']).any(|word| INTEGERS.contains(&word)),
            _ => false,
        };
        let columns = c.new_columns().into_iter().filter(|(_, column, _)| accident(&column.ty));
        columns.map(|(table, k, _)| format!("{table}.{} is declared {}, which is a number", k.name, k.ty)).collect()
    },
};

pub static DOUBLE_QUOTED_STRING: Rule = Rule {
    code: "S9",
    name: "double-quoted-string",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "double quotes are for names: it is a string only as long as no column has that name, and an error elsewhere",
    way_out: "single quotes",
    check: |c| {
        let columns = c.new_columns();
        let mut known: Vec<&str> = columns.iter().map(|(_, k, _)| k.name.as_str()).collect();
        let (alone, table, quoted) = match c.statement() {
            Parsed::CreateTable(t) => (t.constraints.iter().collect(), None, [].as_slice()),
            Parsed::AlterTable { table, .. } => (Vec::new(), Some(table), [].as_slice()),
            Parsed::CreateIndex(index) => (Vec::new(), Some(&index.table), index.quoted.as_slice()),
            _ => return Vec::new(),
        };
        match table.map(|table| c.schema.tables.get(table)) {
            None => {}
            Some(Some(table)) => known.extend(table.columns.iter().map(|k| k.name.as_str())),
            // Of a table from before the first migration the columns are not known.
            Some(None) => return Vec::new(),
        }
        let defaults = columns.iter().flat_map(|(_, k, _)| k.default.iter().flatten());
        let defaults = defaults.filter(|t| t.kind == TokenKind::Quoted).map(|t| format!("DEFAULT \"{}\"", t.text));
        let checks = alone.into_iter().chain(columns.iter().flat_map(|(_, k, _)| &k.constraints));
        let checks = checks.filter(|k| k.form == Form::Check).flat_map(|k| &k.quoted);
        let names = checks.chain(quoted).filter(|name| !known.contains(&name.to_ascii_lowercase().as_str()));
        defaults.chain(names.map(|name| format!("\"{name}\", which is no column of the table"))).collect()
    },
};

pub static ENUM_ADD_VALUE: Rule = Rule {
    code: "P10",
    name: "enum-add-value",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "the value can't be used before the transaction is committed, and can never be removed",
    way_out: "a text column with a CHECK; else use the value only in migrations of a later run",
    check: |c| {
        begins(c, &["alter", "type"])
            .filter(|words| words.has_all(&["add", "value"]))
            .map(of_type)
            .into_iter()
            .collect()
    },
};

pub static NATIVE_ENUM: Rule = Rule {
    code: "P11",
    name: "native-enum",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "its values can't be removed, and SQLite has no such type",
    way_out: "a text column with a named CHECK (column IN (..))",
    check: |c| {
        begins(c, &["create", "type"]).filter(|words| words.has_all(&["as", "enum"])).map(of_type).into_iter().collect()
    },
};

/// What follows these words, if the statement begins with them.
fn begins<'a>(c: &'a Context<'_>, words: &[&str]) -> Option<Cursor<'a>> {
    let Parsed::Other(tokens) = c.statement() else { return None };
    let mut cursor = Cursor::new(tokens);
    cursor.eat_all(words).then_some(cursor)
}

fn of_type(mut words: Cursor<'_>) -> String {
    format!("the enum {}", words.name().unwrap_or_default())
}

pub static JSON_COLUMN: Rule = Rule {
    code: "P12",
    name: "json-column",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "json has no equality, so that DISTINCT, GROUP BY and UNION on it fail; it is parsed anew by every query",
    way_out: "jsonb",
    check: |c| of_types(c, |k| k.ty == "json" || k.ty == "json[]"),
};

pub static KEY_OF_32_BITS: Rule = Rule {
    code: "P13",
    name: "key-of-32-bits",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "it runs out after 2,147,483,647 rows (32,767 for smallint), and changing it rewrites every table that refers",
    way_out: "bigint, or uuid",
    check: |c| {
        let small = ["int", "integer", "int4", "int2", "smallint", "serial", "serial4", "serial2", "smallserial"];
        let in_key = |column: &Column| match c.statement() {
            Parsed::CreateTable(t) => {
                t.constraints.iter().any(|k| k.form == Form::PrimaryKey && k.mentions.contains(&column.name))
            }
            _ => false,
        };
        of_types(c, |k| small.contains(&k.ty.as_str()) && (k.is_key() || in_key(k)))
    },
};

pub static SERIAL_COLUMN: Rule = Rule {
    code: "P14",
    name: "serial-column",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "its sequence has rights and an owner of its own, and is easily left behind or pushed aside by explicit values",
    way_out: "bigint GENERATED ALWAYS AS IDENTITY, or uuid",
    check: |c| of_types(c, is_serial),
};

pub fn is_serial(column: &Column) -> bool {
    ["serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"].contains(&column.ty.as_str())
}

pub static LENGTH_LIMIT: Rule = Rule {
    code: "P15",
    name: "length-limit",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "SQLite ignores the length, a shorter one needs the table written anew, and char(n) pads with spaces",
    way_out: "text, with a named CHECK where there is a limit",
    check: |c| {
        let names = ["varchar", "character varying", "char", "character", "bpchar"];
        of_types(c, |k| {
            let base = k.ty.split('(').next().unwrap_or_default().trim();
            names.contains(&base) && (length(&k.ty).is_some() || base == "char" || base == "character")
        })
    },
};

/// The number in the brackets of a type.
pub fn length(ty: &str) -> Option<u64> {
    let (_, rest) = ty.split_once('(')?;
    rest.split([',', ')']).next()?.trim().parse().ok()
}

pub static TIMESTAMP_WITHOUT_ZONE: Rule = Rule {
    code: "P16",
    name: "timestamp-without-zone",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "the zone of what is written is dropped, and the same value means another moment to another client",
    way_out: "timestamp with time zone (timestamptz)",
    check: |c| {
        of_types(c, |k| {
            k.ty.starts_with("timestamp") && !k.ty.contains("with time zone") && !k.ty.starts_with("timestamptz")
        })
    },
};

/// The columns that the statement brings and that are of such a type.
fn of_types(c: &Context<'_>, fits: impl Fn(&Column) -> bool) -> Vec<String> {
    let columns = c.new_columns().into_iter().filter(|(_, column, _)| fits(column));
    columns.map(|(table, column, _)| format!("{table}.{} is {}", column.name, column.ty)).collect()
}
