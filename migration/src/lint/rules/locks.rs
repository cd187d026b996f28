//! PostgreSQL: what reads or sorts a whole table while it is locked.

use crate::lint::parse::{Action, Column, Form, Parsed};
use crate::lint::{Rule, Severity};
use crate::target::Kind;

pub static INDEX_LOCKS_WRITES: Rule = Rule {
    code: "P1",
    name: "index-locks-writes",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "nobody can write to the table until the index is built, and the transaction done",
    way_out: "build it CONCURRENTLY by hand, outside the migrations; or accept the wait, with an exception that says why",
    check: |c| match c.statement() {
        Parsed::CreateIndex(index) if !index.concurrently && c.existed(&index.table) => {
            vec![format!("builds the index {} on {}", index.name.as_deref().unwrap_or("without a name"), index.table)]
        }
        _ => Vec::new(),
    },
};

pub static DROP_INDEX_LOCKS: Rule = Rule {
    code: "P18",
    name: "drop-index-locks",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: false,
    why: "it waits for every query on the table, and from then on nobody can read or write it until the transaction is done",
    way_out: "drop it CONCURRENTLY by hand, outside the migrations; or accept the wait, with an exception that says why",
    check: |c| match c.statement() {
        Parsed::Drop { what, names, concurrently: false, .. } if what == "index" => {
            let waits = |name: &&String| c.schema.indexes.get(*name).is_none_or(|index| c.existed(&index.table));
            names.iter().filter(waits).map(|name| format!("drops the index {name}")).collect()
        }
        _ => Vec::new(),
    },
};

pub static FOREIGN_KEY_CHECKED_AT_ONCE: Rule = Rule {
    code: "P2",
    name: "foreign-key-checked-at-once",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "every row is looked up while nobody can write to either table",
    way_out: "add it NOT VALID, and VALIDATE CONSTRAINT in a later migration",
    check: |c| {
        let of_column = |column: &Column| column.has(Form::ForeignKey) && !column.default_is_null();
        let mut found = Vec::new();
        for (table, key) in c.added_constraints() {
            if key.form == Form::ForeignKey && !key.not_valid {
                found.push(format!("adds a foreign key from {table} to {}", key.references.as_deref().unwrap_or("?")));
            }
        }
        let columns = c.added_columns().into_iter().filter(|(_, column)| of_column(column));
        found.extend(
            columns.map(|(table, column)| format!("adds {table}.{} with a reference and a default", column.name)),
        );
        found
    },
};

pub static CHECK_CHECKED_AT_ONCE: Rule = Rule {
    code: "P3",
    name: "check-checked-at-once",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "every row is read while nobody can read or write the table",
    way_out: "add it NOT VALID, and VALIDATE CONSTRAINT in a later migration",
    check: |c| {
        let alone = c.added_constraints().into_iter().filter(|(_, k)| k.form == Form::Check && !k.not_valid);
        let alone =
            alone.map(|(table, k)| format!("adds the CHECK {} to {table}", k.name.as_deref().unwrap_or_default()));
        let columns = c.added_columns().into_iter().filter(|(_, column)| column.has(Form::Check));
        let columns = columns.map(|(table, column)| format!("adds {table}.{} with a CHECK", column.name));
        alone.chain(columns).collect()
    },
};

pub static VALIDATE_IN_SAME_MIGRATION: Rule = Rule {
    code: "P4",
    name: "validate-in-same-migration",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "the lock of ADD CONSTRAINT is held until the transaction ends, so NOT VALID has gained nothing",
    way_out: "VALIDATE CONSTRAINT in a migration of its own, which is applied by another run",
    check: |c| {
        let added = |name: &String| {
            c.earlier().iter().any(|statement| match statement {
                Parsed::AlterTable { actions, .. } => actions.iter().any(
                    |action| matches!(action, Action::AddConstraint(k) if k.not_valid && k.name.as_ref() == Some(name)),
                ),
                _ => false,
            })
        };
        let validated = c.actions_on_existing().into_iter().filter_map(|(table, action)| match action {
            Action::Validate { name } if added(name) => Some(format!("validates {name} of {table}, added just before")),
            _ => None,
        });
        validated.collect()
    },
};

pub static CONSTRAINT_BUILDS_INDEX: Rule = Rule {
    code: "P5",
    name: "constraint-builds-index",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "nobody can read or write the table until its index is built",
    way_out: "build a unique index CONCURRENTLY by hand, then ADD CONSTRAINT .. USING INDEX",
    check: |c| {
        let builds = |form: Form| matches!(form, Form::Unique | Form::PrimaryKey | Form::Exclude);
        let alone = c.added_constraints().into_iter().filter(|(_, k)| builds(k.form) && !k.using_index);
        let alone = alone.map(|(table, k)| format!("adds {} to {table}", k.form.sql()));
        let columns = c.added_columns().into_iter().filter(|(_, k)| k.is_key() || k.has(Form::Unique));
        let columns = columns.map(|(table, column)| format!("adds {table}.{} as a key", column.name));
        alone.chain(columns).collect()
    },
};
