//! What a run must leave as it was: counted and digested before the first step, and again before COMMIT.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DbErr};

use super::catalogue::{self, Column, Question, quoted};
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
    /// Measures the state before the first of the chosen steps. `applied` steps are applied; `schema` describes all that
    /// the steps name.
    pub(super) async fn measure(
        tx: &impl ConnectionTrait,
        place: &Place,
        steps: &[Step],
        schema: &str,
        applied: usize,
        direction: Direction,
        chosen: &[&Step],
    ) -> Result<Self, Error> {
        let ours: BTreeSet<String> = steps
            .iter()
            .flat_map(|s| s.footprint(place.kind).tables.clone())
            .chain([history::TABLE.to_owned()])
            .collect();
        let mut out = Self { others: others(tx, place, &ours).await?, ours, ..Self::default() };
        let drift = expected::drift_in(schema, place, steps, applied);
        out.drift = drift.map(|d| d.into_iter().collect());
        let mut tables = tables(tx, place, &out.ours).await?;
        tables.retain(|table| table != history::TABLE);
        // What another application alone can read, no step of ours can write.
        out.before = counts(tx, place, &tables).await?;
        tables.retain(|table| out.before.contains_key(table));
        out.rows = out.before.iter().map(|(table, rows)| (table.clone(), Some(*rows))).collect();
        let columns = catalogue::columns_of(tx, place, &tables.into_iter().collect()).await?;
        let untouched: BTreeMap<String, Untouched> = columns
            .iter()
            .map(|(table, columns)| {
                let untouched = untouched(place, table, columns, direction, chosen);
                (table.clone(), untouched)
            })
            .collect();
        let mut digests = digests(tx, place, untouched.iter()).await?;
        let with_digest = |(table, untouched)| {
            let digest = digests.remove(&table).unwrap_or_default();
            (table, (untouched, digest))
        };
        out.digests = untouched.into_iter().map(with_digest).collect();
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
        let made = step.footprint(place.kind).tables.clone();
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

    /// What must hold before COMMIT, once `applied` steps are applied and the schema is as `schema` describes it; and the rows that each table has now.
    pub(super) async fn check(
        &self,
        tx: &impl ConnectionTrait,
        place: &Place,
        steps: &[Step],
        schema: &str,
        applied: usize,
    ) -> Result<BTreeMap<String, u64>, DbErr> {
        let text = |e: Error| DbErr::Migration(e.to_string());
        let broken = |what: String| Err(DbErr::Migration(format!("a check before COMMIT failed: {what}")));
        let mut present = tables(tx, place, &self.ours).await.map_err(text)?;
        present.retain(|table| table != history::TABLE);
        let now = counts(tx, place, &present).await.map_err(text)?;
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
        if let Some(table) = self.changed(tx, place).await.map_err(text)? {
            return broken(format!("{table} has other values in columns that no step declares to write"));
        }
        if others(tx, place, &self.ours).await.map_err(text)? != self.others {
            return broken("something that is not Callboard's was changed".to_owned());
        }
        if let (Some(before), Some(after)) = (&self.drift, expected::drift_in(schema, place, steps, applied)) {
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
        let tables: Vec<String> = self.digests.keys().cloned().collect();
        Ok(counts(db, place, &tables).await? == self.before && self.changed(db, place).await?.is_none())
    }

    /// The first table whose digest is another one now.
    async fn changed(&self, db: &impl ConnectionTrait, place: &Place) -> Result<Option<&String>, Error> {
        let now = digests(db, place, self.digests.iter().map(|(table, (untouched, _))| (table, untouched))).await?;
        Ok(self
            .digests
            .iter()
            .find(|(table, (_, before))| now.get(*table).unwrap_or(&String::new()) != before)
            .map(|(t, _)| t))
    }

    /// The rows of each table before the first step.
    pub(super) fn rows_before(&self) -> &BTreeMap<String, u64> {
        &self.before
    }

    /// The differences from the expected schema that were there before.
    pub(super) fn drift(&self) -> impl Iterator<Item = &Drift> {
        self.drift.iter().flatten()
    }
}

/// What stays of a table, and whose values no step writes.
fn untouched(place: &Place, table: &str, columns: &[Column], direction: Direction, chosen: &[&Step]) -> Untouched {
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
            let added = step.footprint(place.kind).columns.iter();
            touched.extend(added.filter(|(t, _)| t == table).map(|(_, column)| column.clone()));
        }
    }
    for column in columns {
        if column.key > 0 {
            out.key.push(column.name.clone());
        }
        // What is generated follows from the rest, and may need a function that only its application has.
        if !column.is_generated && !touched.contains(&column.name) {
            out.columns.push(column.name.clone());
        }
    }
    out
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

/// The rows of each table but those of another application's that only it can read.
async fn counts(tx: &impl ConnectionTrait, place: &Place, tables: &[String]) -> Result<BTreeMap<String, u64>, Error> {
    catalogue::counts(tx, place, tables).await.map_err(|e| Error::database("counting rows", &e))
}

/// For each table a digest of what no step touches, the primary key with it: the same whatever the order of the rows,
/// another one when a value changes or moves to another row.
async fn digests<'a>(
    tx: &impl ConnectionTrait,
    place: &Place,
    tables: impl Iterator<Item = (&'a String, &'a Untouched)>,
) -> Result<BTreeMap<String, String>, Error> {
    let parts: Vec<(&String, Question)> =
        tables.flat_map(|(table, of)| parts(place, table, of).into_iter().map(move |part| (table, part))).collect();
    let questions: Vec<Question> = parts.iter().map(|(_, question)| question.clone()).collect();
    let found = catalogue::ask::<String>(tx, place, &questions).await;
    let found = found.map_err(|e| Error::database("digesting rows", &e))?;
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for ((table, _), part) in parts.into_iter().zip(found) {
        let digest = out.entry(table.clone()).or_default();
        digest.push_str(&part);
        digest.push(' ');
    }
    Ok(out)
}

/// The parts of a table's digest, of which one with all its columns is enough where a function takes so many arguments.
fn parts(place: &Place, table: &str, of: &Untouched) -> Vec<Question> {
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
    match place.kind {
        // Each part has the key, or values could change places between the rows of one part.
        Kind::Sqlite => {
            let answer = |c: &[String]| format!("{DIGEST}({})", list(&[&of.key, c].concat()));
            let size = ARGUMENTS.saturating_sub(of.key.len()).max(1);
            of.columns.chunks(size).map(|c| Question { answer: answer(c), from: from.clone() }).collect()
        }
        // The text of a row quotes what is ambiguous. The sum does not depend on the order.
        Kind::Postgres => vec![Question {
            answer: "count(*) || ':' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)".to_owned(),
            from: format!("FROM (SELECT {} {from}) AS t", list(&of.columns)),
        }],
    }
}
