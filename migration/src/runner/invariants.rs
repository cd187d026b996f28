//! What a run must leave as it was: counted and digested before the first step, and again before COMMIT.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbErr};

use super::catalogue::{self, quoted};
use super::event::Direction;
use super::expected::{self, Drift, Found};
use super::history;
use super::session::Place;
use crate::error::Error;
use crate::sqlite::DIGEST;
use crate::step::{Effect, Step};
use crate::target::Kind;

/// How many arguments a function of SQLite's takes in every build of it.
const ARGUMENTS: usize = 100;

/// The state before a run, and what it may change.
#[derive(Clone, Debug, Default)]
pub(super) struct Invariants {
    /// The rows that each table must have before COMMIT; none where the data decides.
    rows: BTreeMap<String, Option<u64>>,
    /// Counted before the first step.
    before: BTreeMap<String, u64>,
    /// For each table, what no step touches, and its digest.
    digests: BTreeMap<String, (Untouched, String)>,
    /// The differences from the expected schema that were there before; none when it is not known.
    drift: Option<BTreeSet<Drift>>,
    /// Everything in a SQLite file that is not ours, as SQL.
    others: String,
    /// The names of all tables that any step makes.
    ours: BTreeSet<String>,
}

/// What of a table no step may change.
#[derive(Clone, Debug, Default)]
struct Untouched {
    columns: Vec<String>,
    /// The primary key, which ties the values of a row together.
    key: Vec<String>,
    /// Where steps add rows, the SQL conditions of those: what meets one is not looked at.
    but: Vec<&'static str>,
}

impl Invariants {
    /// Measures the state before the first of the chosen steps. `applied` steps are applied.
    pub(super) async fn measure(
        tx: &impl ConnectionTrait,
        place: &Place,
        steps: &[Step],
        applied: usize,
        direction: Direction,
        chosen: &[&Step],
    ) -> Result<Self, Error> {
        let ours: BTreeSet<String> =
            steps.iter().flat_map(|s| s.footprint(place.kind).tables).chain([history::TABLE.to_owned()]).collect();
        let mut out = Self { others: others(tx, place, &ours).await?, ours, ..Self::default() };
        let drift = expected::drift(tx, place, steps, applied).await?;
        out.drift = drift.map(|d| d.into_iter().collect());
        for table in tables(tx, place, &out.ours).await? {
            if table == history::TABLE {
                continue;
            }
            // What another application alone can read, no step of ours can write.
            let Some(rows) = count(tx, place, &table).await? else { continue };
            let untouched = untouched(tx, place, &table, direction, chosen).await?;
            let digest = digest(tx, place, &table, &untouched).await?;
            out.before.insert(table.clone(), rows);
            out.rows.insert(table.clone(), Some(rows));
            out.digests.insert(table, (untouched, digest));
        }
        Ok(out)
    }

    /// Foresees what a step does to the number of rows. Read on the rows as they are before it.
    pub(super) async fn foresee(
        &mut self,
        tx: &impl ConnectionTrait,
        place: &Place,
        step: &Step,
        direction: Direction,
    ) -> Result<(), DbErr> {
        let made = step.footprint(place.kind).tables;
        match direction {
            Direction::Up => self.rows.extend(made.into_iter().map(|table| (table, Some(0)))),
            Direction::Down => made.iter().for_each(|table| {
                self.rows.remove(table);
                self.digests.remove(table);
            }),
        }
        for effect in effects(step, direction) {
            match effect {
                Effect::Adds { table, count, .. } => {
                    let row = tx.query_one_raw(place.ask(format!("SELECT CAST(({count}) AS bigint) AS n"))).await?;
                    let added: i64 = row.map_or(Ok(0), |r| r.try_get("", "n"))?;
                    if let Some(Some(rows)) = self.rows.get_mut(*table) {
                        *rows = rows.saturating_add_signed(added);
                    }
                }
                Effect::Fills { table } => {
                    self.rows.insert((*table).to_owned(), None);
                }
                Effect::Writes { .. } => {}
            }
        }
        Ok(())
    }

