//! What the end of a prerequisite, and its coming back, does to the items that wait for it.

use callboard_entity::{
    TaskAssignmentStatus, TaskPrerequisiteStatus, TaskPrerequisiteType, WorkItemQualityGateLevel as Level,
    task_assignments, task_prerequisites as edges, work_items,
};
use sea_orm::sea_query::{Expr, Value};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

use super::criteria::Criteria;
use super::edge;
use crate::assignment::state::OPEN;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::gate;
use crate::item::ledger::Entry;
use crate::item::write;

/// Satisfies the edges that wait for a completed item and lowers their items' counters; gives the items that wait for
/// nothing more by it. Those that wait for a gate are satisfied where the completion `reached` its level.
///
/// The caller holds the completed item's row lock from an earlier statement: an edge that was added before the lock was
/// got is seen here, and one that comes later finds the item done. Six statements at most, whatever the dependents.
pub(crate) async fn satisfy(tx: &Tx, completed: Uuid, reached: Option<Level>) -> Result<Vec<Uuid>> {
    let open = [TaskPrerequisiteStatus::Pending, TaskPrerequisiteStatus::Failed];
    let mut found = dependent_edges(tx, completed, &open).await?;
    found.retain(|edge| is_met(edge, reached));
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let items = write::lock_all(tx, found.iter().map(|e| e.work_item_id)).await?;
    set_status(tx, &found, TaskPrerequisiteStatus::Satisfied, Some(tx.now)).await?;
    let (counted, others) = split(&found, items);
    let entry = Entry::new("prerequisite_satisfied").data("prerequisite_id", completed.to_string());
    write::shift_unmet(tx, &counted, -1, &entry).await?;
    write::shift_unmet(tx, &others, 0, &entry).await?;
    Ok(counted.into_iter().filter(|i| i.unmet_prerequisites == 1).map(|i| i.id).collect())
}

/// Whether the completion meets it. One that is resolved by hand, or whose level cannot be read, it does not.
fn is_met(edge: &edge::Row, reached: Option<Level>) -> bool {
    if edge.prerequisite_type == TaskPrerequisiteType::CompletionDependency {
        return true;
    }
    let wanted = Criteria::of(edge).ok().and_then(|criteria| criteria.level);
    edge.is_auto_resolvable && reached.zip(wanted).is_some_and(|(reached, wanted)| gate::covers(reached, wanted))
}

/// Takes back what [`satisfy`] did when an item is reopened: items that nobody holds wait for it again.
///
/// An item that is held goes on, and its edge stays satisfied; a warning is written into its ledger. Gives the held ones.
pub(crate) async fn unsatisfy(tx: &Tx, reopened: &work_items::Model) -> Result<Vec<Uuid>> {
    let found = dependent_edges(tx, reopened.id, &[TaskPrerequisiteStatus::Satisfied]).await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let items = write::lock_all(tx, found.iter().map(|e| e.work_item_id)).await?;
    // Read after the items are locked: claim locks the item before it makes the assignment.
    let held = held(tx, items.iter().map(|i| i.id)).await?;
    let (held, free): (Vec<_>, Vec<_>) = items.into_iter().partition(|i| held.contains(&i.id));
    let again: Vec<edge::Row> = found.iter().filter(|e| free.iter().any(|i| i.id == e.work_item_id)).cloned().collect();
    set_status(tx, &again, TaskPrerequisiteStatus::Pending, None).await?;
    let (counted, others) = split(&again, free);
    let entry =
        |kind| Entry::new(kind).data("prerequisite_id", reopened.id.to_string()).data("prerequisite", &*reopened.key);
    write::shift_unmet(tx, &counted, 1, &entry("prerequisite_reopened")).await?;
    write::shift_unmet(tx, &others, 0, &entry("prerequisite_reopened")).await?;
    write::shift_unmet(tx, &held, 0, &entry("prerequisite_reopened_while_held")).await?;
    Ok(held.into_iter().map(|i| i.id).collect())
}

async fn dependent_edges(tx: &Tx, item: Uuid, statuses: &[TaskPrerequisiteStatus]) -> Result<Vec<edge::Row>> {
    let found = edges::Entity::find()
        .filter(edges::Column::PrerequisiteId.eq(item))
        .filter(edges::Column::Status.is_in(statuses.iter().copied()))
        .all(&tx.conn)
        .await?;
    Ok(found)
}

async fn set_status(tx: &Tx, rows: &[edge::Row], status: TaskPrerequisiteStatus, at: Option<Timestamp>) -> Result<()> {
    for chunk in rows.chunks(10_000) {
        edges::Entity::update_many()
            .col_expr(edges::Column::Status, Expr::value(Value::from(status.as_str())))
            .col_expr(edges::Column::SatisfiedAt, Expr::value(at))
            .col_expr(edges::Column::UpdatedAt, Expr::value(tx.now))
            .filter(edges::Column::Id.is_in(chunk.iter().map(|e| e.id)))
            .exec(&tx.conn)
            .await?;
    }
    Ok(())
}

/// The items whose counter the edges are part of, and those for which they are a hint only.
fn split(rows: &[edge::Row], items: Vec<work_items::Model>) -> (Vec<work_items::Model>, Vec<work_items::Model>) {
    let own: HashMap<Uuid, &edge::Row> = rows.iter().map(|e| (e.work_item_id, e)).collect();
    let counts = |item: &work_items::Model| {
        own.get(&item.id).is_some_and(|edge| {
            // As it was before, or will be again: open.
            let open = edge::Row { status: TaskPrerequisiteStatus::Pending, ..(*edge).clone() };
            edge::counts(&open, item.prerequisite_satisfaction_required)
        })
    };
    items.into_iter().partition(counts)
}

async fn held(tx: &Tx, items: impl Iterator<Item = Uuid>) -> Result<HashSet<Uuid>> {
    let open: &[TaskAssignmentStatus] = OPEN;
    let held = task_assignments::Entity::find()
        .select_only()
        .column(task_assignments::Column::WorkItemId)
        .filter(task_assignments::Column::WorkItemId.is_in(items))
        .filter(task_assignments::Column::Status.is_in(open.iter().copied()))
        .into_tuple::<Uuid>()
        .all(&tx.conn)
        .await?;
    Ok(held.into_iter().collect())
}
