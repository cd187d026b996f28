//! Takes an item off the board into the archive.

use callboard_entity::{
    ActorType, WorkItemArchiveActorType as By, WorkItemArchiveReason as Reason, work_item_archives as archives,
    work_items, work_sessions as sessions,
};
use sea_orm::sea_query::LockType;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{content, rules};
use crate::assignment;
use crate::clock::Timestamp;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::{self, Ref};
use crate::item::ledger::Entry;
use crate::item::{self, write};
use crate::prerequisite::edge;
use crate::session::state::OPEN;
use crate::{setting, workflow};

/// Takes an item off the board with all of its rows: its ledger, assignments, prerequisites in both directions, its place
/// in sprints and streams, files, checkpoints, artifacts, reviews and what it was imported from. What only names it
/// (decisions, messages, sessions, steps of workflows, its children) stays, and gets its link back when it is restored.
///
/// It is kept for as long as the setting `retention_days` says for its reason, and then removed by the sweep.
///
/// # Errors
/// `Held` naming the open assignment; `InUse` where a step of a workflow waits for it, or somebody is at work on it in a
/// session; `Dependents` naming the unfinished items that wait for it; `Invalid` for a reason that is not so, and where
/// none is named for an item that is neither finished nor dead; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddArchive {
    /// By key or id.
    pub item: Ref,
    /// Why; finished items go as `completed` and dead ones as `failed` where none is named.
    pub reason: Option<Reason>,
}

/// An archive that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedArchive {
    /// Its id.
    pub id: Uuid,
    /// The item's key.
    pub item: String,
    /// Why it went.
    pub reason: Reason,
    /// How many rows it holds, the item's own among them.
    pub rows: i64,
    /// How many rows of the board named it, and get their links back when it is restored.
    pub links: usize,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

impl Verb for AddArchive {
    type Output = AddedArchive;

    async fn apply(&self, tx: &Tx) -> Result<AddedArchive> {
        let found = item::find(tx, &self.item).await?;
        let reason = match (self.reason, rules::reason_of(&found)) {
            (Some(reason), _) => reason,
            (None, Some(reason)) => reason,
            (None, None) => {
                let rule = format!(
                    "is needed: {} is {}, neither finished nor dead; it may go as stale or orphaned",
                    found.key, found.status
                );
                return Err(Error::invalid("reason", "", rule));
            }
        };
        archive(tx, lock(tx, &found).await?, reason, None).await
    }
}

/// An item that is to go, locked with all that changes with it.
#[derive(Debug)]
pub(crate) struct Locked {
    item: work_items::Model,
    /// Those whose counters count it, and its children.
    others: Vec<work_items::Model>,
    /// The items whose counters count it.
    counted: Vec<Uuid>,
}