    /// What must hold before COMMIT, once `applied` steps are applied; and the rows that each table has now.
    pub(super) async fn check(
        &self,
        tx: &impl ConnectionTrait,
        place: &Place,
        steps: &[Step],
        applied: usize,
    ) -> Result<BTreeMap<String, u64>, DbErr> {
        let text = |e: Error| DbErr::Migration(e.to_string());
        let broken = |what: String| Err(DbErr::Migration(format!("a check before COMMIT failed: {what}")));
        let present = tables(tx, place, &self.ours).await.map_err(text)?;
        let mut now = BTreeMap::new();
        for table in present.iter().filter(|t| *t != history::TABLE) {
            now.extend(count(tx, place, table).await.map_err(text)?.map(|rows| (table.clone(), rows)));
        }
        for (table, expected) in &self.rows {
            match (expected, now.get(table)) {
                (_, None) => return broken(format!("the table {table} is gone")),
                (Some(expected), Some(found)) if expected != found => {
                    return broken(format!("{table} has {found} rows, and {expected} are declared"));
                }
                _ => {}
            }
        }
        if let Some(table) = now.keys().find(|table| !self.rows.contains_key(*table)) {
            return broken(format!("the table {table} is new, and no step declares it"));
        }
        for (table, (untouched, before)) in &self.digests {
            if digest(tx, place, table, untouched).await.map_err(text)? != *before {
                return broken(format!("{table} has other values in columns that no step declares to write"));
            }
        }
        if others(tx, place, &self.ours).await.map_err(text)? != self.others {
            return broken("something that is not Callboard's was changed".to_owned());
        }
        if let (Some(before), Some(after)) =
            (&self.drift, expected::drift(tx, place, steps, applied).await.map_err(text)?)
        {
            if let Some(new) = after.iter().find(|d| !before.contains(d)) {
                return broken(format!("the schema is not the one that is expected: {new}"));
            }
            // Such as an index of the user's, where a table was made anew.
            let others = before.iter().filter(|d| d.found == Found::Unexpected && !d.part.is_empty());
            if let Some(gone) = others.filter(|d| now.contains_key(&d.table)).find(|d| !after.contains(d)) {
                return broken(format!("what others made on {} would be lost: {}", gone.table, gone.part));
            }
        }
        Ok(now)
    }

