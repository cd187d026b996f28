//! Deletes an item to which nothing has happened yet.

use callboard_entity::{
    board_messages as messages, external_refs, session_events, task_assignments, task_prerequisites,
    work_item_events as events, work_items, workflow_steps as steps,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result};
use crate::id::Ref;
use crate::search;

/// Deletes an item that was added by mistake, with its requirements, its own prerequisites and its place in sprints.
///
/// # Errors
/// `InUse` naming everything that has happened: later ledger rows, assignments, children, items and steps of
/// workflows that wait for it, what sessions tell of it, messages about it. Such an item is cancelled or archived.
/// `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DeleteItem {
    /// By key or id.
    pub item: Ref,
}

impl Verb for DeleteItem {
    /// The item as it was.
    type Output = work_items::Model;

    async fn apply(&self, tx: &Tx) -> Result<work_items::Model> {
        let item = super::lock(tx, &self.item).await?;
        let because = happened(tx, &item).await?;
        if !because.is_empty() {
            let what = format!("deleting {}", item.key);
            return Err(Conflict::InUse { what, because: because.join(", ") }.into());
        }
        external_refs::Entity::delete_many()
            .filter(external_refs::Column::EntityType.eq(super::find::IMPORTED))
            .filter(external_refs::Column::EntityId.eq(item.id))
            .exec(&tx.conn)
            .await?;
        search::remove(tx, &[item.id]).await?;
        work_items::Entity::delete_by_id(item.id).exec(&tx.conn).await?;
        Ok(item)
    }
}

async fn happened(tx: &Tx, item: &work_items::Model) -> Result<Vec<String>> {
    let later = events::Entity::find()
        .filter(events::Column::WorkItemId.eq(item.id))
        .filter(events::Column::Kind.ne("created"))
        .count(&tx.conn)
        .await?;
    let assignments = task_assignments::Entity::find()
        .filter(task_assignments::Column::WorkItemId.eq(item.id))
        .count(&tx.conn)
        .await?;
    let children = work_items::Entity::find().filter(work_items::Column::ParentId.eq(item.id)).count(&tx.conn).await?;
    let dependents = task_prerequisites::Entity::find()
        .filter(task_prerequisites::Column::PrerequisiteId.eq(item.id))
        .count(&tx.conn)
        .await?;
    let steps = steps::Entity::find().filter(steps::Column::WorkItemId.eq(item.id)).count(&tx.conn).await?;
    // The first item of a session is on its stack by an event too.
    let told =
        session_events::Entity::find().filter(session_events::Column::WorkItemId.eq(item.id)).count(&tx.conn).await?;
    let sent = messages::Entity::find().filter(messages::Column::WorkItemId.eq(item.id)).count(&tx.conn).await?;
    let found = [
        (later, "things happened to it"),
        (assignments, "assignments were made of it"),
        (children, "items are its children"),
        (dependents, "items name it as a prerequisite"),
        (steps, "steps of workflows made it"),
        (told, "times a session worked on it or noted it"),
        (sent, "messages are about it"),
    ];
    Ok(found.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect())
}
