//! Statements that lose rows or columns.

use crate::lint::parse::{Action, Parsed};
use crate::lint::{Context, Rule, Severity};
use crate::target::Kind;

pub static DROP_TABLE: Rule = Rule {
    code: "A1",
    name: "drop-table",
    severity: Severity::Error,
    only: None,
    down: false,
    why: "every row of it is gone, and programs that still read it fail",
    way_out: "stop using it in one release, drop it in a later one, with an exception that says so",
    check: |c| {
        if let Parsed::Drop { what, names, .. } = c.statement()
            && (what == "schema" || what == "database")
        {
            return names.iter().map(|name| format!("drops the {what} {name} with all its tables")).collect();
        }
        let kept = |table: &str| c.replacement(table).is_some() || renamed_from_here(c, table);
        let lost = c.dropped_tables().into_iter().filter(|table| c.existed(table) && !kept(table));
        lost.map(|table| format!("drops the table {table}, which was there before")).collect()
    },
};

/// Whether the migration gave the table this name itself: that is a rebuild in the wrong order, a rule of its own.
fn renamed_from_here(c: &Context<'_>, table: &str) -> bool {
    c.earlier().iter().any(|statement| match statement {
        Parsed::AlterTable { actions, .. } => {
            actions.iter().any(|a| matches!(a, Action::RenameTable { to } if to == table))
        }
        _ => false,
    })
}

pub static DROP_COLUMN: Rule = Rule {
    code: "A2",
    name: "drop-column",
    severity: Severity::Error,
    only: None,
    down: false,
    why: "every value of it is gone, and programs that still name it fail",
    way_out: "stop using it in one release, drop it in a later one, with an exception that says so",
    check: |c| {
        let dropped = c.actions_on_existing().into_iter().filter_map(|(table, action)| match action {
            Action::DropColumn { column, .. } => Some(format!("drops the column {table}.{column}")),
            _ => None,
        });
        dropped.collect()
    },
};

pub static DELETE_ALL_ROWS: Rule = Rule {
    code: "A3",
    name: "delete-all-rows",
    severity: Severity::Error,
    only: None,
    down: false,
    why: "every row is gone, and with it what refers to it by ON DELETE CASCADE",
    way_out: "say by WHERE which rows are meant",
    check: |c| {
        let (tables, how) = match c.statement() {
            Parsed::Delete { table, filtered: false } => (vec![table], "DELETE without WHERE"),
            Parsed::Truncate { tables } => (tables.iter().collect(), "TRUNCATE"),
            _ => return Vec::new(),
        };
        tables.into_iter().filter(|t| c.existed(t)).map(|t| format!("{how} empties {t}")).collect()
    },
};

pub static UPDATE_ALL_ROWS: Rule = Rule {
    code: "A4",
    name: "update-all-rows",
    severity: Severity::Warning,
    only: None,
    down: true,
    why: "it overwrites every value, and writes the whole table anew while the migration's locks are held",
    way_out: "say by WHERE which rows need it; fill a large table in batches from the program",
    check: |c| match c.statement() {
        Parsed::Update { table, filtered: false } if c.existed(table) => {
            vec![format!("UPDATE without WHERE changes every row of {table}")]
        }
        _ => Vec::new(),
    },
};

pub static DROP_CASCADE: Rule = Rule {
    code: "P9",
    name: "drop-cascade",
    severity: Severity::Error,
    only: Some(Kind::Postgres),
    down: true,
    why: "it also drops whatever depends on it: views, foreign keys, columns of others that nobody has named",
    way_out: "drop what depends on it first, by name",
    check: |c| match c.statement() {
        Parsed::Drop { what, names, cascade: true, .. } => {
            vec![format!("DROP {} {} CASCADE", what.to_ascii_uppercase(), names.join(", "))]
        }
        Parsed::AlterTable { table, actions } => {
            let cascades = actions.iter().filter_map(|action| match action {
                Action::DropColumn { column: name, cascade: true } | Action::DropConstraint { name, cascade: true } => {
                    Some(format!("drops {name} of {table} by CASCADE"))
                }
                _ => None,
            });
            cascades.collect()
        }
        _ => Vec::new(),
    },
};
