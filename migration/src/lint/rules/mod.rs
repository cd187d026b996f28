//! The list of the rules. docs/lint.md has one row for each.

mod columns;
mod copies;
mod locks;
mod loss;
mod names;
mod rebuild;
mod transaction;
mod types;

use super::parse::{Action, Column, Constraint, Parsed};
use super::{Context, Rule, Severity};

/// Every rule, in the order of docs/lint.md.
pub static RULES: &[&Rule] = &[
    &loss::DROP_TABLE,
    &loss::DROP_COLUMN,
    &loss::DELETE_ALL_ROWS,
    &loss::UPDATE_ALL_ROWS,
    &copies::COPY_BY_POSITION,
    &names::RENAME_TABLE,
    &names::RENAME_COLUMN,
    &names::UNNAMED_CONSTRAINT,
    &names::IF_NOT_EXISTS,
    &transaction::TRANSACTION_CONTROL,
    &columns::ADD_NOT_NULL_WITHOUT_DEFAULT,
    &copies::CREATE_TABLE_AS,
    &transaction::REFUSED_IN_TRANSACTION,
    &loss::REBUILD_WITHOUT_COPY,
    &rebuild::REBUILD_OF_REFERENCED_TABLE,
    &rebuild::DROP_REFERENCED_TABLE,
    &transaction::PRAGMA_IN_MIGRATION,
    &rebuild::RENAME_OLD_FIRST,
    &columns::ADD_COLUMN_REFUSED,
    &columns::DROP_COLUMN_IN_USE,
    &types::ACCIDENTAL_AFFINITY,
    &rebuild::VIEW_OR_TRIGGER_OVER_DROPPED_TABLE,
    &types::DOUBLE_QUOTED_STRING,
    &rebuild::REBUILD_CHANGES_TYPE,
    &rebuild::REBUILD_OF_AUTOINCREMENT,
    &rebuild::REBUILD_LOSES,
    &rebuild::REBUILD_DROPS_CONSTRAINT,
    &locks::INDEX_LOCKS_WRITES,
    &locks::FOREIGN_KEY_CHECKED_AT_ONCE,
    &locks::CHECK_CHECKED_AT_ONCE,
    &locks::VALIDATE_IN_SAME_MIGRATION,
    &locks::CONSTRAINT_BUILDS_INDEX,
    &columns::SET_NOT_NULL,
    &columns::CHANGE_COLUMN_TYPE,
    &columns::DEFAULT_REWRITES_TABLE,
    &loss::DROP_CASCADE,
    &types::ENUM_ADD_VALUE,
    &types::NATIVE_ENUM,
    &types::JSON_COLUMN,
    &types::KEY_OF_32_BITS,
    &types::SERIAL_COLUMN,
    &types::LENGTH_LIMIT,
    &types::TIMESTAMP_WITHOUT_ZONE,
    &transaction::SESSION_SETTING,
    &locks::DROP_INDEX_LOCKS,
    &names::RENAME_SCHEMA,
    &UNUSED_EXCEPTION,
];

/// Found by the exceptions' own check, never in a statement.
pub static UNUSED_EXCEPTION: Rule = Rule {
    code: "X1",
    name: "exception",
    severity: Severity::Error,
    only: None,
    down: true,
    why: "an exception that nothing needs hides the next danger of its kind",
    way_out: "remove the exception, or mend its rule or reason",
    check: |_| Vec::new(),
};

impl Context<'_> {
    /// The columns that the statement brings, with their table, and whether rows may be there already.
    fn new_columns(&self) -> Vec<(&str, &Column, bool)> {
        match self.statement() {
            Parsed::CreateTable(t) => t.columns.iter().map(|c| (t.name.as_str(), c, false)).collect(),
            Parsed::AlterTable { table, actions } => {
                let existed = self.existed(table);
                let added = actions.iter().filter_map(|action| match action {
                    Action::AddColumn { column, .. } => Some(column),
                    _ => None,
                });
                added.map(|c| (table.as_str(), c, existed)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The columns that the statement adds to a table that may hold rows.
    fn added_columns(&self) -> Vec<(&str, &Column)> {
        self.new_columns().into_iter().filter(|(.., existed)| *existed).map(|(t, c, _)| (t, c)).collect()
    }

    /// The constraints that ALTER TABLE adds by themselves to a table that may hold rows.
    fn added_constraints(&self) -> Vec<(&str, &Constraint)> {
        self.actions_on_existing()
            .into_iter()
            .filter_map(|(table, action)| match action {
                Action::AddConstraint(constraint) => Some((table, constraint)),
                _ => None,
            })
            .collect()
    }

    /// What ALTER TABLE does to a table that may hold rows.
    fn actions_on_existing(&self) -> Vec<(&str, &Action)> {
        match self.statement() {
            Parsed::AlterTable { table, actions } if self.existed(table) => {
                actions.iter().map(|a| (table.as_str(), a)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The tables that the statement drops.
    fn dropped_tables(&self) -> Vec<&str> {
        match self.statement() {
            Parsed::Drop { what, names, .. } if what == "table" => names.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }
}
