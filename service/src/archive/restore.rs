//! Puts an archived item back on the board.

use callboard_entity::{
    TaskPrerequisiteStatus as EdgeStatus, TaskPrerequisiteType as EdgeType, WorkItemAssigneeType, WorkItemStatus,
    agent_profiles, board_users, work_item_archives as archives, work_items,
};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::content::{self, Content};
use super::{fit, list, put};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::export::tables::Portable;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::{self, write};
use crate::prerequisite::edge;

/// Puts an archived item back with all of its rows, and gives those that named it their links again.
///
/// Its rows come back as they were, and its ledger goes on with one row that tells of it. A prerequisite that is done
/// by now is satisfied, one that is not any more waits again, and the counters follow. A link that may be empty and whose
/// other end is gone stays empty, and is told.
///
/// # Errors
/// [`Conflict::Misfit`] naming each row that needs what is not on the board; [`Error::Cycle`] where items would wait for
/// each other by it; `Exists` where the board has an item of that key; `Inactive` for an archive that is damaged;
/// `Stored` for one that this build cannot read; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RestoreArchive {
    /// The item's key, its id, or the archive's.
    pub archive: Ref,
    /// Leaves out what does not fit in place of refusing; it is told, and lost.
    #[serde(default)]
    pub leave_out: bool,
}

/// An item that is back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestoredArchive {
    /// As it is now.
    pub item: work_items::Model,
    /// How many rows were put back, its own among them.
    pub rows: usize,
    /// How many rows of the board name it again.
    pub links: usize,
    /// Rows that did not fit and were left out, in words.
    pub left_out: Vec<String>,
    /// Links that stay empty, in words.
    pub loosened: Vec<String>,
    /// Prerequisites whose state is another than when it went, in words.
    pub changed: Vec<String>,
}

impl Verb for RestoreArchive {
    type Output = RestoredArchive;

    async fn apply(&self, tx: &Tx) -> Result<RestoredArchive> {
        let found = list::find(tx, &self.archive).await?;
        // As all writers: the project's edges, then items by id.
        edge::lock_project(tx, found.project_id).await?;
        let archive = archives::Entity::find_by_id(found.id).lock(LockType::Update).one(&tx.conn).await?;
        let archive = archive.ok_or_else(|| Error::not_found("archive", &*found.item_key))?;
        if !archive.restorable || content::sha256(&archive.content) != archive.content_sha256 {
            let status = "damaged: its content is not what was written".to_owned();
            return Err(Conflict::Inactive { entity: "archive", name: archive.item_key, status }.into());
        }
        let mut content = Content::read(&archive.item_key, archive.content.clone())?;
        refuse_taken(tx, &archive).await?;
        let mut misfits = fit::fit(tx, &mut content).await?;
        let edges = edges(&archive.item_key, &mut content)?;
        self.refuse(&archive.item_key, &misfits.refused)?;
        let restoring = Restoring { tx, archive: &archive, leave_out: self.leave_out };
        restoring.run(content, edges, &mut misfits).await
    }
}

impl RestoreArchive {
    fn refuse(&self, key: &str, misfits: &[String]) -> Result<()> {
        if self.leave_out || misfits.is_empty() {
            return Ok(());
        }
        Err(Conflict::Misfit { item: key.to_owned(), misfits: misfits.to_vec() }.into())
    }
}

struct Restoring<'a> {
    tx: &'a Tx,
    archive: &'a archives::Model,
    leave_out: bool,
}

