//! Brings the catalogs of both databases to one shape, and finds and names the enums.

use std::collections::BTreeMap;

use sea_orm::sea_query::{ColumnType, StringLen};

use super::discover::{self, ForeignKey};
use super::{Error, sql};

/// Columns that share one enum because they mean the same; all others are `<singular table>_<column>`.
const SHARED: &[(&str, &str, &str)] = &[
    ("agent_capabilities", "level", "capability_level"),
    ("work_item_requirements", "min_level", "capability_level"),
    ("work_item_events", "actor_type", "actor_type"),
    ("workflow_events", "actor_type", "actor_type"),
];

/// A table as it is written, the same from either database.
#[derive(Clone, Debug)]
pub struct Table {
    pub name: String,
    pub columns: Vec<Column>,
    pub primary_key: Vec<String>,
    /// Sorted, without repeats.
    pub uniques: Vec<Vec<String>>,
    /// Sorted, name and columns.
    pub partial_uniques: Vec<(String, Vec<String>)>,
    /// Sorted; actions in the words of SeaORM (`SetNull`).
    pub foreign_keys: Vec<ForeignKey>,
}

/// A column as it is written.
#[derive(Clone, Debug)]
pub struct Column {
    pub name: String,
    pub kind: ColumnType,
    pub nullable: bool,
    /// A constant default, or the database's words for another.
    pub default: Option<String>,
    pub vocabulary: Option<Vocabulary>,
}

/// A CHECK list: the values that a text column may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// In snake case.
    pub name: String,
    /// In the order of the CHECK.
    pub values: Vec<String>,
}

/// Brings tables to the shape that is written.
///
/// # Errors
/// [`Error::Unnameable`] for a table or column that is not in lower snake case.
pub fn normalise(found: Vec<discover::Table>) -> Result<Vec<Table>, Error> {
    let mut tables = found.into_iter().map(table).collect::<Result<Vec<_>, _>>()?;
    name_vocabularies(&mut tables);
    Ok(tables)
}

fn table(found: discover::Table) -> Result<Table, Error> {
    nameable(&found.name, || format!("table {}", found.name))?;
    let lists: Vec<(String, Vec<String>)> =
        found.checks.iter().flat_map(|text| sql::checks(text)).filter_map(|c| sql::value_list(&c)).collect();
    let mut columns = Vec::new();
    for column in found.columns {
        nameable(&column.name, || format!("column {}.{}", found.name, column.name))?;
        let text = matches!(column.kind, ColumnType::Text | ColumnType::String(_));
        let list = lists.iter().find(|(name, _)| text && name.eq_ignore_ascii_case(&column.name));
        columns.push(Column {
            kind: kind(column.kind),
            nullable: column.nullable,
            default: column.default.as_deref().and_then(sql::constant),
            vocabulary: list
                .filter(|(_, values)| variants(values).is_some())
                .map(|(_, values)| Vocabulary { name: String::new(), values: values.clone() }),
            name: column.name,
        });
    }
    let mut uniques = found.uniques;
    uniques.sort();
    uniques.dedup();
    let mut foreign_keys = found.foreign_keys;
    for key in &mut foreign_keys {
        key.on_delete = action(&key.on_delete).to_owned();
        key.on_update = action(&key.on_update).to_owned();
    }
    foreign_keys.sort();
    let partial_uniques = found.partial_uniques;
    Ok(Table { name: found.name, columns, primary_key: found.primary_key, uniques, partial_uniques, foreign_keys })
}

/// The one type for what both databases hold alike; others stay as they are and show in a comparison.
fn kind(kind: ColumnType) -> ColumnType {
    match kind {
        ColumnType::Binary(_) | ColumnType::VarBinary(_) | ColumnType::Blob => ColumnType::Blob,
        // SQLite's name for the type without a time zone is `timestamp_text`.
        ColumnType::Timestamp | ColumnType::DateTime => ColumnType::DateTime,
        // A native enum of PostgreSQL would clash with the enums of the CHECK lists.
        ColumnType::Enum { name, .. } => ColumnType::Custom(name),
        other => other,
    }
}

/// SeaORM's word for an action, from SQL (SQLite) or from a letter of PostgreSQL's catalog.
fn action(found: &str) -> &'static str {
    match found {
        "CASCADE" | "c" => "Cascade",
        "SET NULL" | "n" => "SetNull",
        "SET DEFAULT" | "d" => "SetDefault",
        "RESTRICT" | "r" => "Restrict",
        _ => "NoAction",
    }
}

fn nameable(name: &str, what: impl Fn() -> String) -> Result<(), Error> {
    let fits = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    fits.then_some(()).ok_or_else(|| Error::Unnameable { what: what() })
}

fn name_vocabularies(tables: &mut [Table]) {
    let shared = |table: &str, column: &str| SHARED.iter().find(|s| s.0 == table && s.1 == column).map(|s| s.2);
    let mut lists: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    for (table, column) in tables.iter().flat_map(|t| t.columns.iter().map(move |c| (t, c))) {
        if let (Some(name), Some(vocabulary)) = (shared(&table.name, &column.name), &column.vocabulary) {
            lists.entry(name).or_default().push(vocabulary.values.clone());
        }
    }
    for table in tables {
        for column in &mut table.columns {
            let own = own_name(&table.name, &column.name);
            if let Some(vocabulary) = &mut column.vocabulary {
                // Lists that went apart get a name each, so that a comparison shows which column differs.
                vocabulary.name = shared(&table.name, &column.name)
                    .filter(|name| lists.get(name).is_some_and(|l| l.iter().all(|v| *v == vocabulary.values)))
                    .map_or(own, str::to_owned);
            }
        }
    }
}

/// `work_items.status` is `work_item_status`; `task_prerequisites.prerequisite_type` is `task_prerequisite_type`.
fn own_name(table: &str, column: &str) -> String {
    let table = singular(table);
    let last = table.rsplit('_').next().unwrap_or_default();
    let column = column.strip_prefix(last).and_then(|rest| rest.strip_prefix('_')).unwrap_or(column);
    format!("{table}_{column}")
}

/// The name of one row: without the prefix that only keeps clear of an app's tables.
pub fn singular(table: &str) -> String {
    let table = table.strip_prefix("board_").unwrap_or(table);
    match (table.strip_suffix("ies"), table.strip_suffix('s')) {
        (Some(stem), _) => format!("{stem}y"),
        (None, Some(stem)) if !stem.ends_with('s') => stem.to_owned(),
        _ => table.to_owned(),
    }
}

/// `in_progress` is `InProgress`.
pub fn camel(name: &str) -> String {
    let mut out = String::new();
    for word in name.split(['_', '-', ' ']) {
        let mut chars = word.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.extend(chars);
    }
    out
}

/// The Rust variants of a list; none if one can't be named or two would be the same: the column stays text.
pub fn variants(values: &[String]) -> Option<Vec<String>> {
    let names: Vec<String> = values.iter().map(|v| camel(v)).collect();
    let valid = |name: &String| {
        name != "Self"
            && name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let distinct = names.iter().collect::<std::collections::BTreeSet<_>>().len() == names.len();
    (distinct && names.iter().all(valid)).then_some(names)
}

/// How the enum's column is declared in the database.
pub fn db_type(kind: &ColumnType) -> String {
    match kind {
        ColumnType::String(StringLen::N(n)) => format!("String(StringLen::N({n}))"),
        ColumnType::String(_) => "String(StringLen::None)".to_owned(),
        _ => "Text".to_owned(),
    }
}
