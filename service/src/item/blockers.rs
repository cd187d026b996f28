//! Shows why an item cannot go on: the whole chain down to what can be worked on now.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use callboard_entity::{
    TaskPrerequisiteStatus, TaskPrerequisiteType, WorkItemStatus as Status, WorkItemType, task_prerequisites as edges,
    work_items,
};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::brief::ItemBrief;
use super::state::FINISHED;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::prerequisite::{self, edge};

/// What keeps an item from being worked on, and what keeps that, down to what can be done now.
///
/// At most 1,000 items: where there are more, the answer says so. Every item stands once, below the first that waits for it,
/// so that a cycle, which only a change past Callboard can make, ends where it began. Four statements per 10,000 edges.
///
/// # Errors
/// `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ItemBlockers {
    /// By key or id.
    pub item: Ref,
}

/// The most items of one answer.
const MOST: usize = 1000;

/// An item and what it waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blockers {
    /// The item that was asked for, in a few words.
    pub item: ItemBrief,
    /// Why it cannot be worked on, beside what it waits for; none where only that keeps it.
    pub state: Option<String>,
    /// What it waits for, in the order in which a tree is written: each is followed by what it waits for itself.
    pub blockers: Vec<Blocker>,
    /// The keys of the items that somebody can work on now, or works on.
    pub start_with: Vec<String>,
    /// Whether there are more items than were looked at.
    pub more: bool,
}

/// One thing that is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// 1 for what the item itself waits for, 2 for what that waits for, ...
    pub depth: u64,
    /// The key of the item that waits for it.
    pub waits: String,
    /// What it is called: a key, a path, or what it says.
    pub name: String,
    /// How it is waited for.
    pub r#type: TaskPrerequisiteType,
    /// What must be true.
    pub description: String,
    /// Pending or failed.
    pub status: TaskPrerequisiteStatus,
    /// The item that is waited for, where it is one.
    pub item: Option<ItemBrief>,
    /// What there is to do about it.
    pub kind: BlockerKind,
    /// In words.
    pub state: String,
}

/// What there is to do about something that is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockerKind {
    /// It can be claimed now.
    Ready,
    /// Somebody works on it, or it is in review.
    UnderWay,
    /// It waits: for others, which follow, or for a time.
    Waits,
    /// It stands above already: it is told of there.
    Above,
    /// Nobody will do it unless somebody acts: it is blocked, dead, in the backlog, cancelled or archived; or it is done
    /// without meeting the gate.
    Stuck,
    /// Somebody must confirm it, or make the file.
    Confirm,
}

impl BlockerKind {
    /// The word that is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::UnderWay => "under way",
            Self::Waits => "waits",
            Self::Above => "see above",
            Self::Stuck => "stuck",
            Self::Confirm => "to confirm",
        }
    }
}

impl Query for ItemBlockers {
    type Output = Blockers;

    async fn fetch(&self, tx: &Tx) -> Result<Blockers> {
        let item = super::find(tx, &self.item).await?;
        let mut ids = reachable(tx, item.id).await?;
        let more = ids.len() > MOST;
        ids.truncate(MOST);
        ids.push(item.id);
        let items: HashMap<Uuid, work_items::Model> = work_items::Entity::find()
            .filter(work_items::Column::Id.is_in(ids.iter().copied()))
            .all(&tx.conn)
            .await?
            .into_iter()
            .map(|item| (item.id, item))
            .collect();
        let mut open: BTreeMap<Uuid, Vec<edge::Row>> = BTreeMap::new();
        let rows = edges::Entity::find().filter(edges::Column::WorkItemId.is_in(ids)).filter(edge::open());
        for row in rows.order_by_asc(edges::Column::Id).all(&tx.conn).await? {
            let waits = items.get(&row.work_item_id);
            let counts = |item: &work_items::Model| {
                !FINISHED.contains(&item.status) && edge::counts(&row, item.prerequisite_satisfaction_required)
            };
            if waits.is_some_and(counts) {
                open.entry(row.work_item_id).or_default().push(row);
            }
        }
        let chain = Chain { items: &items, open: &open, now: tx.dialect.read_lease_now(&tx.conn, tx.now).await? };
        let blockers = chain.below(&item);
        let mut start_with: Vec<String> = Vec::new();
        for blocker in &blockers {
            let can = matches!(blocker.kind, BlockerKind::Ready | BlockerKind::UnderWay);
            let key = blocker.item.as_ref().filter(|_| can).map(|item| item.key.clone());
            start_with.extend(key.filter(|key| !start_with.contains(key)));
        }
        let state = match chain.state(&item) {
            _ if FINISHED.contains(&item.status) => Some(format!("{}: nothing is to be done", item.status)),
            (BlockerKind::Waits, _) if !blockers.is_empty() => None,
            (_, words) => Some(words),
        };
        Ok(Blockers { item: ItemBrief::from(item), state, blockers, start_with, more })
    }
}

