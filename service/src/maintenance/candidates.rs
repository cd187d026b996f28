//! Which items have lain long enough to be archived, and what keeps one on the board all the same.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use callboard_entity::{
    WorkItemArchiveReason as Reason, WorkItemStatus as Status, WorkflowStepStatus, task_assignments as assignments,
    task_prerequisites as edges, work_items, work_sessions as sessions, workflow_steps as steps,
};
use chrono::TimeDelta;
use sea_orm::sea_query::{Alias, Expr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, RelationTrait,
};
use uuid::Uuid;

use crate::assignment::state::OPEN;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::item::filter;
use crate::item::state::FINISHED;
use crate::session::state::OPEN as OPEN_SESSIONS;
use crate::setting::{self, Days};

/// How many rows are read at once.
const PAGE: u64 = 2000;

/// An item that has lain for longer than its reason allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub id: Uuid,
    pub key: String,
    pub parent: Option<Uuid>,
    pub reason: Reason,
    /// Whole days without activity.
    pub idle: i64,
    pub allowed: i64,
    /// Whether the maintenance may change the item.
    pub auto: bool,
    /// Why it stays, where it does.
    pub stays: Option<String>,
}

#[derive(Debug, FromQueryResult)]
struct Row {
    id: Uuid,
    key: String,
    project: Uuid,
    parent: Option<Uuid>,
    status: Status,
    dead: Option<Timestamp>,
    attempts: i64,
    active: Option<Timestamp>,
    updated: Timestamp,
    auto: bool,
    parent_status: Option<Status>,
    parent_hidden: Option<Timestamp>,
}

/// The days of projects, each read once.
#[derive(Debug, Default)]
pub(super) struct Allowed(HashMap<Uuid, Days>);

impl Allowed {
    async fn of(&mut self, tx: &Tx, project: Uuid) -> Result<&Days> {
        Ok(match self.0.entry(project) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(setting::cleanup_after(tx, Some(project)).await?),
        })
    }
}

/// All candidates among items that meet a condition, of the project or of several, and how many items were looked at.
/// Only what has lain for long is read.
pub(super) async fn find(tx: &Tx, items: &Condition, project: Option<Uuid>) -> Result<(Vec<Candidate>, u64)> {
    let looked = work_items::Entity::find().filter(items.clone()).count(&tx.conn).await?;
    let least = match project {
        Some(_) => setting::cleanup_after(tx, project).await?.least(),
        // Whatever their projects say, it is a day at least.
        None => 1,
    };
    let before = tx.now - TimeDelta::days(least);
    let (mut found, mut last) = (Vec::new(), None);
    let mut allowed = Allowed::default();
    loop {
        let rows = rows(tx, items, before, last).await?;
        let Some(end) = rows.last() else { break };
        last = Some(end.id);
        let mut page = Vec::new();
        for row in rows {
            page.extend(judge(&row, allowed.of(tx, row.project).await?, tx.now));
        }
        keep_back(tx, &mut page).await?;
        found.extend(page);
    }
    keep_parents(tx, &mut found).await?;
    Ok((found, looked))
}

/// Whether an item is a candidate now, with what keeps it back.
pub(super) async fn of_item(tx: &Tx, item: Uuid) -> Result<Option<Candidate>> {
    let (mut found, _) = find(tx, &Condition::all().add(work_items::Column::Id.eq(item)), None).await?;
    Ok(found.pop())
}

async fn rows(tx: &Tx, items: &Condition, before: Timestamp, after: Option<Uuid>) -> Result<Vec<Row>> {
    use work_items::Column as C;
    let parent = Alias::new("above");
    let mut query = work_items::Entity::find()
        .select_only()
        .column_as(C::Id, "id")
        .column_as(C::Key, "key")
        .column_as(C::ProjectId, "project")
        .column_as(C::ParentId, "parent")
        .column_as(C::Status, "status")
        .column_as(C::DeadAt, "dead")
        .column_as(C::AttemptCount, "attempts")
        .column_as(C::LastActivityAt, "active")
        .column_as(C::UpdatedAt, "updated")
        .column_as(C::AutoMaintenanceEnabled, "auto")
        .expr_as(Expr::col((parent.clone(), C::Status)), "parent_status")
        .expr_as(Expr::col((parent.clone(), C::ArchivedAt)), "parent_hidden")
        .join_as(JoinType::LeftJoin, work_items::Relation::Parent.def(), parent)
        .filter(items.clone())
        // As it is judged below: where nothing is known of activity, the last write counts.
        .filter(
            Condition::any()
                .add(C::LastActivityAt.lt(before))
                .add(Condition::all().add(C::LastActivityAt.is_null()).add(C::UpdatedAt.lt(before))),
        );
    if let Some(after) = after {
        query = query.filter(C::Id.gt(after));
    }
    Ok(query.order_by_asc(C::Id).limit(PAGE).into_model::<Row>().all(&tx.conn).await?)
}

/// Why an item goes, by its row and its parent's alone: finished, dead, below a parent that is done with, or given up.
fn judge(row: &Row, allowed: &Days, now: Timestamp) -> Option<Candidate> {
    let finished = FINISHED.contains(&row.status);
    let orphaned = row.parent_status == Some(Status::Cancelled) || row.parent_hidden.is_some();
    let reason = match () {
        () if finished => Reason::Completed,
        () if row.dead.is_some() => Reason::Failed,
        () if orphaned => Reason::Orphaned,
        // What nobody ever began only waits.
        () if row.attempts > 0 => Reason::Stale,
        () => return None,
    };
    let (idle, days) = ((now - row.active.unwrap_or(row.updated)), allowed.of(reason));
    (idle > TimeDelta::days(days)).then(|| Candidate {
        id: row.id,
        key: row.key.clone(),
        parent: row.parent,
        reason,
        idle: idle.num_days(),
        allowed: days,
        auto: row.auto,
        stays: None,
    })
}

