//! A schema as it is documented: the same from SQLite and from PostgreSQL where the two mean the same.

use super::purposes::{GROUPS, OTHERS};

/// Tables with everything that is said of them.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// The newest migration that is applied.
    pub version: String,
    /// By group, then by name.
    pub tables: Vec<Table>,
}

/// A table as it is in the database.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    /// In the order of the table.
    pub columns: Vec<Column>,
    /// The columns of the primary key, in its order.
    pub primary_key: Vec<String>,
    /// Vocabularies excepted: those are in [`Column::values`].
    pub checks: Vec<Check>,
    /// By column.
    pub foreign_keys: Vec<ForeignKey>,
    /// By name; the one of the primary key excepted.
    pub indexes: Vec<Index>,
}

/// A column, its type and default in the words of both databases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// A word of [`super::kinds`], or what the database calls it.
    pub kind: String,
    pub nullable: bool,
    /// SQL.
    pub default: Option<String>,
    /// The vocabulary: the only values that its CHECK allows, in its order. Empty where there is none.
    pub values: Vec<String>,
}

/// A CHECK that is no vocabulary.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Check {
    pub name: Option<String>,
    /// SQL.
    pub condition: String,
}

/// A foreign key; the actions are words of SQL in lower case (`set null`).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    pub columns: Vec<String>,
    pub target: String,
    pub target_columns: Vec<String>,
    pub on_delete: String,
    pub on_update: String,
}

/// An index, or the unique constraint that it serves.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Index {
    pub name: String,
    /// Columns or expressions, each with its direction where it has one.
    pub columns: Vec<String>,
    pub unique: bool,
    /// The rows that it covers, in SQL; all of them where there is none.
    pub predicate: Option<String>,
    /// Such as `gin`, where it is not the ordinary one.
    pub method: Option<String>,
}

impl Schema {
    /// The position of a table.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|t| t.name == name)
    }

    /// The groups that have tables, in their order, each with its tables.
    pub fn groups(&self) -> Vec<(&'static str, Vec<&Table>)> {
        let names = GROUPS.iter().map(|g| g.0).chain([OTHERS]);
        let of = |name: &str| self.tables.iter().filter(|t| super::purposes::group(&t.name) == name).collect();
        names.map(|name| (name, of(name))).filter(|(_, tables): &(_, Vec<_>)| !tables.is_empty()).collect()
    }

    /// The foreign keys of any table that name this one, each with its table.
    pub fn referring_to<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a Table, &'a ForeignKey)> {
        let keys = self.tables.iter().flat_map(|t| t.foreign_keys.iter().map(move |k| (t, k)));
        keys.filter(move |(_, key)| key.target == name)
    }
}

impl Table {
    /// The position of a column.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }

    /// Whether a row can be without the foreign key: one column that may be NULL is enough.
    pub fn optional(&self, key: &ForeignKey) -> bool {
        self.columns.iter().any(|c| c.nullable && key.columns.contains(&c.name))
    }

    /// Whether at most one row can have each value of these columns.
    pub fn is_unique(&self, columns: &[String]) -> bool {
        let same = |key: &[String]| key.len() == columns.len() && key.iter().all(|c| columns.contains(c));
        same(&self.primary_key) || self.indexes.iter().any(|i| i.unique && i.predicate.is_none() && same(&i.columns))
    }

    /// Whether the column alone is unique by an index over all rows.
    pub fn is_unique_column(&self, column: &str) -> bool {
        self.indexes.iter().any(|i| i.unique && i.predicate.is_none() && i.columns == [column])
    }
}
