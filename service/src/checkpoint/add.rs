//! Writes a checkpoint while the work goes on.

use callboard_entity::{checkpoints, task_assignments, work_items};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::rows;
use crate::assignment::{Heartbeat, rows as assignments, state};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::{self, Ref};
use crate::item::ledger::Entry;
use crate::item::{self, state as item_state, write};
use crate::{rules, search, setting};

/// The kind of the ledger row of a checkpoint; its reason is the beginning of the note.
const CHECKPOINT: &str = "checkpoint";
/// How much of a note the ledger keeps, in characters: it stays when the checkpoint is removed.
const NOTED: usize = 500;

/// Writes down how far the work on an item has come, for whoever goes on with it.
///
/// It is the holder's write: it names the open assignment, and extends its lease like a heartbeat. Where none is named,
/// the acting agent's or person's own open assignment is meant. Somebody else writes one in a work session
/// ([`crate::Callboard::in_session`]), which a checkpoint always names where the board is in one.
///
/// Checkpoints are numbered from 1 in their item, without gaps. The newest are kept, as many as the setting
/// `checkpoints_kept` says (20); the ledger keeps the first 500 characters of each note.
///
/// # Errors
/// `LeaseLost` once the assignment is not the open one any more, or its lease ran out; `Transition` for an assignment or
/// item that is finished; `Invalid` for an empty note, a note or data above 1 MiB, an assignment of another item, and where
/// neither an assignment nor a session stands behind it; `Conflict` for an archived item; `NotFound`.
///
/// # Example
/// ```no_run
/// use callboard_service::Ref;
/// use callboard_service::checkpoint::AddCheckpoint;
///
/// # async fn example(board: callboard_service::Callboard, assignment: uuid::Uuid) -> Result<(), callboard_service::Error> {
/// let actor = board.holder(assignment).await?;
/// let note = AddCheckpoint { assignment: Some(assignment), ..AddCheckpoint::of(Ref::from("CB-7"), "two of four done") };
/// let added = board.run(actor, &note).await?;
/// println!("checkpoint {}", added.checkpoint.seq);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddCheckpoint {
    /// By key or id.
    pub item: Ref,
    /// The holder's open assignment; the actor's own where none is named.
    pub assignment: Option<Uuid>,
    /// What is done, what is next and what is in the way: 1 byte to 1 MiB.
    pub note: String,
    /// What a program wants to find again: at most 1 MiB of JSON.
    pub data: Option<Value>,
}

impl AddCheckpoint {
    /// A note on an item, by the one who holds it.
    pub fn of(item: impl Into<Ref>, note: impl Into<String>) -> Self {
        Self { item: item.into(), assignment: None, note: note.into(), data: None }
    }
}

/// The new checkpoint, and its item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddedCheckpoint {
    /// The row.
    pub checkpoint: checkpoints::Model,
    /// As it is now.
    pub item: work_items::Model,
    /// How many old checkpoints were removed.
    pub removed: u64,
}

impl Verb for AddCheckpoint {
    type Output = AddedCheckpoint;

    async fn apply(&self, tx: &Tx) -> Result<AddedCheckpoint> {
        if self.note.trim().is_empty() {
            return Err(Error::invalid("note", "", "must not be empty: it says how far the work has come"));
        }
        rules::text("note", &self.note)?;
        if let Some(data) = &self.data {
            rules::json("data", data)?;
        }
        // The item's lock makes the numbers those of one writer after the other.
        let item = item::lock(tx, &self.item).await?;
        item::not_archived(&item)?;
        let held = self.held(tx, &item).await?;
        if held.is_none() {
            refuse_without(&item, tx.session.is_some())?;
        }
        let seq = rows::newest(tx, item.id).await?.map_or(0, |newest| newest.seq) + 1;
        let checkpoint = checkpoints::Model {
            id: id::new(),
            work_item_id: item.id,
            assignment_id: held.as_ref().map(|held| held.id),
            session_id: tx.session,
            seq,
            note: self.note.clone(),
            data: self.data.clone(),
            actor_type: rows::actor_type(tx.actor.kind),
            actor_id: tx.actor.id,
            created_at: tx.now,
        };
        let row = checkpoint.clone().into_active_model().reset_all();
        checkpoints::Entity::insert(row).exec_without_returning(&tx.conn).await?;
        search::add(tx, &[search::checkpoint(&checkpoint, item.project_id)]).await?;
        let removed = prune(tx, &item, seq).await?;

        let noted: String = self.note.chars().take(NOTED).collect();
        let mut entry = Entry::new(CHECKPOINT).reason(Some(&noted)).data("seq", seq);
        if let Some(held) = &held {
            entry = entry.assignment(held.id, held.status.as_str());
        }
        let item = write::update(tx, &item, item.clone(), entry).await?;
        Ok(AddedCheckpoint { checkpoint, item, removed })
    }
}

impl AddCheckpoint {
    /// The assignment behind the checkpoint, whose lease is extended: the named one, or the actor's own open one.
    async fn held(&self, tx: &Tx, item: &work_items::Model) -> Result<Option<task_assignments::Model>> {
        let id = match self.assignment {
            Some(id) => id,
            None => match assignments::open_of(tx, item).await?.filter(|open| is_own(tx, open)) {
                Some(own) => own.id,
                None => return Ok(None),
            },
        };
        let held = assignments::hold(tx, id).await?;
        if held.item.id != item.id {
            let rule = format!("must be an assignment of {}: this one is of {}", item.key, held.item.key);
            return Err(Error::invalid("assignment", id.to_string(), rule));
        }
        if let Some(lost) = assignments::lost(&held, CHECKPOINT) {
            return Err(lost);
        }
        if !state::OPEN.contains(&held.assignment.status) {
            return Err(assignments::refused_as(&held, CHECKPOINT));
        }
        Heartbeat { assignment: id, lease_seconds: None }.apply(tx).await?;
        Ok(Some(held.assignment))
    }
}

fn is_own(tx: &Tx, open: &task_assignments::Model) -> bool {
    let own = |held: Option<Uuid>, actor: Option<Uuid>| held.is_some() && held == actor;
    own(open.agent_id, tx.actor.agent_id()) || own(open.user_id, tx.actor.user_id())
}

/// Who holds nothing writes in a session, and only while the item is not finished.
fn refuse_without(item: &work_items::Model, in_session: bool) -> Result<()> {
    if item_state::FINISHED.contains(&item.status) {
        return Err(Error::Transition {
            entity: "item",
            name: item.key.clone(),
            from: item.status.as_str().to_owned(),
            event: CHECKPOINT.to_owned(),
            allowed: item_state::possible(item.status),
        });
    }
    if in_session {
        return Ok(());
    }
    let rule =
        format!("is needed: a checkpoint is the write of the one who holds {}, or is made in a session", item.key);
    Err(Error::invalid("assignment", "", rule))
}

/// Removes what is older than the newest ones that are kept.
pub(super) async fn prune(tx: &Tx, item: &work_items::Model, newest: i64) -> Result<u64> {
    let kept = setting::checkpoints_kept(tx, Some(item.project_id)).await?;
    if newest <= kept {
        return Ok(0);
    }
    let old = checkpoints::Column::WorkItemId.eq(item.id).and(checkpoints::Column::Seq.lte(newest - kept));
    let of = checkpoints::Entity::find().select_only().column(checkpoints::Column::Id).filter(old.clone());
    let ids: Vec<Uuid> = of.into_tuple().all(&tx.conn).await?;
    search::remove(tx, &ids).await?;
    Ok(checkpoints::Entity::delete_many().filter(old).exec(&tx.conn).await?.rows_affected)
}
