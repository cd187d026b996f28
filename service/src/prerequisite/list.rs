//! Lists what an item waits for, and what waits for it.

use std::collections::HashMap;

use callboard_entity::{TaskPrerequisiteStatus, WorkItemStatus, task_prerequisites as edges, work_items};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item;

/// The prerequisites of an item, and its dependents; three statements whatever their number.
///
/// # Errors
/// `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListPrerequisites {
    /// By key or id.
    pub item: Ref,
}

/// Both directions of an item's edges, each in the order in which they were made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Prerequisites {
    /// What the item waits for.
    pub prerequisites: Vec<Edge>,
    /// What waits for the item.
    pub dependents: Vec<Edge>,
}

/// An edge, with the item at its other end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The edge.
    pub id: Uuid,
    /// The item at the other end; none for a prerequisite that is not an item.
    pub item: Option<EdgeItem>,
    /// A completion, a validation, a file or a gate.
    pub r#type: callboard_entity::TaskPrerequisiteType,
    /// What must be true.
    pub description: String,
    /// Whether the item may not begin before it is met.
    pub mandatory: bool,
    /// Pending, satisfied, failed or waived.
    pub status: TaskPrerequisiteStatus,
    /// When it was met.
    pub satisfied_at: Option<Timestamp>,
    /// Who waived it: `agent:SLUG` or `user:NAME`.
    pub waived_by: Option<String>,
    /// Why it was waived.
    pub waiver_reason: Option<String>,
}

/// As much of an item as an edge shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeItem {
    /// The item.
    pub id: Uuid,
    /// Its key, such as `CB-42`.
    pub key: String,
    /// One line.
    pub title: String,
    /// Where it stands.
    pub status: WorkItemStatus,
    /// Since when it is a dead letter, which never satisfies anything by itself.
    pub dead_at: Option<Timestamp>,
    /// Since when it is archived; archived items never satisfy anything.
    pub archived_at: Option<Timestamp>,
}

impl Query for ListPrerequisites {
    type Output = Prerequisites;

    async fn fetch(&self, tx: &Tx) -> Result<Prerequisites> {
        let item = item::find(tx, &self.item).await?;
        of(tx, item.id).await
    }
}

pub(crate) async fn of(tx: &Tx, item: Uuid) -> Result<Prerequisites> {
    let either = Condition::any().add(edges::Column::WorkItemId.eq(item)).add(edges::Column::PrerequisiteId.eq(item));
    let rows = edges::Entity::find().filter(either).order_by_asc(edges::Column::Id).all(&tx.conn).await?;
    let ids = rows.iter().map(|e| if e.work_item_id == item { e.prerequisite_id } else { Some(e.work_item_id) });
    let items: HashMap<Uuid, EdgeItem> = work_items::Entity::find()
        .filter(work_items::Column::Id.is_in(ids.flatten().collect::<Vec<_>>()))
        .all(&tx.conn)
        .await?
        .into_iter()
        .map(|i| (i.id, edge_item(i)))
        .collect();
    let mut found = Prerequisites { prerequisites: Vec::new(), dependents: Vec::new() };
    for row in rows {
        if row.work_item_id == item {
            let other = row.prerequisite_id.and_then(|id| items.get(&id).cloned());
            found.prerequisites.push(edge(row, other));
        } else {
            let other = items.get(&row.work_item_id).cloned();
            found.dependents.push(edge(row, other));
        }
    }
    Ok(found)
}

fn edge_item(item: work_items::Model) -> EdgeItem {
    EdgeItem {
        id: item.id,
        key: item.key,
        title: item.title,
        status: item.status,
        dead_at: item.dead_at,
        archived_at: item.archived_at,
    }
}

fn edge(row: edges::Model, item: Option<EdgeItem>) -> Edge {
    Edge {
        id: row.id,
        item,
        r#type: row.prerequisite_type,
        description: row.description,
        mandatory: row.is_mandatory,
        status: row.status,
        satisfied_at: row.satisfied_at,
        waived_by: row.waived_by,
        waiver_reason: row.waiver_reason,
    }
}
