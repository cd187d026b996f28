//! The diagram in the words of Mermaid (`erDiagram`), which many viewers of Markdown draw by themselves.

use std::fmt::Write;

use super::escape::{is_plain, mermaid};
use super::model::{Column, Schema, Table};

/// Words of Mermaid's own that can't be a table's name without quotes.
const RESERVED: &[&str] = &[
    "accdescr",
    "acctitle",
    "class",
    "classdef",
    "direction",
    "end",
    "erdiagram",
    "many",
    "one",
    "only",
    "optionally",
    "or",
    "style",
    "subgraph",
    "title",
    "to",
    "u",
    "zero",
];
/// Words that mark a key, and so are no names of columns.
const KEYS: &[&str] = &["fk", "pk", "uk"];

/// Writes the schema. The same schema gives the same bytes.
pub fn write(schema: &Schema) -> String {
    let mut out = format!("%% {}\nerDiagram\n", super::HEADER);
    for (group, tables) in schema.groups() {
        let _ = writeln!(out, "    %% {group}");
        for table in tables {
            entity(&mut out, table);
        }
    }
    out.push_str("    %% Foreign keys: to the left the table that is referred to\n");
    for table in &schema.tables {
        for key in table.foreign_keys.iter().filter(|k| schema.position(&k.target).is_some()) {
            let one = if table.optional(key) { "|o" } else { "||" };
            let many = if table.is_unique(&key.columns) { "o|" } else { "o{" };
            let columns = key.columns.iter().map(|c| mermaid(c)).collect::<Vec<_>>().join(", ");
            let _ = writeln!(out, "    {} {one}--{many} {} : \"{columns}\"", name(&key.target), name(&table.name));
        }
    }
    out
}

fn entity(out: &mut String, table: &Table) {
    let _ = writeln!(out, "    {} {{", name(&table.name));
    for column in &table.columns {
        let mut keys = Vec::new();
        if table.primary_key.contains(&column.name) {
            keys.push("PK");
        }
        if table.foreign_keys.iter().any(|k| k.columns.contains(&column.name)) {
            keys.push("FK");
        }
        if table.is_unique_column(&column.name) {
            keys.push("UK");
        }
        let keys = if keys.is_empty() { String::new() } else { format!(" {}", keys.join(", ")) };
        let _ = writeln!(
            out,
            "        {} {}{keys}{}",
            word(&column.kind, "any"),
            word(&column.name, "column"),
            note(column)
        );
    }
    out.push_str("    }\n");
}

fn name(table: &str) -> String {
    if is_plain(table) && !RESERVED.contains(&table.to_lowercase().as_str()) {
        table.to_owned()
    } else if table.is_empty() {
        "\"#32;\"".to_owned()
    } else {
        format!("\"{}\"", mermaid(table))
    }
}

/// A type or a column, which Mermaid knows no quotes for: what it can't hold becomes `_`.
fn word(text: &str, empty: &str) -> String {
    let held = |c: char| c.is_ascii_alphanumeric() || "_(),".contains(c);
    let mut out: String = text.chars().map(|c| if held(c) { c } else { '_' }).collect();
    if out.is_empty() {
        out = empty.to_owned();
    }
    if !out.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') || KEYS.contains(&out.to_lowercase().as_str()) {
        out.insert(0, '_');
    }
    out
}

/// Whether it may be NULL, and the name where Mermaid could not hold it.
fn note(column: &Column) -> String {
    let mut notes = Vec::new();
    if word(&column.name, "column") != column.name {
        notes.push(mermaid(&column.name));
    }
    if column.nullable {
        notes.push("may be NULL".to_owned());
    }
    if notes.is_empty() { String::new() } else { format!(" \"{}\"", notes.join(", ")) }
}
