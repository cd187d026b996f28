//! The parts of a look at prerequisites: what is asked of a file or a gate, and the write of what was found.

use callboard_entity::{TaskPrerequisiteStatus as Status, TaskPrerequisiteType as Type, board_projects, work_items};
use sea_orm::EntityTrait;
use uuid::Uuid;

use super::criteria::{Criteria, SeenFile};
use super::edge::Row;
use super::named;
use super::set::{self, Change};
use super::state::PrerequisiteEvent;
use crate::db::{Query, Tx, Verb};
use crate::error::{Error, Result};
use crate::file::{Glance, Root, look_at_one};
use crate::gate;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::project;

/// What a look says before anything is written.
pub(super) enum Verdict {
    Met,
    Waits(String),
    /// A file of another content, which was read for the first time since it changed.
    Other(SeenFile, String),
}

/// Looks at a file that is waited for: without a hash only whether it is there; with one it is read, unless it is the one
/// that was read before.
pub(super) async fn look_at_file(root: &Root, criteria: &Criteria) -> Result<Verdict> {
    let path = criteria.path.clone().unwrap_or_default();
    let (size_bytes, changed) = match root.glance(&path) {
        Glance::Absent => return Ok(Verdict::Waits(format!("{path} is not there"))),
        Glance::Other(what) => return Ok(Verdict::Waits(format!("{path} is {what}"))),
        Glance::File { size_bytes, changed } => (size_bytes, changed),
    };
    let Some(wanted) = &criteria.content_hash else { return Ok(Verdict::Met) };
    let why = || format!("{path} has another content than {wanted:.12}");
    let before = criteria.seen.as_ref();
    if before.is_some_and(|seen| (seen.size_bytes, &seen.changed) == (size_bytes, &changed)) {
        return Ok(Verdict::Waits(why()));
    }
    match look_at_one(root, &path).await? {
        // The times are those from before it was read: a change meanwhile is seen the next time.
        Some(found) if found == *wanted => Ok(Verdict::Met),
        Some(content_hash) => Ok(Verdict::Other(SeenFile { size_bytes, changed, content_hash }, why())),
        None => Ok(Verdict::Waits(format!("{path} can't be read, or is being changed"))),
    }
}

/// What keeps the gate of a prerequisite from being reached; nothing where it is.
pub(super) struct GateMet<'a>(pub &'a Row);

impl Query for GateMet<'_> {
    type Output = Vec<String>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<String>> {
        let Some(id) = self.0.prerequisite_id else { return Ok(vec!["it names no item".to_owned()]) };
        match work_items::Entity::find_by_id(id).one(&tx.conn).await? {
            Some(other) => missing(tx, self.0, &other).await,
            None => Ok(vec!["its item is gone".to_owned()]),
        }
    }
}

async fn missing(tx: &Tx, edge: &Row, other: &work_items::Model) -> Result<Vec<String>> {
    if other.archived_at.is_some() {
        return Ok(vec![format!("{} is archived", other.key)]);
    }
    let Some(level) = Criteria::of(edge)?.level else { return Ok(vec!["it has no level".to_owned()]) };
    gate::meets(tx, other, level).await
}

/// A project by its id.
pub(super) struct ProjectOf(pub Uuid);

impl Query for ProjectOf {
    type Output = board_projects::Model;

    async fn fetch(&self, tx: &Tx) -> Result<board_projects::Model> {
        project::find(tx, &Ref::Id(self.0)).await
    }
}

/// The key of an item, where there is one.
pub(super) struct KeyOf(pub Option<Uuid>);

impl Query for KeyOf {
    type Output = Option<String>;

    async fn fetch(&self, tx: &Tx) -> Result<Option<String>> {
        let Some(id) = self.0 else { return Ok(None) };
        Ok(work_items::Entity::find_by_id(id).one(&tx.conn).await?.map(|item| item.key))
    }
}

/// Writes what a look found, where the prerequisite is still what was looked at.
pub(super) struct Resolve<'a> {
    pub item: &'a work_items::Model,
    pub edge: &'a Row,
    pub verdict: &'a Verdict,
}

impl Verb for Resolve<'_> {
    /// Whether anything was written.
    type Output = bool;

    async fn apply(&self, tx: &Tx) -> Result<bool> {
        let Some(locked) = named::lock_row(tx, self.item, self.edge).await? else { return Ok(false) };
        let criteria = Criteria::of(&locked.edge)?;
        let same = criteria.asked() == Criteria::of(self.edge)?.asked();
        if locked.edge.status != Status::Pending || !same || locked.item.archived_at.is_some() {
            return Ok(false);
        }
        match self.verdict {
            Verdict::Waits(_) => Ok(false),
            Verdict::Other(seen, _) => {
                let criteria = Criteria { seen: Some(seen.clone()), ..criteria };
                set::keep_seen(tx, &locked, &criteria).await?;
                Ok(true)
            }
            Verdict::Met => {
                if locked.edge.prerequisite_type == Type::QualityGate {
                    // Under the lock of both items: the other one may have been reopened since.
                    let other = locked.other.as_ref().ok_or_else(|| Error::not_found("item", &*locked.name()))?;
                    if !missing(tx, &locked.edge, other).await?.is_empty() {
                        return Ok(false);
                    }
                }
                let criteria = Criteria { seen: None, ..criteria };
                let change = Change { event: PrerequisiteEvent::Satisfy, criteria, reason: None };
                set::set(tx, locked, Entry::new("prerequisite_satisfied"), change).await?;
                Ok(true)
            }
        }
    }
}