/// The items below one, the nearest first: one more than is shown, to see whether there are more. A set, so a cycle ends.
async fn reachable(tx: &Tx, item: Uuid) -> Result<Vec<Uuid>> {
    let step = "JOIN work_items w ON w.id = p.work_item_id WHERE p.prerequisite_id IS NOT NULL AND p.is_mandatory \
        AND p.status IN ('pending', 'failed') AND w.status NOT IN ('done', 'cancelled') \
        AND (p.prerequisite_type = 'completion_dependency' OR w.prerequisite_satisfaction_required)";
    let sql = format!(
        "WITH RECURSIVE below(id) AS (SELECT p.prerequisite_id FROM task_prerequisites p {step} AND p.work_item_id = $1 \
         UNION SELECT p.prerequisite_id FROM below JOIN task_prerequisites p ON p.work_item_id = below.id {step}) \
         SELECT id FROM below LIMIT {}",
        MOST + 1
    );
    let rows = tx.conn.query_all_raw(tx.dialect.statement(&sql, [item.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

struct Chain<'a> {
    items: &'a HashMap<Uuid, work_items::Model>,
    open: &'a BTreeMap<Uuid, Vec<edge::Row>>,
    now: Timestamp,
}

impl Chain<'_> {
    /// Depth first without recursion: a chain may be as long as the answer.
    fn below(&self, item: &work_items::Model) -> Vec<Blocker> {
        let own = |id: Uuid, depth: u64| {
            let rows = self.open.get(&id).into_iter().flatten();
            rows.map(move |row| (row, depth)).collect::<VecDeque<_>>()
        };
        let (mut found, mut seen, mut next) = (Vec::new(), HashSet::from([item.id]), own(item.id, 1));
        while let Some((row, depth)) = next.pop_front() {
            let other = row.prerequisite_id.and_then(|id| self.items.get(&id));
            let (kind, state) = match other {
                Some(other) if !seen.insert(other.id) => (BlockerKind::Above, "it stands above".to_owned()),
                Some(other) => {
                    let mut below = own(other.id, depth + 1);
                    below.append(&mut next);
                    next = below;
                    self.state(other)
                }
                None if row.prerequisite_id.is_some() => (BlockerKind::Waits, "not looked at any more".to_owned()),
                None => (BlockerKind::Confirm, confirm(row)),
            };
            found.push(Blocker {
                depth,
                waits: self.items.get(&row.work_item_id).map(|item| item.key.clone()).unwrap_or_default(),
                name: prerequisite::name(row, other.map(|other| other.key.as_str())),
                r#type: row.prerequisite_type,
                description: row.description.clone(),
                status: row.status,
                item: other.cloned().map(ItemBrief::from),
                kind,
                state,
            });
        }
        found
    }

    /// What there is to do about an item.
    fn state(&self, item: &work_items::Model) -> (BlockerKind, String) {
        use BlockerKind as K;
        if item.archived_at.is_some() {
            return (K::Stuck, "archived: unarchive it, or waive it".to_owned());
        }
        if item.dead_at.is_some() {
            let why = item.blocked_reason.as_deref().unwrap_or("it used up its attempts");
            return (K::Stuck, format!("a dead letter ({why}): retry it"));
        }
        match item.status {
            Status::Done => (K::Stuck, "done, but not at the level of the gate".to_owned()),
            Status::Cancelled => (K::Stuck, "cancelled: reopen it, or waive it".to_owned()),
            Status::Backlog => (K::Stuck, "in the backlog: move it to todo".to_owned()),
            Status::Blocked => {
                (K::Stuck, format!("blocked: {}", item.blocked_reason.as_deref().unwrap_or("no reason is given")))
            }
            Status::InProgress => (K::UnderWay, "in progress".to_owned()),
            Status::Review => (K::UnderWay, "in review: accept or reject it".to_owned()),
            Status::Todo if self.open.contains_key(&item.id) => (K::Waits, "waits for others".to_owned()),
            Status::Todo if item.r#type == WorkItemType::Epic => (K::Ready, "an epic: start it by hand".to_owned()),
            Status::Todo => match item.available_at.filter(|at| *at > self.now) {
                Some(at) => (K::Waits, format!("not handed out before {}", at.format("%Y-%m-%d %H:%M:%S UTC"))),
                None if item.assignee_id.is_some() => {
                    (K::Ready, "set aside, or assigned: its assignee starts it".to_owned())
                }
                None => (K::Ready, "ready: claim it".to_owned()),
            },
        }
    }
}

fn confirm(row: &edge::Row) -> String {
    match row.prerequisite_type {
        TaskPrerequisiteType::FileDependency if row.is_auto_resolvable => {
            "a file: make it, then `callboard prerequisite check`".to_owned()
        }
        _ => "confirm it: `callboard prerequisite satisfy`".to_owned(),
    }
}