    /// Whether every table has the rows of before, as far as no step declares to change them.
    pub(super) async fn has_same_rows(&self, db: &impl ConnectionTrait, place: &Place) -> Result<bool, Error> {
        for (table, (untouched, before)) in &self.digests {
            let rows = count(db, place, table).await?;
            if self.before.get(table) != rows.as_ref() || digest(db, place, table, untouched).await? != *before {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The rows of each table before the first step.
    pub(super) fn rows_before(&self) -> &BTreeMap<String, u64> {
        &self.before
    }

    /// The differences from the expected schema that were there before.
    pub(super) fn drift(&self) -> impl Iterator<Item = &Drift> {
        self.drift.iter().flatten()
    }

    /// The names of the tables that were there before.
    pub(super) fn tables(&self) -> Vec<String> {
        self.before.keys().cloned().collect()
    }
}

/// What stays of a table, and whose values no step writes.
async fn untouched(
    tx: &impl ConnectionTrait,
    place: &Place,
    table: &str,
    direction: Direction,
    chosen: &[&Step],
) -> Result<Untouched, Error> {
    let mut out = Untouched::default();
    let mut touched: BTreeSet<String> = BTreeSet::new();
    for step in chosen {
        for effect in effects(step, direction) {
            match effect {
                Effect::Writes { table: t, columns } if *t == table => {
                    touched.extend(columns.iter().map(|c| (*c).to_owned()));
                }
                Effect::Adds { table: t, rows: Some(rows), .. } if *t == table => out.but.push(rows),
                _ => {}
            }
        }
        if direction == Direction::Down {
            let added = step.footprint(place.kind).columns;
            touched.extend(added.into_iter().filter(|(t, _)| t == table).map(|(_, column)| column));
        }
    }
    for column in catalogue::columns(tx, place, table).await? {
        if column.key > 0 {
            out.key.push(column.name.clone());
        }
        // What is generated follows from the rest, and may need a function that only its application has.
        if !column.is_generated && !touched.contains(&column.name) {
            out.columns.push(column.name);
        }
    }
    Ok(out)
}

fn effects(step: &Step, direction: Direction) -> &'static [Effect] {
    match direction {
        Direction::Up => step.effects().up,
        Direction::Down => step.effects().down,
    }
}

/// In a SQLite file all tables, since one transaction could reach them all; on PostgreSQL ours.
async fn tables(tx: &impl ConnectionTrait, place: &Place, ours: &BTreeSet<String>) -> Result<Vec<String>, Error> {
    match place.kind {
        Kind::Sqlite => catalogue::sqlite_tables(tx, place).await,
        Kind::Postgres => catalogue::postgres_tables(tx, place, ours).await,
    }
}

async fn others(tx: &impl ConnectionTrait, place: &Place, ours: &BTreeSet<String>) -> Result<String, Error> {
    match place.kind {
        Kind::Sqlite => catalogue::sqlite_others(tx, place, ours).await,
        Kind::Postgres => Ok(String::new()),
    }
}

/// None of a table of another application's that only it can read.
async fn count(tx: &impl ConnectionTrait, place: &Place, table: &str) -> Result<Option<u64>, Error> {
    let failed = |e: DbErr| Error::database("counting rows", &e);
    if place.kind == Kind::Sqlite {
        return catalogue::sqlite_count(tx, place, table).await.map_err(failed);
    }
    let sql = format!("SELECT count(*) AS n FROM {}.{}", quoted(&place.schema), quoted(table));
    let row = tx.query_one_raw(place.ask(sql)).await.map_err(failed)?;
    let n: i64 = row.map_or(Ok(0), |r| r.try_get("", "n")).map_err(failed)?;
    Ok(Some(n.unsigned_abs()))
}

/// A digest of what no step touches, the primary key with it: the same whatever the order of the rows, another one when a
/// value changes or moves to another row.
async fn digest(tx: &impl ConnectionTrait, place: &Place, table: &str, of: &Untouched) -> Result<String, Error> {
    let failed = |e: DbErr| Error::database("digesting rows", &e);
    let mut from = format!("FROM {}.{}", quoted(&place.schema), quoted(table));
    if place.kind == Kind::Sqlite {
        // An index may need a collation that only its application has.
        from.push_str(" NOT INDEXED");
    }
    for rows in &of.but {
        from.push_str(if from.contains(" WHERE ") { " AND " } else { " WHERE " });
        from.push_str(&format!("({rows}) IS NOT TRUE"));
    }
    let list = |columns: &[String]| columns.iter().map(|c| quoted(c)).collect::<Vec<_>>().join(", ");
    let queries: Vec<String> = match place.kind {
        // Each part has the key, or values could change places between the rows of one part.
        Kind::Sqlite => {
            let part = |c: &[String]| format!("SELECT {DIGEST}({}) AS digest {from}", list(&[&of.key, c].concat()));
            of.columns.chunks(ARGUMENTS.saturating_sub(of.key.len()).max(1)).map(part).collect()
        }
        // The text of a row quotes what is ambiguous. The sum does not depend on the order.
        Kind::Postgres => vec![format!(
            "SELECT count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) AS digest \
             FROM (SELECT {} {from}) AS t",
            list(&of.columns)
        )],
    };
    let mut out = String::new();
    for sql in queries {
        let row = tx.query_one_raw(place.ask(sql)).await.map_err(failed)?;
        let part: String = row.map_or(Ok(String::new()), |r| r.try_get("", "digest")).map_err(failed)?;
        out.push_str(&part);
        out.push(' ');
    }
    Ok(out)
}
