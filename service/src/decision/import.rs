//! Takes decisions over from a folder of decision records: ours, and those of other tools.

use std::collections::{BTreeMap, HashMap, HashSet};

use callboard_entity::{board_decisions as decisions, board_projects as projects, external_refs as refs};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::adr::{self, AdrFile, Record};
use super::find::key;
use super::links::{self, Known};
use super::report::{DecisionsImport, FileNote, ImportedFile};
use super::show::IMPORTED;
use super::{evolve, export, write};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result, taken};
use crate::id::{self, Ref};
use crate::{project, rules};

/// Imports the files of a folder of decision records into a project: all of them, or none where one is broken.
///
/// Files that [`super::ExportDecisions`] wrote come back with every field. Others are read by their headings (Nygard's
/// template, MADR); what the board has no place for goes into the context. A file that was imported before is left
/// alone, also where it has changed since. The numbers of the files are kept where none of them was given in the
/// project before. [`crate::Callboard::rehearse`] tells what it would do.
///
/// # Errors
/// [`Error::BrokenFiles`] naming the files that cannot be read; `NotFound` or `Inactive` for the project; `Invalid` for
/// the source and for a name that is there twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportDecisions {
    /// The default project where none is named.
    pub project: Option<Ref>,
    /// Tells the file names of one folder from those of another one: a word of up to 64 characters.
    pub source: String,
    /// The folder's files, in any order.
    pub files: Vec<AdrFile>,
}

/// How far the numbers of a folder may lie above those of the project and be kept.
const FAR: i64 = 100_000;
/// How many broken files a refusal describes; the others are counted.
const DESCRIBED: usize = 5;

impl ImportDecisions {
    /// Imports files into the default project.
    pub fn new(files: Vec<AdrFile>) -> Self {
        Self { project: None, source: "adr".to_owned(), files }
    }
}

impl Verb for ImportDecisions {
    type Output = DecisionsImport;

    async fn apply(&self, tx: &Tx) -> Result<DecisionsImport> {
        rules::name("source", &self.source)?;
        let mut report = DecisionsImport { source: self.source.clone(), ..DecisionsImport::default() };
        let records = self.read(&mut report)?;
        let project = project::resolve(tx, self.project.as_ref()).await?;
        report.project.clone_from(&project.slug);
        // Two imports of one folder follow each other, and the second one finds everything.
        tx.dialect.lock_decisions(&tx.conn, project.id).await?;
        let known = Known::read(tx, &self.source, &project, &records).await?;
        let all = records.clone();
        let new = self.new_ones(tx, &project, records, &known, &mut report).await?;
        if !new.is_empty() {
            self.write(tx, &project, new, &all, known, &mut report).await?;
        }
        if report.adds_up() {
            return Ok(report);
        }
        Err(Error::Stored { what: "import".to_owned(), why: format!("the report does not add up: {report:?}") })
    }
}

impl ImportDecisions {
    /// The decisions of the files, in the order of the names.
    fn read(&self, report: &mut DecisionsImport) -> Result<Vec<Record>> {
        let mut files: BTreeMap<&str, &AdrFile> = BTreeMap::new();
        for file in &self.files {
            rules::line("file", &file.name)?;
            if files.insert(&file.name, file).is_some() {
                return Err(Error::invalid("file", &*file.name, "must be there once"));
            }
        }
        report.files.read = files.len() as u64;
        let (mut records, mut broken) = (Vec::new(), Vec::new());
        let mut seen: HashMap<Uuid, String> = HashMap::new();
        for (name, file) in files {
            match adr::read(file) {
                Ok(Ok(record)) => {
                    let id = record.own.as_ref().map(|own| own.id);
                    match id.and_then(|id| seen.insert(id, name.to_owned())) {
                        None => records.push(record),
                        Some(first) => broken.push((name.to_owned(), format!("holds the same decision as {first}"))),
                    }
                }
                Ok(Err(why)) => report.skipped.push(FileNote::new(name, why)),
                Err(why) => broken.push((name.to_owned(), why)),
            }
        }
        report.files.skipped = report.skipped.len() as u64;
        if broken.is_empty() { Ok(records) } else { Err(refuse(broken)) }
    }

    /// The records that are not on the board; tells of the others.
    async fn new_ones(
        &self,
        tx: &Tx,
        project: &projects::Model,
        records: Vec<Record>,
        known: &Known,
        report: &mut DecisionsImport,
    ) -> Result<Vec<Record>> {
        // What the board would write now tells whether a file of its own is as the board is.
        let own = records.iter().any(|record| record.own.as_ref().is_some_and(|own| known.row(own.id).is_some()));
        let written = if own { export::files(tx, project).await? } else { Vec::new() };
        let written: HashMap<Uuid, String> =
            written.into_iter().map(|(id, file)| (id, adr::sha256(&file.content))).collect();
        let mut new = Vec::new();
        for record in records {
            let there = known.decision(&record);
            let Some(there) = there else {
                new.push(record);
                continue;
            };
            let same_file = known.reference(&record).is_some_and(|row| row.content_sha256 == record.sha256);
            let note = if there.project_id != project.id {
                "is a decision of another project".to_owned()
            } else if same_file || written.get(&there.id) == Some(&record.sha256) {
                report.files.already_there += 1;
                continue;
            } else {
                format!("differs from {}", key(&project.key_prefix, there.number))
            };
            report.left_alone.push(FileNote::new(&record.file, note));
        }
        report.files.left_alone = report.left_alone.len() as u64;
        Ok(new)
    }

