//! The board at a glance: how much there is, who holds what, and what needs somebody.

use std::collections::HashMap;

use callboard_entity::{
    TaskAssignmentStatus, WorkItemAssigneeType, task_assignments as assignments, task_prerequisites as edges,
    work_items,
};
use sea_orm::sea_query::{Expr, IntoCondition, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait, Select,
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

/// How far a look counts that is not exact.
pub const COUNTED_TO: u64 = 1000;

/// Looks at the whole board, or at one project: at most twenty statements, whatever there is.
///
/// Numbers stop at 1,000, so that a look at a million items takes no longer than one at ten thousand: see
/// [`BoardOverview::counted_to`]. An `exact` look counts everything.
///
/// # Errors
/// `NotFound` for the project; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Board {
    /// Every project where none is named.
    pub project: Option<Ref>,
    /// How many rows each list shows: 1 to 500, 50 where none is named.
    pub limit: Option<u64>,
    /// Count all there is, which takes longer the more there is.
    #[serde(default)]
    pub exact: bool,
}

/// The board at a glance. Archived items count nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardOverview {
    /// The slug of the project that was named.
    pub project: Option<String>,
    /// Where each number stops: one that has reached it means that many, or more. Of the items it holds for each status; how
    /// they are delegated is then told of those that were counted. What is stuck is looked for behind so many dead and so
    /// many cancelled items, and an exact look finds it behind archived ones too, which only an import can leave. None where
    /// all was counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_to: Option<u64>,
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
    /// How many there are in all, as far as they were counted.
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
        let most = (!self.exact).then_some(COUNTED_TO);
        let look = Look { tx, project: id, lease_now, limit, most };
        Ok(BoardOverview {
            items: match most {
                Some(most) => item::count_some(tx, id, most).await?,
                None => item::count(tx, scoped(all, id)).await?,
            },
            ready: look.count([ready::ready().into_condition(), filter::due(lease_now).add(not_set_aside())]).await?,
            set_aside: look
                .count([ready::preassigned().into_condition(), filter::due(lease_now).add(set_aside())])
                .await?,
            held: look.held_items().await?,
            dead: look.dead().await?,
            stuck: look.stuck().await?,
            counted_to: most,
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

fn not_set_aside() -> SimpleExpr {
    work_items::Column::AssigneeId.is_null()
}

fn set_aside() -> SimpleExpr {
    work_items::Column::AssigneeType.eq(WorkItemAssigneeType::Agent)
}

/// What every part of a look has to know.
struct Look<'a> {
    tx: &'a Tx,
    project: Option<Uuid>,
    lease_now: Timestamp,
    /// Rows of each list.
    limit: u64,
    /// Where the numbers stop.
    most: Option<u64>,
}

impl Look<'_> {
    /// How many items are in two disjoint parts of the queue, each of which has an index of its own.
    async fn count(&self, parts: [Condition; 2]) -> Result<u64> {
        let mut found = 0;
        for part in parts {
            let items = scoped(work_items::Entity::find().filter(part), self.project);
            found += item::at_most(self.tx, items, self.most).await?;
        }
        Ok(self.most.map_or(found, |most| found.min(most)))
    }

    /// The same filters as `item list` has, so that the numbers agree.
    async fn matching(&self, list: ListItems) -> Result<Select<work_items::Entity>> {
        let list = ListItems { project: self.project.map(Ref::Id), ..list };
        filter::apply(self.tx, work_items::Entity::find(), &list).await
    }

    async fn held_items(&self) -> Result<Section<HeldItem>> {
        let Self { tx, project, lease_now, limit, most } = *self;
        let open = held::of(project);
        let total = item::at_most(tx, open.clone(), most).await?;
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

    async fn dead(&self) -> Result<Section<DeadItem>> {
        let Self { tx, limit, most, .. } = *self;
        let query = self.matching(ListItems { dead: true, ..ListItems::default() }).await?;
        let total = item::at_most(tx, query.clone(), most).await?;
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

    /// Some of the items that nothing will complete unless somebody acts: dead and cancelled ones.
    async fn lost(&self, most: u64) -> Result<Vec<Uuid>> {
        let dead = self.matching(ListItems { dead: true, ..ListItems::default() }).await?;
        // In the words of `ix_work_items_lost`, which no planner would use for a bound status.
        let cancelled = Expr::cust("work_items.status = 'cancelled'");
        let mut lost = Vec::new();
        for items in [dead, self.matching(ListItems::default()).await?.filter(cancelled)] {
            let ids = items.select_only().column(work_items::Column::Id).limit(most);
            lost.extend(ids.into_tuple::<Uuid>().all(&self.tx.conn).await?);
        }
        Ok(lost)
    }

    async fn stuck(&self) -> Result<Section<StuckItem>> {
        let Self { tx, limit, most, .. } = *self;
        let query = match most {
            None => self.matching(ListItems { stuck: true, ..ListItems::default() }).await?,
            Some(most) => {
                let behind = filter::stuck_by(self.lost(most).await?);
                let unfinished = self.matching(ListItems::default()).await?.filter(filter::unfinished());
                unfinished.filter(work_items::Column::Id.in_subquery(behind))
            }
        };
        let total = item::at_most(tx, query.clone(), most).await?;
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
}

fn holder(assignment: &assignments::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    let agent = assignment.agent_id.map(|id| (WorkItemAssigneeType::Agent, id));
    agent.or(assignment.user_id.map(|id| (WorkItemAssigneeType::User, id)))
}
