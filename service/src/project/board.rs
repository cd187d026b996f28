//! The board at a glance: how much there is, who holds what, and what needs somebody.

use std::collections::HashMap;

use callboard_entity::{
    TaskAssignmentStatus, WorkItemAssigneeType, task_assignments as assignments, task_prerequisites as edges,
    work_items,
};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
    Select,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{find, held};
use crate::clock::Timestamp;
use crate::db::dialect::ready;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::{self, Counts, ItemBrief, ListItems, filter};
use crate::names::names;
use crate::page;

/// Looks at the whole board, or at one project: at most twenty statements, whatever there is.
///
/// # Errors
/// `NotFound` for the project; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Board {
    /// Every project where none is named.
    pub project: Option<Ref>,
    /// How many rows each list shows: 1 to 500, 50 where none is named. The totals count all.
    pub limit: Option<u64>,
}

/// The board at a glance. Archived items count nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardOverview {
    /// The slug of the project that was named.
    pub project: Option<String>,
    /// Every item that is not archived, by status.
    pub items: Counts,
    /// What agents with the capabilities could claim now.
    pub ready: u64,
    /// What is ready, and set aside for a named agent.
    pub set_aside: u64,
    /// Who holds what, the longest held first.
    pub held: Section<HeldItem>,
    /// Dead letters: what used up its attempts, the newest first.
    pub dead: Section<DeadItem>,
    /// Unfinished items that wait for a cancelled, archived or dead one, the most urgent first.
    pub stuck: Section<StuckItem>,
}

/// Some rows, and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section<T> {
    /// How many there are in all.
    pub total: u64,
    /// The first of them, at most as many as the limit.
    pub rows: Vec<T>,
}

/// An item and who holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldItem {
    /// The item.
    #[serde(flatten)]
    pub item: ItemBrief,
    /// The open assignment's id.
    pub assignment: Uuid,
    /// Assigned, started or paused.
    pub assignment_status: TaskAssignmentStatus,
    /// How often the item was started, this time included once it is.
    pub attempt: i64,
    /// `agent:SLUG` or `user:NAME`.
    pub holder: String,
    /// When it was assigned.
    pub since: Timestamp,
    /// When the board may take it back; people have no such time.
    pub until: Option<Timestamp>,
    /// The time is past: the next claim, or `expire`, takes it back.
    pub overdue: bool,
}

/// An item that used up its attempts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadItem {
    /// The item.
    #[serde(flatten)]
    pub item: ItemBrief,
    /// Since when; none only for a row that was changed by hand.
    pub dead_at: Option<Timestamp>,
    /// Why its last attempt failed.
    pub reason: Option<String>,
}

/// An item that nothing will free unless somebody acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StuckItem {
    /// The item.
    #[serde(flatten)]
    pub item: ItemBrief,
    /// The keys of the cancelled, archived or dead items that it waits for.
    pub waits_for: Vec<String>,
}

impl Query for Board {
    type Output = BoardOverview;

    async fn fetch(&self, tx: &Tx) -> Result<BoardOverview> {
        let limit = page::limit(self.limit)?;
        let project = match &self.project {
            Some(name) => Some(find(tx, name).await?),
            None => None,
        };
        let id = project.as_ref().map(|project| project.id);
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let all = work_items::Entity::find().filter(work_items::Column::ArchivedAt.is_null());
        let list = |list: ListItems| ListItems { project: id.map(Ref::Id), ..list };
        Ok(BoardOverview {
            items: item::count(tx, scoped(all, id)).await?,
            ready: matching(tx, &list(ListItems { ready: true, ..ListItems::default() }))
                .await?
                .count(&tx.conn)
                .await?,
            set_aside: scoped(set_aside(lease_now), id).count(&tx.conn).await?,
            held: held_items(tx, id, lease_now, limit).await?,
            dead: dead(tx, &list(ListItems { dead: true, ..ListItems::default() }), limit).await?,
            stuck: stuck(tx, &list(ListItems { stuck: true, ..ListItems::default() }), limit).await?,
            project: project.map(|project| project.slug),
        })
    }
}

