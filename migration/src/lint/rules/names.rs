//! Names: changed, missing, or taken by chance.

use crate::lint::cursor::Cursor;
use crate::lint::parse::{Action, Constraint, Form, Parsed};
use crate::lint::{Rule, Severity};
use crate::target::Kind;

pub static RENAME_TABLE: Rule = Rule {
    code: "A6",
    name: "rename-table",
    severity: Severity::Warning,
    only: None,
    down: false,
    why: "programs of the version before fail from that moment on",
    way_out: "create the new table, write to both for a release, then drop the old one; or stop every program first",
    check: |c| {
        let recreated = |table: &str| c.later().iter().any(|s| matches!(s, Parsed::CreateTable(t) if t.name == table));
        let renamed = c.actions_on_existing().into_iter().filter_map(|(table, action)| match action {
            Action::RenameTable { to } if !recreated(table) => Some(format!("renames the table {table} to {to}")),
            _ => None,
        });
        renamed.collect()
    },
};

pub static RENAME_COLUMN: Rule = Rule {
    code: "A7",
    name: "rename-column",
    severity: Severity::Warning,
    only: None,
    down: false,
    why: "programs of the version before fail from that moment on",
    way_out: "add the new column, write to both for a release, then drop the old one; or stop every program first",
    check: |c| {
        let renamed = c.actions_on_existing().into_iter().filter_map(|(table, action)| match action {
            Action::RenameColumn { from, to } => Some(format!("renames the column {table}.{from} to {to}")),
            _ => None,
        });
        renamed.collect()
    },
};

pub static RENAME_SCHEMA: Rule = Rule {
    code: "P19",
    name: "rename-schema",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: false,
    why: "programs of the version before find none of its tables from that moment on",
    way_out: "make the new schema and write to both for a release; or stop every program first",
    check: |c| {
        let Parsed::Other(tokens) = c.statement() else { return Vec::new() };
        let mut words = Cursor::new(tokens);
        let renamed = words.eat_all(&["alter", "schema"]).then(|| words.name()).flatten();
        let renamed = renamed.filter(|_| words.eat_all(&["rename", "to"]));
        renamed.map(|name| format!("renames the schema {name}")).into_iter().collect()
    },
};

pub static UNNAMED_CONSTRAINT: Rule = Rule {
    code: "A8",
    name: "unnamed-constraint",
    severity: Severity::Warning,
    only: None,
    down: true,
    why: "SQLite gives it no name and PostgreSQL one of its own, so that no later migration can name it for both",
    way_out: "write CONSTRAINT name before it; for UNIQUE, create a unique index with a name",
    check: |c| {
        let unnamed = |table: &str, constraint: &Constraint| {
            let counts = constraint.name.is_none() && constraint.form != Form::PrimaryKey;
            counts.then(|| format!("a {} of {table} has no name", constraint.form.sql()))
        };
        let columns = c.new_columns();
        let in_columns = columns.iter().flat_map(|(table, column, _)| {
            let name = format!("{table}.{}", column.name);
            column.constraints.iter().filter_map(move |k| unnamed(&name, k))
        });
        let alone: Vec<(&str, &Constraint)> = match c.statement() {
            Parsed::CreateTable(t) => t.constraints.iter().map(|k| (t.name.as_str(), k)).collect(),
            Parsed::AlterTable { table, actions } => actions
                .iter()
                .filter_map(|action| match action {
                    Action::AddConstraint(constraint) => Some((table.as_str(), constraint)),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        in_columns.chain(alone.iter().filter_map(|(table, k)| unnamed(table, k))).collect()
    },
};

pub static IF_NOT_EXISTS: Rule = Rule {
    code: "A9",
    name: "if-not-exists",
    severity: Severity::Warning,
    only: None,
    down: true,
    why: "something else of that name is taken for it, and what fails is a later statement or the program",
    way_out: "leave IF NOT EXISTS out: the history says what was applied, and a failure rolls back",
    check: |c| {
        let of = |what: &str, name: &str| vec![format!("{what} {name} is created IF NOT EXISTS")];
        match c.statement() {
            Parsed::CreateTable(t) if t.if_not_exists => of("the table", &t.name),
            Parsed::CreateIndex(i) if i.if_not_exists => of("the index", i.name.as_deref().unwrap_or_default()),
            Parsed::AlterTable { table, actions } => {
                let added = actions.iter().filter_map(|action| match action {
                    Action::AddColumn { column, if_not_exists: true } => Some(&column.name),
                    _ => None,
                });
                added.flat_map(|name| of("the column", &format!("{table}.{name}"))).collect()
            }
            _ => Vec::new(),
        }
    },
};
