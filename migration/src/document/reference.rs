//! The table reference in Markdown: a section a table.

use std::fmt::Write;

use super::escape::{code, is_plain};
use super::kinds::KINDS;
use super::model::{Column, ForeignKey, Schema, Table};
use super::purposes::purpose;

/// Writes the reference, with the Mermaid diagram in it. The same schema gives the same bytes.
pub fn write(schema: &Schema, mermaid: &str) -> String {
    let mut out = format!("<!-- {} -->\n# The schema\n\n", super::HEADER);
    let _ = writeln!(
        out,
        "The tables at version {}: {} of them. [Types](#types) says how SQLite and PostgreSQL declare each type; all else is \
         the same in both. The diagram is also in [schema.svg](schema.svg) and, for Mermaid, in [schema.mmd](schema.mmd).\n",
        code(&schema.version),
        schema.tables.len()
    );
    out += "![Every table with its columns, and a line for each foreign key](schema.svg)\n";
    for (group, tables) in schema.groups() {
        let _ = write!(out, "\n- {group}: ");
        let links: Vec<String> = tables.iter().map(|t| link(&t.name)).collect();
        out += &links.join(", ");
    }
    out.push('\n');
    for (group, tables) in schema.groups() {
        let _ = writeln!(out, "\n## {group}");
        tables.into_iter().for_each(|t| table(&mut out, schema, t));
    }
    kinds(&mut out, schema);
    let _ = write!(out, "\n## The diagram in Mermaid\n\n```mermaid\n{mermaid}```\n");
    out
}

fn table(out: &mut String, schema: &Schema, table: &Table) {
    let _ = writeln!(out, "\n### {}\n", heading(&table.name));
    if let Some(purpose) = purpose(&table.name) {
        let _ = writeln!(out, "{purpose}\n");
    }
    out.push_str("| column | type | NULL | default | about |\n|---|---|---|---|---|\n");
    for column in &table.columns {
        let null = if column.nullable { "yes" } else { "" };
        let default = column.default.as_deref().map(code).unwrap_or_default();
        let about = about(schema, table, column);
        let _ = writeln!(out, "| {} | {} | {null} | {default} | {about} |", code(&column.name), code(&column.kind));
    }
    if table.primary_key.len() > 1 {
        let _ = writeln!(out, "\nPrimary key: {}.", columns(&table.primary_key));
    }
    part(
        out,
        "Checks",
        table.checks.iter().map(|check| match &check.name {
            Some(name) => format!("{}: {}", code(name), code(&check.condition)),
            None => code(&check.condition),
        }),
    );
    part(
        out,
        "Foreign keys",
        table.foreign_keys.iter().map(|key| {
            let target = if schema.position(&key.target).is_some() { link(&key.target) } else { code(&key.target) };
            format!("{} → {target} ({}){}", columns(&key.columns), columns(&key.target_columns), actions(key))
        }),
    );
    part(
        out,
        "Referred to by",
        schema
            .referring_to(&table.name)
            .map(|(other, key)| format!("{} ({}){}", link(&other.name), columns(&key.columns), actions(key))),
    );
    part(
        out,
        "Indexes",
        table.indexes.iter().map(|index| {
            let unique = if index.unique { "unique " } else { "" };
            let method = index.method.as_ref().map(|m| format!("{} ", code(m))).unwrap_or_default();
            let rows = index.predicate.as_ref().map(|p| format!(", where {}", code(p))).unwrap_or_default();
            format!("{}: {unique}{method}({}){rows}", code(&index.name), columns(&index.columns))
        }),
    );
}

/// A list with its title, if there is anything in it.
fn part(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let items: Vec<String> = items.collect();
    if !items.is_empty() {
        let _ = writeln!(out, "\n{title}:\n");
        items.iter().for_each(|item| {
            let _ = writeln!(out, "- {item}");
        });
    }
}

fn about(schema: &Schema, table: &Table, column: &Column) -> String {
    let mut parts = Vec::new();
    if table.primary_key == [column.name.clone()] {
        parts.push("primary key".to_owned());
    } else if table.primary_key.contains(&column.name) {
        parts.push("part of the primary key".to_owned());
    }
    if table.is_unique_column(&column.name) {
        parts.push("unique".to_owned());
    }
    if !column.values.is_empty() {
        parts.push(format!("one of {}", columns(&column.values)));
    }
    for key in table.foreign_keys.iter().filter(|k| k.columns == [column.name.clone()]) {
        let target = if schema.position(&key.target).is_some() { link(&key.target) } else { code(&key.target) };
        parts.push(format!("→ {target}"));
    }
    parts.join("; ")
}

fn actions(key: &ForeignKey) -> String {
    let update = if key.on_update == "no action" { String::new() } else { format!(", on update {}", key.on_update) };
    format!(", on delete {}{update}", key.on_delete)
}

fn columns(names: &[String]) -> String {
    names.iter().map(|n| code(n)).collect::<Vec<_>>().join(", ")
}

/// A name that viewers make the anchor of its section of, as it is.
fn heading(table: &str) -> String {
    if is_plain(table) { table.to_owned() } else { code(table) }
}

fn link(table: &str) -> String {
    if is_plain(table) { format!("[{table}](#{})", table.to_lowercase()) } else { code(table) }
}

/// How each database declares the types that the schema has.
fn kinds(out: &mut String, schema: &Schema) {
    out.push_str("\n## Types\n\n| here | SQLite | PostgreSQL |\n|---|---|---|\n");
    let used = |word: &str| {
        let columns = schema.tables.iter().flat_map(|t| &t.columns);
        columns.into_iter().any(|c| c.kind.split('(').next() == Some(word))
    };
    for (word, sqlite, postgres) in KINDS.iter().filter(|k| used(k.0)) {
        let _ = writeln!(out, "| {} | {} | {} |", code(word), code(sqlite), code(postgres));
    }
}