/// Says of each candidate what keeps it: four statements for a page.
async fn keep_back(tx: &Tx, page: &mut [Candidate]) -> Result<()> {
    if page.is_empty() {
        return Ok(());
    }
    let ids = || page.iter().map(|c| c.id);
    let held: Vec<Uuid> = assignments::Entity::find()
        .select_only()
        .column(assignments::Column::WorkItemId)
        .filter(assignments::Column::WorkItemId.is_in(ids()))
        .filter(assignments::Column::Status.is_in(OPEN.iter().copied()))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let awaited: Vec<Option<Uuid>> = steps::Entity::find()
        .select_only()
        .column(steps::Column::WorkItemId)
        .filter(steps::Column::WorkItemId.is_in(ids()))
        .filter(steps::Column::Status.eq(WorkflowStepStatus::Waiting))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let worked: Vec<Option<Uuid>> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::ActiveWorkItemId)
        .filter(sessions::Column::ActiveWorkItemId.is_in(ids()))
        .filter(sessions::Column::Status.is_in(OPEN_SESSIONS.iter().copied()))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let waited: Vec<Option<Uuid>> = edges::Entity::find()
        .select_only()
        .column(edges::Column::PrerequisiteId)
        .join(JoinType::InnerJoin, edges::Relation::WorkItem.def())
        .filter(edges::Column::PrerequisiteId.is_in(ids()))
        .filter(filter::waits())
        .filter(work_items::Column::Status.is_not_in(FINISHED.iter().copied()))
        .filter(work_items::Column::ArchivedAt.is_null())
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let set = |ids: Vec<Option<Uuid>>| ids.into_iter().flatten().collect::<HashSet<Uuid>>();
    let (held, awaited, worked, waited) =
        (held.into_iter().collect::<HashSet<_>>(), set(awaited), set(worked), set(waited));
    for candidate in page {
        let why = match () {
            () if held.contains(&candidate.id) => "somebody holds it",
            () if awaited.contains(&candidate.id) => "a step of a workflow waits for it",
            () if worked.contains(&candidate.id) => "it is worked on in an open session",
            () if waited.contains(&candidate.id) => "unfinished items wait for it",
            () => continue,
        };
        candidate.stays = Some(why.to_owned());
    }
    Ok(())
}

/// An item stays as long as an item below it does.
async fn keep_parents(tx: &Tx, found: &mut [Candidate]) -> Result<()> {
    let places: HashMap<Uuid, usize> = found.iter().enumerate().map(|(place, c)| (c.id, place)).collect();
    // Children that stay; those of candidates that stay are added as these are found.
    let mut staying: Vec<Uuid> = Vec::new();
    let ids: Vec<Uuid> = found.iter().map(|c| c.id).collect();
    for chunk in ids.chunks(10_000) {
        let children: Vec<(Uuid, Option<Uuid>)> = work_items::Entity::find()
            .select_only()
            .columns([work_items::Column::Id, work_items::Column::ParentId])
            .filter(work_items::Column::ParentId.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        staying.extend(children.into_iter().filter(|(id, _)| !places.contains_key(id)).filter_map(|(_, above)| above));
    }
    let goes = |c: &Candidate| c.stays.is_none() && c.auto;
    staying.extend(found.iter().filter(|c| !goes(c)).filter_map(|c| c.parent));
    while let Some(above) = staying.pop() {
        let Some(candidate) = places.get(&above).map(|place| &mut found[*place]) else { continue };
        if goes(candidate) {
            candidate.stays = Some("an item below it stays".to_owned());
            staying.extend(candidate.parent);
        }
    }
    Ok(())
}

/// How far below the topmost candidate each one is, so that what is below goes first.
pub(super) fn depths(found: &[Candidate]) -> HashMap<Uuid, u32> {
    let parents: HashMap<Uuid, Option<Uuid>> = found.iter().map(|c| (c.id, c.parent)).collect();
    let mut depths: HashMap<Uuid, u32> = HashMap::new();
    for candidate in found {
        // Up to the first one whose depth is known; a circle of parents that was made by hand ends at its length.
        let (mut way, mut at) = (Vec::new(), candidate.id);
        let base = loop {
            if let Some(depth) = depths.get(&at) {
                break *depth + 1;
            }
            way.push(at);
            match parents.get(&at).copied().flatten().filter(|above| parents.contains_key(above)) {
                Some(above) if way.len() <= found.len() => at = above,
                _ => break 0,
            }
        };
        for (steps, id) in way.into_iter().rev().enumerate() {
            depths.insert(id, base + u32::try_from(steps).unwrap_or(u32::MAX / 2));
        }
    }
    depths
}

#[cfg(test)]
mod tests {
    use callboard_entity::WorkItemArchiveReason as Reason;
    use uuid::Uuid;

    use super::{Candidate, depths};

    #[test]
    fn what_is_below_is_deeper() {
        let ids: Vec<Uuid> = (0..4).map(|n| Uuid::from_u128(n + 1)).collect();
        let of = |id: usize, parent: Option<usize>| Candidate {
            id: ids[id],
            key: String::new(),
            parent: parent.map(|p| ids[p]),
            reason: Reason::Completed,
            idle: 0,
            allowed: 0,
            auto: true,
            stays: None,
        };
        let found = depths(&[of(3, Some(2)), of(0, None), of(2, Some(0)), of(1, Some(0))]);
        assert_eq!(ids.iter().map(|id| found[id]).collect::<Vec<_>>(), [0, 1, 1, 2]);
        // A circle ends.
        let found = depths(&[of(0, Some(1)), of(1, Some(0))]);
        assert_eq!(found.len(), 2);
    }
}