    async fn write(
        &self,
        tx: &Tx,
        project: &projects::Model,
        new: Vec<Record>,
        all: &[Record],
        known: Known,
        report: &mut DecisionsImport,
    ) -> Result<()> {
        let mut rows = rows(tx, project, &new)?;
        let board = links::Board::read(tx, project, &new).await?;
        for (record, row) in new.iter().zip(&mut rows) {
            board.settle(tx, record, row, report);
        }
        known.forget_dangling(tx).await?;
        // In the order of the board's locks: items, decisions, the project.
        let mut evolutions = links::Evolutions::read(tx, project, known, all).await?;
        evolutions.lock(tx, &new, &rows).await?;
        report.numbers_kept = number(tx, project, &new, &mut rows).await?;
        let links = evolutions.between(tx, &new, &mut rows, &board, report);
        write::insert(tx, &rows).await?;
        for (before, after) in evolutions.replaced() {
            let after = write::update(tx, &before, after).await?;
            write::note(tx, &after, &project.key_prefix, after.status.as_str()).await?;
        }
        report.links = links.len() as u64;
        evolve::insert(tx, &links).await?;
        self.insert_refs(tx, &project.key_prefix, &new, &rows).await?;
        for (record, row) in new.iter().zip(&rows) {
            write::note(tx, row, &project.key_prefix, "imported").await?;
            report.created.push(ImportedFile {
                file: record.file.clone(),
                key: key(&project.key_prefix, row.number),
                title: row.title.clone(),
            });
            report.notes.extend(record.notes.iter().map(|note| FileNote::new(&record.file, note.clone())));
        }
        report.files.created = report.created.len() as u64;
        Ok(())
    }

    async fn insert_refs(&self, tx: &Tx, prefix: &str, new: &[Record], rows: &[decisions::Model]) -> Result<()> {
        let models: Vec<refs::Model> = new
            .iter()
            .zip(rows)
            .map(|(record, row)| refs::Model {
                id: id::new(),
                source: self.source.clone(),
                source_id: record.source_id(prefix),
                entity_type: IMPORTED.to_owned(),
                entity_id: row.id,
                content_sha256: record.sha256.clone(),
                imported_at: tx.now,
                created_at: tx.now,
            })
            .collect();
        for chunk in models.chunks(2000) {
            let models = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
            let inserted = refs::Entity::insert_many(models).exec_without_returning(&tx.conn).await;
            // Another import, into another project, came between.
            inserted.map_err(taken("external reference", &self.source))?;
        }
        Ok(())
    }
}

/// The rows of new records, without links and numbers; every one that breaks a rule is told.
fn rows(tx: &Tx, project: &projects::Model, new: &[Record]) -> Result<Vec<decisions::Model>> {
    let (mut rows, mut broken) = (Vec::with_capacity(new.len()), Vec::new());
    for record in new {
        match record.fields.row(tx, project.id) {
            Ok(mut row) => {
                row.id = record.own.as_ref().map_or(row.id, |own| own.id);
                row.created_at = record.created_at.unwrap_or(tx.now);
                row.updated_at = record.updated_at.unwrap_or(tx.now);
                rows.push(row);
            }
            Err(error) => broken.push((record.file.clone(), format!("breaks a rule: {error}"))),
        }
    }
    if broken.is_empty() { Ok(rows) } else { Err(refuse(broken)) }
}

/// Gives the rows their numbers: those of the files where none was given before, else the next ones.
async fn number(tx: &Tx, project: &projects::Model, new: &[Record], rows: &mut [decisions::Model]) -> Result<bool> {
    // Taking none locks the project's row, so that the next number stays what it is.
    let next = write::allocate(tx, project, 0).await?;
    let named: Vec<i64> = new.iter().filter_map(|record| record.number).collect();
    let distinct: HashSet<i64> = named.iter().copied().collect();
    let fit = |number: &i64| (next..next + FAR).contains(number);
    let last = named.iter().max().copied().filter(|_| distinct.len() == new.len() && named.iter().all(fit));
    let Some(last) = last else {
        let first = write::allocate(tx, project, rows.len()).await?;
        for (number, row) in (first..).zip(rows) {
            row.number = number;
        }
        return Ok(false);
    };
    write::allocate(tx, project, usize::try_from(last - next + 1).unwrap_or(0)).await?;
    for (number, row) in named.into_iter().zip(rows) {
        row.number = number;
    }
    Ok(true)
}

fn refuse(mut broken: Vec<(String, String)>) -> Error {
    let more = broken.len().saturating_sub(DESCRIBED);
    broken.truncate(DESCRIBED);
    Error::BrokenFiles { files: broken, more }
}
