//! Records what was done to files.

use std::collections::BTreeSet;

use callboard_entity::{
    FileOperationOperation as Kind, FileOperationVerificationStatus as Status, board_projects,
    file_operations as operations, task_assignments, work_items,
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::effective::superseded;
use super::{Root, root, rows};
use crate::assignment::target;
use crate::board::Callboard;
use crate::clock::Timestamp;
use crate::db::{Query, Tx, Verb};
use crate::decision::{AddDecision, NamedDecision};
use crate::error::{Error, Result};
use crate::id::{self, Ref};
use crate::item::ledger::Entry;
use crate::item::{self, write};
use crate::{project, rules};

/// The most operations of one call.
pub const MOST: usize = 10_000;
/// How many paths the ledger row of a call names; the rows themselves have all of them.
const NAMED: usize = 20;

/// Records operations on the files of an item's project, all of them or none, with one ledger row of the item.
///
/// It reads no file: [`super::observe_all()`] does, and makes the operations. Earlier operations on the same paths, also those of
/// other items, become `superseded` where no path's state is due to them any more. A holder that names its assignment
/// extends its lease by this. The rows name the work session that the board is in ([`crate::Callboard::in_session`]).
///
/// # Errors
/// As [`AddDecision`] where a decision is to be captured with them.
/// `NotFound`; `Invalid` for operations that break a rule, none at all or more than 10,000; `File` for a path that is too
/// long; `Conflict::Inactive` for an archived item; `LeaseLost` once the assignment is not the open one any more, or its
/// lease ran out; `Transition` for one that was completed or failed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct TrackFiles {
    /// By key or id; that of the assignment where none is named.
    pub item: Option<Ref>,
    /// The open assignment under which the work is done.
    pub assignment: Option<Uuid>,
    /// In the order in which they were done. They count as done now, and after all that was tracked on their paths before,
    /// whatever the clock of the machine that tracked it.
    pub operations: Vec<NewOperation>,
    /// Captured with them in one transaction: a decision about the item, in its project whatever it names itself, and,
    /// where it names no files, about these (a decision names at most 100). Without it a rationale stays one.
    #[serde(default)]
    pub decision: Option<Box<AddDecision>>,
}

/// An operation that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewOperation {
    /// What was done.
    pub operation: Kind,
    /// Relative to the project's root, with `/`, at most 2,048 bytes.
    pub path: String,
    /// Where a move or copy led to; none for the others.
    #[serde(default)]
    pub new_path: Option<String>,
    /// SHA-256 of what is there now: of the new path of a move or copy; none for a delete.
    #[serde(default)]
    pub content_hash: Option<String>,
    /// The size of that, in bytes; none for a delete.
    #[serde(default)]
    pub size_bytes: Option<i64>,
    /// Why it was done. It stays with the operation, and is no decision by itself.
    #[serde(default)]
    pub rationale: Option<String>,
    /// What else is known, such as the permission bits (`mode`); an object.
    #[serde(default)]
    pub metadata: Option<Value>,
}

/// What was recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedFiles {
    /// The item's key.
    pub item: String,
    /// The new rows.
    pub operations: Vec<operations::Model>,
    /// How many earlier operations are superseded by them.
    pub superseded: u64,
    /// What was captured with them, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<NamedDecision>,
}

impl Verb for TrackFiles {
    type Output = TrackedFiles;

    async fn apply(&self, tx: &Tx) -> Result<TrackedFiles> {
        if self.operations.is_empty() || self.operations.len() > MOST {
            let rule = format!("must be 1 to {MOST} in one call");
            return Err(Error::invalid("operations", self.operations.len().to_string(), rule));
        }
        self.operations.iter().try_for_each(check)?;
        let (item, assignment) = target(tx, self.item.as_ref(), self.assignment, "track files").await?;
        item::not_archived(&item)?;
        rows::lock_project(tx, item.project_id).await?;
        let paths = self.paths();
        let at = rows::next_time(tx, item.project_id, &paths).await?;
        let new: Vec<operations::Model> =
            self.operations.iter().map(|new| row(tx, &item, assignment.as_ref(), at, new)).collect();
        for chunk in new.chunks(1000) {
            let chunk = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
            operations::Entity::insert_many(chunk).exec_without_returning(&tx.conn).await?;
        }
        let marked = supersede(tx, item.project_id, &paths).await?;
        let named: Vec<String> = self.operations.iter().take(NAMED).map(brief).collect();
        let mut entry = Entry::new("files_tracked").data("count", new.len()).data("files", named);
        if let Some(assignment) = &assignment {
            entry = entry.assignment(assignment.id, assignment.status.as_str());
        }
        let item = write::update(tx, &item, item.clone(), entry).await?;
        let decision = match &self.decision {
            Some(new) => Some(self.decided(new, &item).apply(tx).await?),
            None => None,
        };
        // What one of them superseded within the call has its mark already.
        let ids: BTreeSet<Uuid> = new.iter().map(|row| row.id).collect();
        let own = marked.iter().filter(|id| ids.contains(*id)).count() as u64;
        let operations = new.into_iter().map(|row| {
            let is_over = marked.contains(&row.id);
            operations::Model { verification_status: if is_over { Status::Superseded } else { Status::Pending }, ..row }
        });
        Ok(TrackedFiles {
            item: item.key,
            operations: operations.collect(),
            superseded: marked.len() as u64 - own,
            decision,
        })
    }
}

impl TrackFiles {
    /// Every path that an operation names.
    fn paths(&self) -> BTreeSet<String> {
        self.operations.iter().flat_map(|new| [Some(&new.path), new.new_path.as_ref()]).flatten().cloned().collect()
    }

