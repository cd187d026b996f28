//! The values of a row, one after the other: how fixed statements are read, whichever driver they ran on.

use std::str;

use callboard_entity as entity;
use chrono::{DateTime, Utc};
use rusqlite::types::ValueRef;
use rust_decimal::Decimal;
use sea_orm::{ActiveEnum, DbErr, QueryResult, TryGetable};
use serde_json::Value;
use uuid::Uuid;

use crate::clock::Timestamp;

/// A row that is read from its first column on.
pub(crate) struct Cells<'r> {
    row: Row<'r>,
    next: usize,
}

enum Row<'r> {
    Sea(&'r QueryResult),
    Lane(&'r rusqlite::Row<'r>),
}

impl<'r> Cells<'r> {
    pub(super) fn of_sea(row: &'r QueryResult) -> Self {
        Self { row: Row::Sea(row), next: 0 }
    }

    /// A row of SQLite's write lane.
    pub(super) fn of_lane(row: &'r rusqlite::Row<'r>) -> Self {
        Self { row: Row::Lane(row), next: 0 }
    }

    /// The next column's value.
    ///
    /// # Errors
    /// Where it is of another type, or there are no more.
    pub fn next<T: Cell>(&mut self) -> Result<T, DbErr> {
        let at = self.next;
        self.next += 1;
        match &self.row {
            Row::Sea(row) => row.try_get_by_index(at),
            Row::Lane(row) => {
                let cell = row.get_ref(at).ok().and_then(T::of_sqlite);
                cell.ok_or_else(|| DbErr::Type(format!("column {at} holds what is not read here")))
            }
        }
    }
}

/// What a column can be read as.
pub(crate) trait Cell: TryGetable {
    /// From SQLite, in the form in which Callboard writes it; `None` for any other.
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self>;
}

impl<T: Cell> Cell for Option<T>
where
    Option<T>: TryGetable,
{
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Null => Some(None),
            value => T::of_sqlite(value).map(Some),
        }
    }
}

fn text(value: ValueRef<'_>) -> Option<&str> {
    if let ValueRef::Text(bytes) = value { str::from_utf8(bytes).ok() } else { None }
}

impl Cell for String {
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        text(value).map(str::to_owned)
    }
}

impl Cell for i64 {
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        if let ValueRef::Integer(number) = value { Some(number) } else { None }
    }
}

impl Cell for bool {
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        i64::of_sqlite(value).map(|number| number != 0)
    }
}

impl Cell for Uuid {
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        if let ValueRef::Blob(bytes) = value { Self::from_slice(bytes).ok() } else { None }
    }
}

impl Cell for Timestamp {
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        Some(DateTime::parse_from_rfc3339(text(value)?).ok()?.with_timezone(&Utc))
    }
}

impl Cell for Decimal {
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        match value {
            ValueRef::Real(number) => Self::try_from(number).ok(),
            ValueRef::Integer(number) => Some(Self::from(number)),
            _ => None,
        }
    }
}

impl Cell for Value {
    fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
        serde_json::from_str(text(value)?).ok()
    }
}

macro_rules! words {
    ($($word:ident),* $(,)?) => {
        $(impl Cell for entity::$word {
            fn of_sqlite(value: ValueRef<'_>) -> Option<Self> {
                Self::try_from_value(&String::of_sqlite(value)?).ok()
            }
        })*
    };
}

words!(
    ActorType,
    AgentProfileMode,
    AgentProfileStatus,
    TaskAssignmentStatus,
    WorkItemAssigneeType,
    WorkItemDelegationStatus,
    WorkItemQualityGateLevel,
    WorkItemStatus,
    WorkItemType,
);
