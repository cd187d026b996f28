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
        let kept = |table: &str| !successors(c, table).is_empty();
        let lost = c.dropped_tables().into_iter().filter(|table| c.existed(table) && !kept(table));
        lost.map(|table| format!("drops the table {table}, which was there before")).collect()
    },
};

/// The names under which the migration fills the table that takes the place of this one; none when nothing does.
///
/// The new one may be renamed after the old one is dropped, as it should be; or the old one was renamed first.
fn successors<'a>(c: &'a Context<'_>, table: &str) -> Vec<&'a str> {
    let renamed = |from: Option<&str>, to: &str| {
        let of = move |statement: &'a Parsed| match statement {
            Parsed::AlterTable { table, actions } => Some((table.as_str(), actions)),
            _ => None,
        };
        let is_it = |(table, actions): &(&str, &Vec<Action>)| {
            from.is_none_or(|from| from == *table)
                && actions.iter().any(|a| matches!(a, Action::RenameTable { to: name } if name == to))
        };
        c.earlier().iter().filter_map(of).filter(is_it).map(|(table, _)| table).collect::<Vec<&'a str>>()
    };
    if let Some(new) = c.replacement(table) {
        return vec![new];
    }
    let Some(original) = renamed(None, table).first().copied() else { return Vec::new() };
    let mut names = renamed(None, original);
    if !names.is_empty() || c.earlier().iter().any(|s| matches!(s, Parsed::CreateTable(t) if t.name == original)) {
        names.push(original);
    }
    names
}

pub static REBUILD_WITHOUT_COPY: Rule = Rule {
    code: "A14",
    name: "rebuild-without-copy",
    severity: Severity::Error,
    only: None,
    down: true,
    why: "the table comes back under its name, but its rows, or the values of a column, are gone",
    way_out: "INSERT INTO the new table (every column) SELECT .. before the DROP; drop a column that is to go by ALTER TABLE",
    check: |c| {
        let mut found = Vec::new();
        for table in c.dropped_tables().into_iter().filter(|table| c.existed(table)) {
            let new = successors(c, table);
            let Some(name) = new.first() else { continue };
            // Each with the columns that it lists.
            let copies = c.earlier().iter().filter_map(|statement| match statement {
                Parsed::Insert { table, selects: true, columns, .. } if new.contains(&table.as_str()) => {
                    Some(columns.as_ref())
                }
                Parsed::CreateTable(t) if t.copies && new.contains(&t.name.as_str()) => Some(None),
                _ => None,
            });
            let copies: Vec<Option<&Vec<String>>> = copies.collect();
            if copies.is_empty() {
                found.push(format!("drops {table}, whose rows nobody has copied into {name}"));
                continue;
            }
            let is_copied = |column: &String| copies.iter().any(|list| list.is_none_or(|list| list.contains(column)));
            let old = c.schema.tables.get(table).map_or(&[][..], |old| &old.columns);
            let lost = old.iter().filter(|column| !column.generated && !is_copied(&column.name));
            found.extend(
                lost.map(|column| format!("drops {table}, whose {} nobody has copied into {name}", column.name)),
            );
        }
        found
    },
};

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