    /// The decision about the item and these files.
    fn decided(&self, new: &AddDecision, item: &work_items::Model) -> AddDecision {
        let (project, item) = (Some(Ref::Id(item.project_id)), Some(Ref::Id(item.id)));
        let mut decided = AddDecision { project, item, ..new.clone() };
        if decided.affected_files.is_empty() {
            decided.affected_files = self.paths().into_iter().collect();
        }
        decided
    }
}

impl Callboard {
    /// Opens the root folder of the project whose item, or assignment, a call names: its files are named from there.
    ///
    /// # Errors
    /// `NotFound`; `Invalid` where the call names neither; `File` where the project has no root, or it is not where it was.
    pub async fn root_for(&self, call: &TrackFiles) -> Result<Root> {
        Root::open(&self.read(&ProjectOf(call)).await?)
    }
}

/// The project of a call's item.
struct ProjectOf<'a>(&'a TrackFiles);

impl Query for ProjectOf<'_> {
    type Output = board_projects::Model;

    async fn fetch(&self, tx: &Tx) -> Result<board_projects::Model> {
        let item = match (&self.0.item, self.0.assignment) {
            (Some(item), _) => item.clone(),
            (None, Some(id)) => {
                let assignment = task_assignments::Entity::find_by_id(id).one(&tx.conn).await?;
                Ref::Id(assignment.ok_or_else(|| Error::not_found("assignment", id.to_string()))?.work_item_id)
            }
            (None, None) => return Err(no_item()),
        };
        let item = item::find(tx, &item).await?;
        project::find(tx, &Ref::Id(item.project_id)).await
    }
}

fn no_item() -> Error {
    Error::invalid("item", "", "is needed where no assignment is named")
}

/// What an operation must be, whoever made it.
fn check(new: &NewOperation) -> Result<()> {
    root::check("path", &new.path)?;
    let leads_on = matches!(new.operation, Kind::Move | Kind::Copy);
    match &new.new_path {
        Some(path) if leads_on && *path != new.path => root::check("new_path", path)?,
        Some(path) if leads_on => {
            return Err(Error::invalid("new_path", rules::escape(path), "must be another path than the old one"));
        }
        Some(path) => {
            let rule = format!("is for move and copy only, not for {}", new.operation);
            return Err(Error::invalid("new_path", rules::escape(path), rule));
        }
        None if leads_on => {
            return Err(Error::invalid("new_path", "", format!("is needed: a {} leads somewhere", new.operation)));
        }
        None => {}
    }
    match (&new.content_hash, new.size_bytes) {
        (None, None) if new.operation == Kind::Delete => {}
        (Some(hash), _) if new.operation == Kind::Delete => {
            return Err(Error::invalid(
                "content_hash",
                rules::escape(hash),
                "is not for a delete, which leaves nothing",
            ));
        }
        (Some(hash), Some(0..)) => check_hash(hash)?,
        (None, _) if new.operation != Kind::Delete => {
            return Err(Error::invalid("content_hash", "", format!("is needed for a {}", new.operation)));
        }
        (_, size) => {
            let size = size.map(|size| size.to_string()).unwrap_or_default();
            return Err(Error::invalid("size_bytes", size, "must be the file's size, 0 or more; none for a delete"));
        }
    }
    new.rationale.as_deref().map_or(Ok(()), |text| rules::text("rationale", text))?;
    match &new.metadata {
        Some(metadata @ Value::Object(_)) => rules::json("metadata", metadata),
        Some(_) => Err(Error::invalid("metadata", "", "must be a JSON object")),
        None => Ok(()),
    }
}

/// A SHA-256 as the board keeps it.
pub(crate) fn check_hash(hash: &str) -> Result<()> {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if hash.len() == 64 && hash.bytes().all(hex) {
        return Ok(());
    }
    let rule = "must be a SHA-256 in 64 lower-case hexadecimal digits";
    Err(Error::invalid("content_hash", rules::escape(hash), rule))
}

fn row(
    tx: &Tx,
    item: &work_items::Model,
    assignment: Option<&task_assignments::Model>,
    at: Timestamp,
    new: &NewOperation,
) -> operations::Model {
    operations::Model {
        id: id::new(),
        work_item_id: item.id,
        assignment_id: assignment.map(|assignment| assignment.id),
        session_id: tx.session,
        operation: new.operation,
        path: new.path.clone(),
        new_path: new.new_path.clone(),
        content_hash: new.content_hash.clone(),
        size_bytes: new.size_bytes,
        rationale: new.rationale.clone(),
        file_metadata: new.metadata.clone(),
        verification_status: Status::Pending,
        actor_type: rows::operation_actor(tx),
        actor_id: tx.actor.id,
        occurred_at: at,
        created_at: tx.now,
        updated_at: tx.now,
    }
}

/// Marks what no path's state is due to any more, among the operations that name these paths.
async fn supersede(tx: &Tx, project: Uuid, paths: &BTreeSet<String>) -> Result<BTreeSet<Uuid>> {
    let touching = rows::touching(tx, project, paths).await?;
    let over = superseded(&touching.steps, &touching.effects);
    let over = over.into_iter().filter(|step| step.verification_status != Status::Superseded);
    let marked: BTreeSet<Uuid> = over.map(|step| step.id).collect();
    rows::mark(tx, marked.iter().copied().collect(), Status::Superseded).await?;
    Ok(marked)
}

/// An operation in a few words: `move src/a.rs to src/b.rs`.
fn brief(new: &NewOperation) -> String {
    let to = new.new_path.as_ref().map(|to| format!(" to {to}")).unwrap_or_default();
    format!("{} {}{to}", new.operation, new.path)
}
