//! Imports the issues of beads.

mod clean;
mod criteria;
mod fields;
mod plan;
mod record;
mod report;
mod rows;

use std::collections::{BTreeSet, HashMap, HashSet};

use callboard_entity::{board_users, external_refs as refs, work_items};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use report::{BeadsReport, Edges, Examples, Fields, Rows};

use self::plan::Target;
use self::record::Record;
use super::{graph, lines};
use crate::db::dialect::ready;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result, taken};
use crate::id::{self, Ref};
use crate::item::write;
use crate::prerequisite::edge;
use crate::{item, project, rules};

/// Imports an `issues.jsonl` export of beads into a project: all of it, or nothing where a line is broken.
///
/// What the board has no place for is kept in the items' metadata, under the source's name. A record that was imported
/// before is left alone, also where it has changed since. The number of statements does not grow with the rows, but for
/// one of each kind per 500 of them. [`crate::Callboard::rehearse`] tells what it would do.
///
/// # Errors
/// [`Error::BrokenLines`] naming the lines that are no issues; `NotFound` or `Inactive` for the project; `Invalid` for
/// the source.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportBeads {
    /// The default project where none is named.
    pub project: Option<Ref>,
    /// Tells the ids of one tracker from those of another one: a word of up to 64 characters.
    pub source: String,
    /// The file.
    pub content: String,
}

impl ImportBeads {
    /// Imports a file into the default project.
    pub fn new(content: impl Into<String>) -> Self {
        Self { project: None, source: "beads".to_owned(), content: content.into() }
    }
}

impl Verb for ImportBeads {
    type Output = BeadsReport;

    async fn apply(&self, tx: &Tx) -> Result<BeadsReport> {
        rules::name("source", &self.source)?;
        let (records, repeated) = parse(&self.content)?;
        let project = project::resolve(tx, self.project.as_ref()).await?;
        // In the order of AddItems. Two imports of one file follow each other, and the second one finds everything.
        edge::lock_project(tx, project.id).await?;
        let mut report =
            BeadsReport { project: project.slug.clone(), source: self.source.clone(), ..BeadsReport::default() };
        report.rows.read = (records.len() + repeated) as u64;
        report.rows.repeated = repeated as u64;
        let known = self.known(tx, &records).await?;
        let mut records = new_ones(records, &known, &mut report);
        let board = linked(tx, &records, &known).await?;
        let links = plan::links(&records, &board, project.id);
        for (record, own) in records.iter_mut().zip(&links) {
            own.settle(record, &mut report);
            report.count(record);
        }
        let users = users(tx, &records, &mut report).await?;
        // Nothing is written where nothing is new.
        let first = if records.is_empty() { 1 } else { item::allocate(tx, &project, records.len()).await? };
        let key = |number: i64| format!("{}-{number}", project.key_prefix);
        let mut items: Vec<work_items::Model> =
            (first..).zip(&records).map(|(n, record)| rows::item(tx, record, project.id, key(n), &users)).collect();
        let mut ledger = Vec::with_capacity(records.len() * 3);
        for (place, (record, own)) in records.iter().zip(&links).enumerate() {
            let parent = own.parent().map(|parent| match parent {
                Target::New(place) => items[place].id,
                Target::Board(item) => item.id,
            });
            let item = &mut items[place];
            item.parent_id = parent;
            item.unmet_prerequisites = own.unmet();
            item.metadata = self.metadata(record);
            ledger.extend(rows::history(tx, self, record, own, item, &users));
        }
        if let (Some(first), Some(last)) = (items.first(), items.last()) {
            report.keys = Some((first.key.clone(), last.key.clone()));
        }
        let parents = plan::new_parents(&links);
        rows::ready_below_waiting(&items, &parents, &mut report);
        let edges = rows::edges(tx, &records, &links, &items);
        self.insert_refs(tx, rows::refs(tx, &self.source, &records, &items)).await?;
        // A parent has to be there before its children are.
        let mut places: Vec<Option<work_items::Model>> = items.into_iter().map(Some).collect();
        let ordered = graph::parents_first(&parents).into_iter().filter_map(|place| places[place].take()).collect();
        write::insert_rows(tx, ordered, ledger).await?;
        edge::insert(tx, edges).await?;
        report.ready = ready_in(tx, project.id).await?;
        if report.adds_up() {
            return Ok(report);
        }
        Err(Error::Stored { what: "import".to_owned(), why: format!("the report does not add up: {report:?}") })
    }
}

impl ImportBeads {
    /// What was imported before of the records and of what they name.
    async fn known(&self, tx: &Tx, records: &[Record]) -> Result<HashMap<String, refs::Model>> {
        let named = records.iter().flat_map(|r| r.edges.iter().map(|e| &*e.to).chain([&*r.id]));
        let named: Vec<&str> = named.collect::<BTreeSet<&str>>().into_iter().collect();
        let mut known = HashMap::new();
        for chunk in named.chunks(10_000) {
            let found = refs::Entity::find()
                .filter(refs::Column::Source.eq(&*self.source))
                .filter(refs::Column::EntityType.eq(item::IMPORTED))
                .filter(refs::Column::SourceId.is_in(chunk.iter().copied()));
            known.extend(found.all(&tx.conn).await?.into_iter().map(|row| (row.source_id.clone(), row)));
        }
        Ok(known)
    }

