//! The rows that a way down would lose, counted before it is taken.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use sea_orm::ConnectionTrait;

use super::catalogue::{self, Column, quoted};
use super::session::Place;
use crate::error::Error;
use crate::step::{SEARCH_TABLE, Step};

/// Rows of one table that would be lost, whole or in part.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Loss {
    pub table: String,
    pub rows: u64,
    pub lost: Lost,
}

/// What of a row would be lost.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lost {
    Rows,
    /// These columns; the rows counted hold something other than the default in at least one of them.
    Columns(Vec<String>),
}

impl Loss {
    /// All of them in one line.
    pub fn list(losses: &[Self]) -> String {
        losses.iter().map(Self::to_string).collect::<Vec<_>>().join(", ")
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, "{} ({} {rows}", self.table, self.rows)?;
        if let Lost::Columns(columns) = &self.lost {
            write!(f, " in {} columns", columns.len())?;
        }
        f.write_str(")")
    }
}

/// Counts what taking these steps back would lose.
pub(super) async fn count(db: &impl ConnectionTrait, place: &Place, steps: &[&Step]) -> Result<Vec<Loss>, Error> {
    let mut tables: BTreeSet<String> = BTreeSet::new();
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for step in steps {
        let footprint = step.footprint(place.kind);
        tables.extend(footprint.tables.iter().cloned());
        for (table, column) in &footprint.columns {
            columns.entry(table.clone()).or_default().push(column.clone());
        }
    }
    let all = tables.iter().chain(columns.keys()).cloned().collect();
    let live = catalogue::columns_of(db, place, &all).await?;
    let live = |table: &str| live.get(table).map_or(&[][..], Vec::as_slice);
    let mut losses = Vec::new();
    for (table, columns) in columns {
        if !tables.contains(&table) {
            let rows = rows_with_values(db, place, &table, live(&table), &columns).await?;
            losses.push(Loss { table, rows, lost: Lost::Columns(columns) });
        }
    }
    tables.remove(SEARCH_TABLE);
    for table in tables {
        // A table that is gone already was dropped by a later step: it holds nothing.
        if !live(&table).is_empty() {
            let rows = number(db, place, &table, "TRUE").await?;
            losses.push(Loss { table, rows, lost: Lost::Rows });
        }
    }
    losses.retain(|l| l.rows > 0);
    losses.sort_by(|a, b| a.table.cmp(&b.table));
    Ok(losses)
}

async fn rows_with_values(
    db: &impl ConnectionTrait,
    place: &Place,
    table: &str,
    live: &[Column],
    columns: &[String],
) -> Result<u64, Error> {
    let tests: Vec<String> = live
        .iter()
        .filter(|c| columns.contains(&c.name))
        .map(|c| match &c.default {
            Some(default) => format!("{} IS DISTINCT FROM ({default})", quoted(&c.name)),
            None => format!("{} IS NOT NULL", quoted(&c.name)),
        })
        .collect();
    if tests.is_empty() { Ok(0) } else { number(db, place, table, &tests.join(" OR ")).await }
}

async fn number(db: &impl ConnectionTrait, place: &Place, table: &str, condition: &str) -> Result<u64, Error> {
    let sql = format!("SELECT count(*) AS n FROM {}.{} WHERE {condition}", quoted(&place.schema), quoted(table));
    let failed = |e: sea_orm::DbErr| Error::database("counting rows", &e);
    let row = db.query_one_raw(place.ask(sql)).await.map_err(failed)?;
    let n: i64 = row.map_or(Ok(0), |r| r.try_get("", "n")).map_err(failed)?;
    Ok(n.unsigned_abs())
}
