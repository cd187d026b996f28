//! Takes back an export of a board, by id.

use std::collections::{BTreeMap, HashMap, HashSet};

use sea_orm::{ActiveModelTrait, IntoActiveModel, QueryFilter};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::content::Content;
use super::lines::{self, Lines, Place};
use crate::db::{Tx, Verb};
use crate::entity::SCHEMA_VERSION;
use crate::error::{Conflict, Error, FileProblem, Result, taken};
use crate::export::tables::{self, ForEachTable, Portable};
use crate::export::{FORMAT, HEADER};
use crate::search;

/// Takes back everything that an export holds: all of it, or nothing.
///
/// Rows that are on the board and equal are left alone, so that a second import changes nothing. Nothing is recorded of
/// the import itself: an empty board gives the same export afterwards. A file is read twice; whatever its size, a page of
/// its rows is in memory at a time, and the ids of its items.
///
/// # Errors
/// [`Error::BrokenLines`] for lines that are no export, or one of another schema; [`Conflict::Differs`] naming a row
/// that is on the board with another content; `Conflict` for a name or key that another row of the board has; `File` for
/// a file that cannot be read.
#[derive(Clone, Debug, Serialize)]
pub struct ImportCallboard {
    /// The lines: a text, or a file.
    pub content: Content,
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
        let parts = parts(&self.content)?;
        let mut restoring = Restoring { tx, content: &self.content, parts, done: Restored::default() };
        tables::for_each(&mut restoring).await?;
        match restoring.parts.into_iter().next() {
            None => Ok(restoring.done),
            Some((kind, parts)) => {
                let first = parts.first().map_or(0, |part| part.begins.number);
                Err(broken(first, format!("has the unknown kind '{kind}'")))
            }
        }
    }
}

/// A line as every export has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<D> {
    kind: String,
    data: D,
}

/// Lines of one kind, one after the other.
struct Part {
    begins: Place,
    lines: usize,
}

/// Where the lines of each kind are, after a look at the header and at every line.
fn parts(content: &Content) -> Result<BTreeMap<String, Vec<Part>>> {
    let mut by_kind: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    let (mut is_first, mut last) = (true, String::new());
    lines::each(&mut Lines::new(content.reader(0), Place::BEGINNING), |found| {
        let read = |error: serde_json::Error| lines::no_json(&error);
        if std::mem::take(&mut is_first) {
            return header(&serde_json::from_str(found.text).map_err(read)?);
        }
        let line: Line<IgnoredAny> = serde_json::from_str(found.text).map_err(read)?;
        if line.kind == last
            && let Some(part) = by_kind.get_mut(&last).and_then(|parts| parts.last_mut())
        {
            part.lines += 1;
            return Ok(());
        }
        last.clone_from(&line.kind);
        let begins = Place { number: found.number, offset: found.offset };
        by_kind.entry(line.kind).or_default().push(Part { begins, lines: 1 });
        Ok(())
    })?;
    if is_first {
        return Err(broken(1, "is missing: an export begins with a header".to_owned()));
    }
    Ok(by_kind)
}

fn header(line: &Line<Value>) -> Result<(), String> {
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
    content: &'a Content,
    parts: BTreeMap<String, Vec<Part>>,
    done: Restored,
}

impl ForEachTable for Restoring<'_> {
    async fn table<E>(&mut self) -> Result<()>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let mut counts = RestoredRows::default();
        // Rows that refer to one of their own table which has not come yet, and the ids of those that have.
        let (mut early, mut came) = (Vec::new(), HashSet::new());
        for part in self.parts.remove(E::KIND).unwrap_or_default() {
            let mut lines = Lines::new(self.content.reader(part.begins.offset), part.begins);
            let mut left = part.lines;
            while left > 0 {
                let mut page = Vec::with_capacity(E::PAGE);
                while left > 0 && page.len() < E::PAGE {
                    left -= 1;
                    counts.read += 1;
                    let row = next_row::<E>(&mut lines)?;
                    match E::refers(&row) {
                        Some((_, Some(other))) if !came.contains(&other) => early.push(row),
                        refers => {
                            came.extend(refers.map(|(id, _)| id));
                            page.push(row);
                        }
                    }
                }
                counts.created += self.insert::<E>(&page).await?;
            }
        }
        for page in E::ordered(early).chunks(E::PAGE) {
            counts.created += self.insert::<E>(page).await?;
        }
        counts.already_there = counts.read - counts.created;
        self.done.rows.insert(E::KIND.to_owned(), counts);
        Ok(())
    }
}

impl Restoring<'_> {
    /// Inserts those of the rows that are not on the board; gives how many.
    async fn insert<E>(&self, rows: &[E::Model]) -> Result<u64>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        let new = new::<E>(self.tx, rows).await?;
        if !new.is_empty() {
            let models = new.iter().map(|row| row.clone().into_active_model().reset_all());
            let inserted = E::insert_many(models).exec_without_returning(&self.tx.conn).await;
            inserted.map_err(taken("name, key or id of a row of kind", E::KIND))?;
            search::add(self.tx, &E::documents(self.tx, &new).await?).await?;
        }
        Ok(new.len() as u64)
    }
}

/// The row of the next line, which was looked at before.
fn next_row<E: Portable>(lines: &mut Lines<'_>) -> Result<E::Model> {
    let changed = || Error::file("the import", FileProblem::Changed);
    let Some(Ok(found)) = lines.read_next()? else { return Err(changed()) };
    let line: Line<Value> = serde_json::from_str(found.text).map_err(|_| changed())?;
    if line.kind != E::KIND {
        return Err(changed());
    }
    row::<E>(line.data).map_err(|why| broken(found.number, why))
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
    if rows.is_empty() {
        return Ok(Vec::new());
    }
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