    fn metadata(&self, record: &Record) -> Option<Value> {
        let kept = &record.fields.kept;
        (!kept.is_empty()).then(|| {
            let mut metadata = Map::new();
            metadata.insert(self.source.clone(), Value::Object(kept.clone()));
            Value::Object(metadata)
        })
    }

    async fn insert_refs(&self, tx: &Tx, rows: Vec<refs::Model>) -> Result<()> {
        for chunk in rows.chunks(2000) {
            let models = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
            let inserted = refs::Entity::insert_many(models).exec_without_returning(&tx.conn).await;
            // Another import, into another project, came between.
            inserted.map_err(taken("external reference", &self.source))?;
        }
        Ok(())
    }
}

/// The records of the file, and how many lines repeat one of them.
fn parse(content: &str) -> Result<(Vec<Record>, usize)> {
    let mut seen: HashMap<String, (usize, String)> = HashMap::new();
    let read = lines::read(content, |line, text| {
        let record = Record::parse(text)?;
        match seen.get(&record.id) {
            None => {
                seen.insert(record.id.clone(), (line, record.sha256.clone()));
                Ok(Some(record))
            }
            Some((_, sha256)) if *sha256 == record.sha256 => Ok(None),
            Some((first, _)) => Err(format!("the id {} is on line {first} too, with another content", record.id)),
        }
    })?;
    let lines = read.len();
    let records: Vec<Record> = read.into_iter().flatten().collect();
    let repeated = lines - records.len();
    Ok((records, repeated))
}

fn new_ones(records: Vec<Record>, known: &HashMap<String, refs::Model>, report: &mut BeadsReport) -> Vec<Record> {
    let mut new = Vec::with_capacity(records.len());
    for record in records {
        match known.get(&record.id) {
            None => new.push(record),
            Some(row) if row.content_sha256 == record.sha256 => report.rows.already_there += 1,
            Some(_) => {
                report.rows.changed += 1;
                report.changed.push(record.id);
            }
        }
    }
    new
}

/// The items on the board that new ones name, locked so that none is finished meanwhile, by the source's ids.
async fn linked(
    tx: &Tx,
    records: &[Record],
    known: &HashMap<String, refs::Model>,
) -> Result<HashMap<String, work_items::Model>> {
    let named = records.iter().flat_map(|record| &record.edges).filter_map(|edge| known.get(&edge.to));
    let named: HashMap<Uuid, &str> = named.map(|row| (row.entity_id, &*row.source_id)).collect();
    let locked = write::lock_all(tx, named.keys().copied()).await?;
    Ok(locked.into_iter().filter_map(|item| Some(((*named.get(&item.id)?).to_owned(), item))).collect())
}

/// The users whom the new records name, by name; those who are not on the board are created.
async fn users(tx: &Tx, records: &[Record], report: &mut BeadsReport) -> Result<HashMap<String, Uuid>> {
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for record in records {
        let by = record.closing.as_ref().and_then(|end| end.by.as_deref());
        let authors = record.comments.iter().filter_map(|comment| comment.author.as_deref());
        names.extend(authors.chain(record.assignee.as_deref()).chain(record.created_by.as_deref()).chain(by));
    }
    let mut users: HashMap<String, Uuid> = HashMap::new();
    let mut ours: HashSet<Uuid> = HashSet::new();
    loop {
        let unknown: Vec<&str> = names.iter().copied().filter(|name| !users.contains_key(*name)).collect();
        for chunk in unknown.chunks(10_000) {
            let found = board_users::Entity::find().filter(board_users::Column::Name.is_in(chunk.iter().copied()));
            users.extend(found.all(&tx.conn).await?.into_iter().map(|user| (user.name, user.id)));
        }
        let missing = unknown.into_iter().filter(|name| !users.contains_key(*name));
        let new: Vec<board_users::Model> = missing.map(|name| user(tx, name)).collect();
        ours.extend(new.iter().map(|user| user.id));
        let mut added = 0;
        for chunk in new.chunks(2000) {
            let models = chunk.iter().map(|user| user.clone().into_active_model().reset_all());
            let once = OnConflict::column(board_users::Column::Name).do_nothing().to_owned();
            let insert = board_users::Entity::insert_many(models).on_conflict(once);
            added += insert.exec_without_returning(&tx.conn).await?;
        }
        if added == new.len() as u64 {
            users.extend(new.into_iter().map(|user| (user.name, user.id)));
            break;
        }
        // Somebody added one of them at the same time, and that one is meant: look again.
    }
    let created = names.into_iter().filter(|name| users.get(*name).is_some_and(|id| ours.contains(id)));
    report.users.extend(created.map(str::to_owned));
    Ok(users)
}

fn user(tx: &Tx, name: &str) -> board_users::Model {
    board_users::Model { id: id::new(), name: name.to_owned(), email: None, created_at: tx.now, updated_at: tx.now }
}

async fn ready_in(tx: &Tx, project: Uuid) -> Result<u64> {
    let ready = work_items::Entity::find().filter(work_items::Column::ProjectId.eq(project)).filter(ready::ready());
    Ok(ready.count(&tx.conn).await?)
}
