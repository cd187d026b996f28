//! SQLite: tables that are dropped, renamed, or rebuilt (create, copy, drop, rename).

use super::types::affinity;
use crate::lint::parse::{Action, Form, Parsed};
use crate::lint::schema::Table;
use crate::lint::{Context, Rule, Severity};
use crate::target::Kind;

/// The old and the new table of a rebuild whose DROP TABLE is the statement.
struct Rebuild<'a> {
    table: &'a str,
    old: &'a Table,
    new: &'a Table,
}

/// The rebuilds of tables that are known, in a statement that drops them.
fn rebuilds<'a>(c: &'a Context<'_>) -> Vec<Rebuild<'a>> {
    let of = |table: &'a str| {
        let old = c.schema.tables.get(table)?;
        let new = c.schema.tables.get(c.replacement(table)?)?;
        Some(Rebuild { table, old, new })
    };
    c.dropped_tables().into_iter().filter_map(of).collect()
}

pub static REBUILD_OF_REFERENCED_TABLE: Rule = Rule {
    code: "S1",
    name: "rebuild-of-referenced-table",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "with foreign keys on, DROP TABLE deletes every row first: children cascade away or lose their link, and no \
          check sees it afterwards",
    way_out: "only under a run that turns foreign keys off before it begins the transaction, as `migration up` does: \
              say so in an exception",
    check: |c| {
        let rebuilt = c.dropped_tables().into_iter().filter(|table| c.replacement(table).is_some());
        let referenced = rebuilt.filter_map(|table| {
            let by = c.schema.referrers(table);
            (!by.is_empty()).then(|| format!("rebuilds {table}, to which {} refers", by.join(", ")))
        });
        referenced.collect()
    },
};

pub static DROP_REFERENCED_TABLE: Rule = Rule {
    code: "S2",
    name: "drop-referenced-table",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "the rows of the children are deleted with it, or their references dangle and every write to them fails",
    way_out: "drop the children or their references first",
    check: |c| {
        let dropped = c.dropped_tables().into_iter().filter(|table| c.replacement(table).is_none());
        let referenced = dropped.filter_map(|table| {
            let by = c.schema.referrers(table);
            (!by.is_empty()).then(|| format!("drops {table}, to which {} refers", by.join(", ")))
        });
        referenced.collect()
    },
};

pub static RENAME_OLD_FIRST: Rule = Rule {
    code: "S4",
    name: "rename-old-first",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "the rename takes the references of other tables, views and triggers along: they then mean the old table",
    way_out: "create the new table under another name, copy, drop the old one, and rename the new one last",
    check: |c| {
        let Parsed::AlterTable { table, actions } = c.statement() else { return Vec::new() };
        let recreated = c.later().iter().any(|s| matches!(s, Parsed::CreateTable(t) if t.name == *table));
        let renamed = actions.iter().find_map(|action| match action {
            Action::RenameTable { to } => Some(to),
            _ => None,
        });
        let found = renamed.filter(|_| recreated);
        found.map(|to| format!("renames {table} to {to} before it creates the new {table}")).into_iter().collect()
    },
};

pub static VIEW_OR_TRIGGER_OVER_DROPPED_TABLE: Rule = Rule {
    code: "S8",
    name: "view-or-trigger-over-dropped-table",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "a view or another table's trigger still names it: the rename that follows fails, or every use of them does",
    way_out: "drop the view or trigger before, and create it again after",
    check: |c| {
        let mut found = Vec::new();
        for table in c.dropped_tables() {
            let names = |mentions: &[String]| mentions.iter().any(|name| name == table);
            let views = c.schema.views.iter().filter(|(_, mentions)| names(mentions));
            found.extend(views.map(|(name, _)| format!("drops {table}, which the view {name} reads")));
            let triggers = c.schema.triggers.iter().filter(|(_, t)| t.table != table && names(&t.mentions));
            found.extend(triggers.map(|(name, _)| format!("drops {table}, which the trigger {name} uses")));
        }
        found
    },
};

pub static REBUILD_CHANGES_TYPE: Rule = Rule {
    code: "S10",
    name: "rebuild-changes-type",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "the copy converts each value that looks like one of the new type, and leaves the others as they are",
    way_out: "convert by CAST or a function in the SELECT of the copy, check the result, and say so in an exception",
    check: |c| {
        let mut found = Vec::new();
        for Rebuild { table, old, new } in rebuilds(c) {
            for column in &old.columns {
                let Some(now) = new.column(&column.name) else { continue };
                if affinity(&column.ty) != affinity(&now.ty) {
                    found.push(format!("{table}.{} was {} and becomes {}", column.name, column.ty, now.ty));
                }
            }
        }
        found
    },
};

pub static REBUILD_OF_AUTOINCREMENT: Rule = Rule {
    code: "S11",
    name: "rebuild-of-autoincrement",
    severity: Severity::Warning,
    only: Some(Kind::Sqlite),
    down: true,
    why: "DROP TABLE forgets the highest id ever given, in sqlite_sequence: ids of deleted rows are given again",
    way_out: "keep AUTOINCREMENT, and carry the row of sqlite_sequence over to the new table before the DROP",
    check: |c| {
        let carried = c.earlier().iter().any(|statement| match statement {
            Parsed::Insert { table, .. } | Parsed::Update { table, .. } => table == "sqlite_sequence",
            _ => false,
        });
        let counts = |t: &Table| t.columns.iter().any(|column| column.autoincrement);
        let rebuilt = rebuilds(c).into_iter().filter(|r| counts(r.old) && !(carried && counts(r.new)));
        rebuilt.map(|r| format!("rebuilds {}, whose ids are AUTOINCREMENT", r.table)).collect()
    },
};

pub static REBUILD_LOSES: Rule = Rule {
    code: "S12",
    name: "rebuild-loses",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "DROP TABLE takes the table's indexes and triggers along",
    way_out: "create each index and trigger again after the rename; what is to go, drop by name before",
    check: |c| {
        let made = |name: &str| {
            c.later().iter().any(|statement| match statement {
                Parsed::CreateIndex(index) => index.name.as_deref() == Some(name),
                Parsed::CreateTrigger { name: made, .. } => made == name,
                _ => false,
            })
        };
        let mut found = Vec::new();
        for Rebuild { table, .. } in rebuilds(c) {
            let indexes = c.schema.indexes.iter().filter(|(name, index)| index.table == table && !made(name));
            found.extend(indexes.map(|(name, _)| format!("the rebuild of {table} loses the index {name}")));
            let triggers = c.schema.triggers.iter().filter(|(name, t)| t.table == table && !made(name));
            found.extend(triggers.map(|(name, _)| format!("the rebuild of {table} loses the trigger {name}")));
        }
        found
    },
};

pub static REBUILD_DROPS_CONSTRAINT: Rule = Rule {
    code: "S13",
    name: "rebuild-drops-constraint",
    severity: Severity::Warning,
    only: Some(Kind::Sqlite),
    down: true,
    why: "what the old table refused, the new one takes",
    way_out: "carry it over; or say in an exception that it is meant to go",
    check: |c| {
        let count = |t: &Table, form: Form| t.all_constraints().filter(|k| k.form == form).count();
        let mut found = Vec::new();
        for Rebuild { table, old, new } in rebuilds(c) {
            for form in [Form::PrimaryKey, Form::Unique, Form::Check, Form::ForeignKey] {
                let (before, after) = (count(old, form), count(new, form));
                if after < before {
                    found.push(format!("{table} had {before} {} and is rebuilt with {after}", form.sql()));
                }
            }
        }
        found
    },
};