fn scoped(items: Select<work_items::Entity>, project: Option<Uuid>) -> Select<work_items::Entity> {
    match project {
        Some(id) => items.filter(work_items::Column::ProjectId.eq(id)),
        None => items,
    }
}

/// The same filters as `item list` has, so that the numbers agree.
async fn matching(tx: &Tx, list: &ListItems) -> Result<Select<work_items::Entity>> {
    filter::apply(tx, work_items::Entity::find(), list).await
}

fn set_aside(lease_now: Timestamp) -> Select<work_items::Entity> {
    let due = filter::due(lease_now).add(work_items::Column::AssigneeType.eq(WorkItemAssigneeType::Agent));
    work_items::Entity::find().filter(Condition::any().add(ready::preassigned()).add(due))
}

async fn held_items(tx: &Tx, project: Option<Uuid>, lease_now: Timestamp, limit: u64) -> Result<Section<HeldItem>> {
    let open = held::of(project);
    let total = open.clone().count(&tx.conn).await?;
    let open = open.order_by_asc(assignments::Column::Id).limit(limit).all(&tx.conn).await?;
    let items = work_items::Entity::find()
        .filter(work_items::Column::Id.is_in(open.iter().map(|a| a.work_item_id)))
        .into_partial_model::<ItemBrief>()
        .all(&tx.conn)
        .await?;
    let items: HashMap<Uuid, ItemBrief> = items.into_iter().map(|item| (item.id, item)).collect();
    let names = names(tx, open.iter().filter_map(holder)).await?;
    let rows = open.into_iter().filter_map(|assignment| {
        let (_, holder) = holder(&assignment)?;
        Some(HeldItem {
            item: items.get(&assignment.work_item_id)?.clone(),
            assignment: assignment.id,
            assignment_status: assignment.status,
            attempt: assignment.attempt,
            holder: names.get(&holder)?.clone(),
            since: assignment.started_at.unwrap_or(assignment.assigned_at),
            until: assignment.lease_expires_at,
            overdue: assignment.lease_expires_at.is_some_and(|until| until <= lease_now),
        })
    });
    Ok(Section { total, rows: rows.collect() })
}

fn holder(assignment: &assignments::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    let agent = assignment.agent_id.map(|id| (WorkItemAssigneeType::Agent, id));
    agent.or(assignment.user_id.map(|id| (WorkItemAssigneeType::User, id)))
}

async fn dead(tx: &Tx, list: &ListItems, limit: u64) -> Result<Section<DeadItem>> {
    let query = matching(tx, list).await?;
    let total = query.clone().count(&tx.conn).await?;
    let rows = query
        .order_by_desc(work_items::Column::DeadAt)
        .order_by_desc(work_items::Column::Id)
        .limit(limit)
        .all(&tx.conn)
        .await?;
    let rows = rows.into_iter().map(|mut item| {
        let (dead_at, reason) = (item.dead_at, item.blocked_reason.take());
        DeadItem { item: item.into(), dead_at, reason }
    });
    Ok(Section { total, rows: rows.collect() })
}

async fn stuck(tx: &Tx, list: &ListItems, limit: u64) -> Result<Section<StuckItem>> {
    let query = matching(tx, list).await?;
    let total = query.clone().count(&tx.conn).await?;
    let rows = query
        .order_by_asc(work_items::Column::Priority)
        .order_by_asc(work_items::Column::Id)
        .limit(limit)
        .into_partial_model::<ItemBrief>()
        .all(&tx.conn)
        .await?;
    let lost: Vec<(Uuid, String)> = edges::Entity::find()
        .select_only()
        .column(edges::Column::WorkItemId)
        .column(work_items::Column::Key)
        .join(JoinType::InnerJoin, edges::Relation::Prerequisite.def())
        .filter(edges::Column::WorkItemId.is_in(rows.iter().map(|item| item.id)))
        .filter(filter::waits())
        .filter(filter::lost(work_items::Entity))
        .order_by_asc(work_items::Column::Id)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut waits_for: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (item, key) in lost {
        waits_for.entry(item).or_default().push(key);
    }
    let rows =
        rows.into_iter().map(|item| StuckItem { waits_for: waits_for.remove(&item.id).unwrap_or_default(), item });
    Ok(Section { total, rows: rows.collect() })
}
