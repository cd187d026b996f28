//! Rows whose columns the fixed statements name one by one, in the order of the fields.
//!
//! SeaORM would look up each value by its column's name and write each statement anew: for what every claim does, that is
//! longer than the database takes.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use callboard_entity::{agent_profiles, task_assignments, work_item_events, work_items};
use sea_orm::{DbErr, Value};

use super::cells::Cells;

/// A table's row.
pub(crate) trait Listed: Sized + Send + 'static {
    const TABLE: &'static str;
    /// In the order of the fields.
    const COLUMNS: &'static [&'static str];

    fn read(cells: &mut Cells<'_>) -> Result<Self, DbErr>;
    fn into_values(self) -> Vec<Value>;
    fn differing(before: &Self, after: &Self) -> Differing;
    /// Inserts all columns.
    fn insert_text() -> &'static str;
    /// Sets the columns of these bits where the id and the guard are what they were.
    fn update_text(bits: u64) -> Arc<str>;
}

/// What differs between two rows.
#[derive(Debug, Default)]
pub(crate) struct Differing {
    /// One a column, from the lowest.
    pub bits: u64,
    /// As they are afterwards, in the order of the columns.
    pub values: Vec<Value>,
    next: u32,
}

impl Differing {
    fn next(&mut self, differs: bool, after: impl FnOnce() -> Value) {
        if differs {
            self.bits |= 1 << self.next;
            self.values.push(after());
        }
        self.next += 1;
    }
}

/// So many texts are kept; which columns change together is a matter of the verb, so there are few.
const KEPT: usize = 256;

/// The UPDATE texts of a table, by their bits.
type Updates = LazyLock<Mutex<HashMap<u64, Arc<str>>>>;

fn kept(updates: &Updates, bits: u64, write: impl FnOnce() -> String) -> Arc<str> {
    // A panic meanwhile can only have left out a text.
    let mut texts = updates.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(text) = texts.get(&bits) {
        return Arc::clone(text);
    }
    let text: Arc<str> = write().into();
    if texts.len() < KEPT {
        texts.insert(bits, Arc::clone(&text));
    }
    text
}

/// A column's name as SQL has it: `type` is a word of Rust's.
fn quoted(column: &str) -> String {
    format!("\"{}\"", column.trim_start_matches("r#"))
}

/// The columns of a table by its alias, for a SELECT.
pub(crate) fn columns<T: Listed>(alias: &str) -> String {
    let columns: Vec<String> = T::COLUMNS.iter().map(|column| format!("{alias}.{}", quoted(column))).collect();
    columns.join(", ")
}

/// The same with names of their own, for a RETURNING that also gives another table's.
pub(crate) fn columns_as<T: Listed>(alias: &str) -> String {
    let named = |column: &&str| format!("{alias}.{} AS {alias}_{}", quoted(column), column.trim_start_matches("r#"));
    let columns: Vec<String> = T::COLUMNS.iter().map(named).collect();
    columns.join(", ")
}

/// What [`columns_as`] gave of that alias, by the alias of the statement that returned it.
pub(crate) fn columns_named<T: Listed>(alias: &str, of: &str) -> String {
    let named = |column: &&str| format!("{of}.{alias}_{}", column.trim_start_matches("r#"));
    let columns: Vec<String> = T::COLUMNS.iter().map(named).collect();
    columns.join(", ")
}

fn insert<T: Listed>() -> String {
    let columns: Vec<String> = T::COLUMNS.iter().map(|column| quoted(column)).collect();
    let places: Vec<String> = (1..=columns.len()).map(|place| format!("${place}")).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", T::TABLE, columns.join(", "), places.join(", "))
}

fn update<T: Listed>(bits: u64, guard: &str) -> String {
    let changed = T::COLUMNS.iter().enumerate().filter(|(place, _)| bits & (1 << place) != 0);
    let mut set: Vec<String> =
        (1..).zip(changed).map(|(at, (_, column))| format!("{} = ${at}", quoted(column))).collect();
    let (id, was) = (set.len() + 1, set.len() + 2);
    if set.is_empty() {
        // Whether the guard holds is asked all the same.
        set.push("id = id".to_owned());
    }
    format!("UPDATE {} SET {} WHERE id = ${id} AND {guard} = ${was}", T::TABLE, set.join(", "))
}

macro_rules! listed {
    ($table:ident guarded by $guard:ident: $($field:ident),* $(,)?) => {
        impl Listed for $table::Model {
            const TABLE: &'static str = stringify!($table);
            const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),*];

            fn read(cells: &mut Cells<'_>) -> Result<Self, DbErr> {
                Ok(Self { $($field: cells.next()?),* })
            }

            fn into_values(self) -> Vec<Value> {
                vec![$(self.$field.into()),*]
            }

            fn differing(before: &Self, after: &Self) -> Differing {
                let mut found = Differing::default();
                $(found.next(before.$field != after.$field, || after.$field.clone().into());)*
                found
            }

            fn insert_text() -> &'static str {
                static TEXT: LazyLock<String> = LazyLock::new(insert::<$table::Model>);
                &TEXT
            }

            fn update_text(bits: u64) -> Arc<str> {
                static TEXTS: Updates = LazyLock::new(Mutex::default);
                kept(&TEXTS, bits, || update::<Self>(bits, stringify!($guard)))
            }
        }
    };
}

listed!(
    work_items guarded by revision:
    id, project_id, parent_id, key, r#type, title, description, acceptance_criteria, status, priority, assignee_type,
    assignee_id, tags, metadata, due_at, completed_at, archived_at, revision, created_at, updated_at, delegation_status,
    delegation_context, delegation_history, estimated_hours, actual_hours, unmet_prerequisites, attempt_count,
    max_attempts, requirement_key, available_at, dead_at, blocked_reason, last_activity_at,
    prerequisite_satisfaction_required, auto_maintenance_enabled, quality_gate_level,
);
listed!(
    task_assignments guarded by status:
    id, work_item_id, agent_id, user_id, assigned_by, assigned_by_agent_id, assigned_at, started_at, completed_at, status,
    attempt, lease_expires_at, heartbeat_at, notes, context, created_at, updated_at,
);
listed!(
    work_item_events guarded by revision:
    id, work_item_id, revision, assignment_id, session_id, kind, from_status, to_status, actor_type, actor_id, reason, data,
    created_at,
);
listed!(
    agent_profiles guarded by status:
    id, name, slug, r#type, mode, description, capabilities, constraints, tools, metadata, status, max_open_assignments,
    created_at, updated_at,
);