impl Restoring<'_> {
    async fn run(
        &self,
        content: Content,
        edges: Vec<edge::Row>,
        misfits: &mut fit::Misfits,
    ) -> Result<RestoredArchive> {
        let (tx, key) = (self.tx, self.archive.item_key.as_str());
        let others = write::lock_all(tx, self.others(&content, &edges)).await?;
        let own = fit::own(&content).cloned();
        let own: work_items::Model = own
            .and_then(|row| serde_json::from_value(row).ok())
            .ok_or_else(|| unreadable(key, "its own row is missing, or no item"))?;
        let rows = content.row_count();
        put::rows(tx, key, &content.schema_version, content.rows.clone()).await?;
        let mut changed = Vec::new();
        let (mut after, mut left_out) = (own.clone(), std::mem::take(&mut misfits.refused));
        after.unmet_prerequisites = 0;
        let mut put_back = 0;
        for edge in edges {
            match self.edge(edge, &own, &others, &mut changed).await {
                Ok(counts) => {
                    after.unmet_prerequisites += i64::from(counts);
                    put_back += 1;
                }
                Err(Error::Cycle { path, .. }) if self.leave_out => {
                    left_out.push(format!("a prerequisite that would close a cycle: {}", path.join(" -> ")));
                }
                Err(error) => return Err(error),
            }
        }
        if !self.has_assignee(&own).await? {
            misfits.loosened.push("assignee: it is gone".to_owned());
            (after.assignee_type, after.assignee_id) = (None, None);
        }
        let entry = Entry::new("restored")
            .data("archived_at", self.archive.created_at.to_rfc3339())
            .data("archived_as", self.archive.reason.as_str())
            .data("left_out", left_out.clone());
        let item = write::update(tx, &own, after, entry).await?;
        let mut missed = self.children(&item, &content, &others).await?;
        missed.extend(put::links(tx, &content).await?);
        misfits.loosened.extend(missed.iter().map(|link| {
            format!(
                "{} of a row of kind {}: it is gone, or has another by now",
                link.column.trim_end_matches("_id"),
                link.kind
            )
        }));
        archives::Entity::delete_by_id(self.archive.id).exec(&tx.conn).await?;
        Ok(RestoredArchive {
            item,
            rows: rows + put_back,
            links: content.links.len() - missed.len(),
            left_out,
            loosened: std::mem::take(&mut misfits.loosened),
            changed,
        })
    }

    /// The items that are changed with the archived one: its children, and the other ends of its edges.
    fn others(&self, content: &Content, edges: &[edge::Row]) -> Vec<Uuid> {
        let children = content.links.iter().filter(|link| put::is_parent(link)).map(|link| link.id);
        let ends = edges.iter().flat_map(|edge| [Some(edge.work_item_id), edge.prerequisite_id]).flatten();
        children.chain(ends).filter(|id| *id != self.archive.item_id).collect()
    }

    /// Puts an edge back, judged anew; gives whether it counts for the archived item.
    async fn edge(
        &self,
        mut row: edge::Row,
        own: &work_items::Model,
        others: &[work_items::Model],
        changed: &mut Vec<String>,
    ) -> Result<bool> {
        let tx = self.tx;
        let find = |id: Uuid| std::iter::once(own).chain(others).find(|item| item.id == id);
        let waiting = find(row.work_item_id).ok_or_else(|| unreadable(&own.key, "an edge is of no item"))?;
        if let Some(prerequisite) = row.prerequisite_id.and_then(find) {
            edge::check_acyclic(tx, waiting, prerequisite).await?;
            let before = row.status;
            judge(tx, &mut row, prerequisite);
            if row.status != before {
                changed.push(format!("{} for {}: {} is {} now", prerequisite.key, waiting.key, before, row.status));
            }
        }
        let counts = edge::counts(&row, waiting.prerequisite_satisfaction_required);
        let of_another = row.work_item_id != own.id;
        let waiting = waiting.clone();
        edge::insert(tx, vec![row]).await?;
        if of_another && counts {
            let back = Entry::new("prerequisite_restored").data("prerequisite", &*own.key);
            // Read again: it may have several links to the item.
            let waiting = write::lock(tx, waiting.id).await?;
            write::shift_unmet(tx, &[waiting], 1, &back).await?;
        }
        Ok(counts && !of_another)
    }

    async fn has_assignee(&self, item: &work_items::Model) -> Result<bool> {
        let found = match (item.assignee_type, item.assignee_id) {
            (Some(WorkItemAssigneeType::Agent), Some(id)) => {
                agent_profiles::Entity::find_by_id(id).count(&self.tx.conn).await?
            }
            (Some(WorkItemAssigneeType::User), Some(id)) => {
                board_users::Entity::find_by_id(id).count(&self.tx.conn).await?
            }
            _ => 1,
        };
        Ok(found > 0)
    }

    /// Gives children their parent back, where they have none by now and no cycle comes of it; gives the other links.
    async fn children(
        &self,
        item: &work_items::Model,
        content: &Content,
        others: &[work_items::Model],
    ) -> Result<Vec<content::Link>> {
        let mut missed = Vec::new();
        for link in content.links.iter().filter(|link| put::is_parent(link)) {
            // Read again: an edge of it may have been put back.
            let free = others.iter().any(|child| child.id == link.id && child.parent_id.is_none());
            if !free {
                missed.push(link.clone());
                continue;
            }
            let before = write::lock(self.tx, link.id).await?;
            match item::resolve_parent(self.tx, &before, &Ref::Id(item.id)).await {
                Ok(parent) => {
                    let mut after = before.clone();
                    after.parent_id = Some(parent);
                    let entry = Entry::new("parent_restored").data("parent", &*item.key);
                    write::update(self.tx, &before, after, entry).await?;
                }
                Err(Error::Database(error)) => return Err(error.into()),
                // A cycle, or the item is hidden: the child stays where it is.
                Err(_) => missed.push(link.clone()),
            }
        }
        Ok(missed)
    }
}

/// What became of a prerequisite while the item was in the archive.
fn judge(tx: &Tx, row: &mut edge::Row, prerequisite: &work_items::Model) {
    let done = prerequisite.status == WorkItemStatus::Done && prerequisite.archived_at.is_none();
    let waits_for_its_end = row.prerequisite_type == EdgeType::CompletionDependency;
    match row.status {
        EdgeStatus::Satisfied if !done => (row.status, row.satisfied_at) = (EdgeStatus::Pending, None),
        EdgeStatus::Pending | EdgeStatus::Failed if done && waits_for_its_end => {
            (row.status, row.satisfied_at) = (EdgeStatus::Satisfied, Some(tx.now));
        }
        _ => return,
    }
    row.updated_at = tx.now;
}

/// Takes the edges out of the rows: they are judged one by one.
fn edges(key: &str, content: &mut Content) -> Result<Vec<edge::Row>> {
    let kind = <callboard_entity::task_prerequisites::Entity as Portable>::KIND;
    let rows = content.rows.remove(kind).unwrap_or_default();
    serde_json::from_value(Value::Array(rows)).map_err(|error| unreadable(key, &error.to_string()))
}

async fn refuse_taken(tx: &Tx, archive: &archives::Model) -> Result<()> {
    let same = work_items::Entity::find()
        .filter(
            Condition::any()
                .add(work_items::Column::Key.eq(&*archive.item_key))
                .add(work_items::Column::Id.eq(archive.item_id)),
        )
        .count(&tx.conn)
        .await?;
    if same == 0 {
        return Ok(());
    }
    Err(Conflict::Exists { entity: "item", name: archive.item_key.clone() }.into())
}

fn unreadable(key: &str, why: &str) -> Error {
    Error::Stored { what: format!("archive of {key}"), why: why.to_owned() }
}