/// Locks an item that was found with what changes with it, in the order of all writers: the edges of the project,
/// sessions, then items by id.
///
/// # Errors
/// `InUse` for an item that is worked on in an open session; `NotFound` where it is gone.
pub(crate) async fn lock(tx: &Tx, found: &work_items::Model) -> Result<Locked> {
    edge::lock_project(tx, found.project_id).await?;
    let at_work = sessions::Entity::find()
        .filter(sessions::Column::ActiveWorkItemId.eq(found.id))
        .order_by_asc(sessions::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .all(&tx.conn)
        .await?;
    let counted: Vec<Uuid> = edge::counted_for(tx, found.id).await?.iter().map(|edge| edge.work_item_id).collect();
    let with_it = counted.iter().copied().chain(children(tx, found.id).await?);
    let locked = write::lock_all(tx, std::iter::once(found.id).chain(with_it)).await?;
    let (own, others): (Vec<_>, Vec<_>) = locked.into_iter().partition(|item| item.id == found.id);
    let item = own.into_iter().next().ok_or_else(|| Error::not_found("item", &*found.key))?;
    if let Some(session) = at_work.iter().find(|session| OPEN.contains(&session.status)) {
        let because = format!("it is worked on in session '{}': end it, or switch it to another item", session.key);
        return Err(in_use(&item, because));
    }
    Ok(Locked { item, others, counted })
}

/// Takes a locked item off the board; `operation` is the run of the maintenance that does it.
///
/// # Errors
/// As [`AddArchive`].
pub(crate) async fn archive(tx: &Tx, locked: Locked, reason: Reason, operation: Option<Uuid>) -> Result<AddedArchive> {
    let Locked { item, others, counted } = locked;
    judge(tx, &item, reason).await?;
    let collected = content::collect(tx, &item).await?;
    let stored = collected.content.to_value()?;
    let days = setting::retention(tx, Some(item.project_id)).await?.of(reason);
    let row = archives::Model {
        id: id::new(),
        project_id: item.project_id,
        item_id: item.id,
        item_key: item.key.clone(),
        title: item.title.clone(),
        reason,
        content: stored,
        content_sha256: String::new(),
        row_count: i64::try_from(collected.content.row_count()).unwrap_or(i64::MAX),
        restorable: true,
        operation_id: operation,
        actor_type: by(tx.actor.kind),
        actor_id: tx.actor.id,
        expires_at: rules::expiry(tx.now, days),
        created_at: tx.now,
    };
    insert(tx, &row).await?;
    // Children lose their parent, and waiting items what they wait for, each with its ledger row.
    let (waiting, children): (Vec<_>, Vec<_>) = others.into_iter().partition(|other| counted.contains(&other.id));
    let gone = Entry::new("prerequisite_archived").data("prerequisite", &*item.key);
    write::shift_unmet(tx, &waiting, -1, &gone).await?;
    for child in children.iter().chain(&waiting).filter(|child| child.parent_id == Some(item.id)) {
        let before = write::lock(tx, child.id).await?;
        let mut after = before.clone();
        after.parent_id = None;
        write::update(tx, &before, after, Entry::new("parent_archived").data("parent", &*item.key)).await?;
    }
    content::remove(tx, &item, &collected).await?;
    Ok(AddedArchive {
        id: row.id,
        item: item.key,
        reason,
        rows: row.row_count,
        links: collected.content.links.len(),
        expires_at: row.expires_at,
    })
}

/// Refuses an item that may not go now.
///
/// # Errors
/// As [`AddArchive`].
async fn judge(tx: &Tx, item: &work_items::Model, reason: Reason) -> Result<()> {
    if !rules::fits(item, reason) {
        let rule = format!("{} is {}, which is not that", item.key, item.status);
        return Err(Error::invalid("reason", reason.as_str(), rule));
    }
    if let Some(held) = assignment::rows::open_of(tx, item).await? {
        let status = held.status.as_str().to_owned();
        return Err(Conflict::Held { item: item.key.clone(), assignment: held.id, status }.into());
    }
    if let Some(waits) = workflow::awaiting(tx, item).await? {
        return Err(in_use(item, format!("{waits} waits for it: cancel it")));
    }
    let waiting = edge::waiting_dependents(tx, item.id).await?;
    if !waiting.is_empty() {
        let dependents = waiting.into_iter().map(|i| i.key).collect();
        return Err(Conflict::Dependents { item: item.key.clone(), dependents }.into());
    }
    Ok(())
}

fn in_use(item: &work_items::Model, because: String) -> Error {
    Conflict::InUse { what: format!("archiving {}", item.key), because }.into()
}

async fn children(tx: &Tx, item: Uuid) -> Result<Vec<Uuid>> {
    let ids = work_items::Entity::find()
        .select_only()
        .column(work_items::Column::Id)
        .filter(work_items::Column::ParentId.eq(item));
    Ok(ids.into_tuple().all(&tx.conn).await?)
}

/// Writes the archive, and then the digest of what the database gives back of it: it may write numbers otherwise.
async fn insert(tx: &Tx, row: &archives::Model) -> Result<()> {
    let insert = row.clone().into_active_model().reset_all();
    archives::Entity::insert(insert).exec_without_returning(&tx.conn).await?;
    let stored = archives::Entity::find_by_id(row.id).one(&tx.conn).await?;
    let stored = stored.ok_or_else(|| Error::not_found("archive", &*row.item_key))?;
    archives::Entity::update_many()
        .col_expr(archives::Column::ContentSha256, content::sha256(&stored.content).into())
        .filter(archives::Column::Id.eq(row.id))
        .exec(&tx.conn)
        .await?;
    Ok(())
}

fn by(kind: ActorType) -> By {
    match kind {
        ActorType::Agent => By::Agent,
        ActorType::User => By::User,
        ActorType::System => By::System,
    }
}
