//! Columns that are added, changed and dropped.

use super::types::{is_serial, length};
use crate::lint::parse::{Action, Column, Form};
use crate::lint::{Rule, Severity};
use crate::target::Kind;

pub static ADD_NOT_NULL_WITHOUT_DEFAULT: Rule = Rule {
    code: "A11",
    name: "add-not-null-without-default",
    severity: Severity::Error,
    only: None,
    down: true,
    why: "it fails as soon as the table holds a row",
    way_out: "give a constant DEFAULT; or add it nullable and fill it first",
    check: |c| {
        let fails = |column: &Column| {
            column.not_null
                && column.default_is_null()
                && !column.identity
                && !column.stored
                && !column.is_key()
                && !is_serial(column)
        };
        let added = c.added_columns().into_iter().filter(|(_, column)| fails(column));
        added.map(|(table, column)| format!("adds {table}.{} NOT NULL without a default", column.name)).collect()
    },
};

pub static ADD_COLUMN_REFUSED: Rule = Rule {
    code: "S5",
    name: "add-column-refused",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "SQLite can't add such a column to a table that holds rows",
    way_out: "a constant default; a unique index of its own; a nullable reference; or a rebuild of the table",
    check: |c| {
        let reason = |column: &Column| {
            let reference = column.has(Form::ForeignKey) && !column.default_is_null();
            match () {
                () if column.is_key() => Some("as PRIMARY KEY"),
                () if column.has(Form::Unique) => Some("as UNIQUE"),
                () if column.stored => Some("as a STORED column"),
                () if column.has_expression_default() => Some("with a default that is no constant"),
                () if reference => Some("with a reference and a default that is not NULL"),
                () => None,
            }
        };
        let added = c.added_columns().into_iter();
        added.filter_map(|(t, column)| Some(format!("adds {t}.{} {}", column.name, reason(column)?))).collect()
    },
};

pub static DROP_COLUMN_IN_USE: Rule = Rule {
    code: "S6",
    name: "drop-column-in-use",
    severity: Severity::Error,
    only: Some(Kind::Sqlite),
    down: true,
    why: "SQLite refuses to drop a column that an index, a key, a table constraint, a view or a trigger uses",
    way_out: "drop those first; for a key or a table constraint, rebuild the table",
    check: |c| {
        let crate::lint::parse::Parsed::AlterTable { table, actions } = c.statement() else { return Vec::new() };
        let mut found = Vec::new();
        for action in actions {
            let Action::DropColumn { column, .. } = action else { continue };
            let mentions = |names: &[String]| names.contains(column);
            let mut users: Vec<String> = Vec::new();
            let indexes = c.schema.indexes.iter().filter(|(_, i)| i.table == *table && mentions(&i.mentions));
            users.extend(indexes.map(|(name, _)| format!("the index {name}")));
            let both = |names: &[String]| names.contains(table) && names.contains(column);
            users.extend(c.schema.views.iter().filter(|(_, m)| both(m)).map(|(name, _)| format!("the view {name}")));
            let triggers = c.schema.triggers.iter();
            let triggers = triggers.filter(|(_, t)| both(&t.mentions) || (t.table == *table && mentions(&t.mentions)));
            users.extend(triggers.map(|(name, _)| format!("the trigger {name}")));
            if let Some(t) = c.schema.tables.get(table) {
                let own = t.column(column).is_some_and(|k| k.is_key() || k.has(Form::Unique));
                let others = t.columns.iter().filter(|k| k.name != *column).flat_map(|k| &k.constraints);
                let constraint = t.constraints.iter().chain(others).any(|k| mentions(&k.mentions));
                users.extend((own || constraint).then(|| "a key or constraint of the table".to_owned()));
            }
            found.extend(users.iter().map(|user| format!("drops {table}.{column}, which {user} uses")));
        }
        found
    },
};

pub static SET_NOT_NULL: Rule = Rule {
    code: "P6",
    name: "set-not-null",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "every row is read while nobody can read or write the table",
    way_out: "add CHECK (column IS NOT NULL) NOT VALID, validate it in a later migration; SET NOT NULL is then instant",
    check: |c| {
        let proved = |table: &str, column: &str| {
            let is_not_null = |names: &[String]| names.iter().map(String::as_str).eq([column, "is", "not", "null"]);
            let mut constraints = c.schema.tables.get(table).into_iter().flat_map(|t| t.all_constraints());
            constraints.any(|k| k.form == Form::Check && !k.not_valid && is_not_null(&k.mentions))
        };
        let set = c.actions_on_existing().into_iter().filter_map(|(table, action)| match action {
            Action::SetNotNull { column } if !proved(table, column) => Some(format!("sets {table}.{column} NOT NULL")),
            _ => None,
        });
        set.collect()
    },
};

pub static CHANGE_COLUMN_TYPE: Rule = Rule {
    code: "P7",
    name: "change-column-type",
    severity: Severity::Error,
    only: Some(Kind::Postgres),
    down: true,
    why: "the table is written anew while nobody can read or write it, and a value that does not fit fails it or is cut",
    way_out: "add a column of the new type, fill it, use it, drop the old one in a later release",
    check: |c| {
        let changed = c.actions_on_existing().into_iter().filter_map(|(table, action)| {
            let Action::ChangeType { column, ty } = action else { return None };
            let old = c.schema.tables.get(table).and_then(|t| t.column(column)).map(|k| k.ty.as_str());
            if old.is_some_and(|old| widens(old, ty)) {
                return None;
            }
            Some(format!("changes the type of {table}.{column} to {ty}"))
        });
        changed.collect()
    },
};

/// Whether PostgreSQL changes only the catalogue: text that gets more room.
fn widens(old: &str, new: &str) -> bool {
    let base = |ty: &str| match ty.split('(').next().unwrap_or_default().trim() {
        "text" | "varchar" | "character varying" => Some(length(ty)),
        _ => None,
    };
    match (base(old), base(new)) {
        (Some(_), Some(None)) => true,
        (Some(Some(old)), Some(Some(new))) => new >= old,
        _ => old == new,
    }
}

/// Functions that give each row a value of its own.
const VOLATILE: [&str; 11] = [
    "random",
    "gen_random_uuid",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
    "clock_timestamp",
    "timeofday",
    "nextval",
    "gen_random_bytes",
];

pub static DEFAULT_REWRITES_TABLE: Rule = Rule {
    code: "P8",
    name: "default-rewrites-table",
    severity: Severity::Warning,
    only: Some(Kind::Postgres),
    down: true,
    why: "each row gets a value of its own: the table is written anew while nobody can read or write it",
    way_out: "add the column without it, then ALTER COLUMN SET DEFAULT, and fill the old rows in batches",
    check: |c| {
        let reason = |column: &Column| {
            let default = column.default.iter().flatten();
            let volatile = default.filter_map(|t| t.name()).any(|name| VOLATILE.contains(&name.as_str()));
            match () {
                () if volatile => Some("with a volatile default"),
                () if column.stored => Some("as a STORED column"),
                () if column.identity => Some("as an identity"),
                () if is_serial(column) => Some("as a serial"),
                () => None,
            }
        };
        let added = c.added_columns().into_iter();
        added.filter_map(|(t, column)| Some(format!("adds {t}.{} {}", column.name, reason(column)?))).collect()
    },
};
