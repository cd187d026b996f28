//! Takes back an export of a board, by id.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ActiveModelTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lines;
use crate::db::{Tx, Verb};
use crate::entity::SCHEMA_VERSION;
use crate::error::{Conflict, Error, Result, taken};
use crate::export::tables::{self, ForEachTable, Portable};
use crate::export::{FORMAT, HEADER};
use crate::search;

/// Takes back everything that an export holds: all of it, or nothing.
///
/// Rows that are on the board and equal are left alone, so that a second import changes nothing. Nothing is recorded of
/// the import itself: an empty board gives the same export afterwards.
///
/// # Errors
/// [`Error::BrokenLines`] for lines that are no export, or one of another schema; [`Conflict::Differs`] naming a row
/// that is on the board with another content; `Conflict` for a name or key that another row of the board has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportCallboard {
    /// The file.
    pub content: String,
}

/// How many rows there were of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// By kind, as the lines name it.
    pub rows: BTreeMap<String, RestoredRows>,
}

/// `read` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoredRows {
    /// Rows in the file.
    pub read: u64,
    /// Rows that were added.
    pub created: u64,
    /// Rows that the board had, with the same content.
    pub already_there: u64,
}

impl Verb for ImportCallboard {
    type Output = Restored;

    async fn apply(&self, tx: &Tx) -> Result<Restored> {
        let mut restoring = Restoring { tx, lines: parse(&self.content)?, done: Restored::default() };
        tables::for_each(&mut restoring).await?;
        match restoring.lines.into_iter().next() {
            None => Ok(restoring.done),
            Some((kind, lines)) => {
                let first = lines.first().map_or(0, |(line, _)| *line);
                Err(broken(first, format!("has the unknown kind '{kind}'")))
            }
        }
    }
}

/// A line as every export has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    kind: String,
    data: Value,
}

/// The lines of an export by kind, after a look at its header.
fn parse(content: &str) -> Result<BTreeMap<String, Vec<(usize, Value)>>> {
    let mut by_kind: BTreeMap<String, Vec<(usize, Value)>> = BTreeMap::new();
    let mut is_first = true;
    lines::read(content, |number, text| {
        let line: Line = serde_json::from_str(text).map_err(|error| lines::no_json(&error))?;
        if std::mem::take(&mut is_first) {
            return header(&line);
        }
        by_kind.entry(line.kind).or_default().push((number, line.data));
        Ok(())
    })?;
    if is_first {
        return Err(broken(1, "is missing: an export begins with a header".to_owned()));
    }
    Ok(by_kind)
}

fn header(line: &Line) -> Result<(), String> {
    if line.kind != HEADER || line.data["format"] != FORMAT {
        return Err("is not the header of an export of Callboard".to_owned());
    }
    match line.data["schema_version"].as_str() {
        Some(SCHEMA_VERSION) => Ok(()),
        other => {
            let found = other.unwrap_or("nothing");
            Err(format!("says that the export is of the schema {found}, and this build takes {SCHEMA_VERSION}"))
        }
    }
}

fn broken(line: usize, why: String) -> Error {
    Error::BrokenLines { lines: vec![(line, why)], more: 0 }
}

struct Restoring<'a> {
    tx: &'a Tx,
    lines: BTreeMap<String, Vec<(usize, Value)>>,
    done: Restored,
}

impl ForEachTable for Restoring<'_> {
    async fn table<E>(&mut self) -> Result<()>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let lines = self.lines.remove(E::KIND).unwrap_or_default();
        let mut counts = RestoredRows { read: lines.len() as u64, ..RestoredRows::default() };
        let mut rows = Vec::with_capacity(lines.len());
        for (number, value) in lines {
            rows.push(row::<E>(value).map_err(|why| broken(number, why))?);
        }
        for chunk in E::ordered(rows).chunks(E::PAGE) {
            let new = new::<E>(self.tx, chunk).await?;
            counts.created += new.len() as u64;
            if !new.is_empty() {
                let models = new.iter().map(|row| row.clone().into_active_model().reset_all());
                let inserted = E::insert_many(models).exec_without_returning(&self.tx.conn).await;
                inserted.map_err(taken("name, key or id of a row of kind", E::KIND))?;
                search::add(self.tx, &E::documents(self.tx, &new).await?).await?;
            }
        }
        counts.already_there = counts.read - counts.created;
        self.done.rows.insert(E::KIND.to_owned(), counts);
        Ok(())
    }
}

/// Reads a row, all of it: a field that is not known would be lost.
fn row<E: Portable>(value: Value) -> Result<E::Model, String> {
    let row: E::Model = serde_json::from_value(value.clone()).map_err(|error| format!("is no {}: {error}", E::KIND))?;
    let again = tables::data::<E>(row.clone()).map_err(|error| error.to_string())?;
    if again == value {
        return Ok(row);
    }
    let fields = value.as_object().into_iter().flatten();
    let lost: Vec<&str> =
        fields.filter(|(name, value)| again.get(name.as_str()) != Some(*value)).map(|(n, _)| n.as_str()).collect();
    Err(format!("is no {} as an export has it: {}", E::KIND, lost.join(", ")))
}

/// Those of the rows that are not on the board.
async fn new<E: Portable>(tx: &Tx, rows: &[E::Model]) -> Result<Vec<E::Model>> {
    let mut there = HashMap::new();
    for row in E::find().filter(tables::perhaps_same::<E>(rows)).all(&tx.conn).await? {
        let data = tables::data::<E>(row)?;
        there.insert(tables::name::<E>(&data), data);
    }
    let mut new = Vec::new();
    for row in rows {
        let data = tables::data::<E>(row.clone())?;
        let name = tables::name::<E>(&data);
        match there.get(&name) {
            None => new.push(row.clone()),
            Some(same) if *same == data => {}
            Some(_) => return Err(Conflict::Differs { entity: E::KIND, id: name }.into()),
        }
    }
    Ok(new)
}
