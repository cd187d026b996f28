//! Lists what an item waits for, and what waits for it.

use std::collections::HashMap;

use callboard_entity::{TaskPrerequisiteStatus, WorkItemStatus, task_prerequisites as edges, work_items};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::edge;
use super::named;
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
    /// What it is called, by which other commands find it: an item's key, a file's path, or what it says.
    #[serde(default)]
    pub name: String,
    /// The item at the other end; none for a prerequisite that is not an item.
    pub item: Option<EdgeItem>,
    /// A completion, a validation, a file or a gate.
    pub r#type: callboard_entity::TaskPrerequisiteType,
    /// What must be true.
    pub description: String,
    /// Whether the item may not begin before it is met.
    pub mandatory: bool,
    /// Whether a look or a completion resolves it; the others are confirmed by hand.
    #[serde(default)]
    pub auto_resolvable: bool,
    /// Whether it holds its item back now: one that is not met, and that the item asks for before it begins.
    #[serde(default)]
    pub counts: bool,
    /// What it asks for, and what was found; none for a completion.
    #[serde(default)]
    pub criteria: Option<Value>,
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
        of(tx, &item).await
    }
}

pub(crate) async fn of(tx: &Tx, own: &work_items::Model) -> Result<Prerequisites> {
    let item = own.id;
    let either = Condition::any().add(edges::Column::WorkItemId.eq(item)).add(edges::Column::PrerequisiteId.eq(item));
    let rows = edges::Entity::find().filter(either).order_by_asc(edges::Column::Id).all(&tx.conn).await?;
    let ids = rows.iter().map(|e| if e.work_item_id == item { e.prerequisite_id } else { Some(e.work_item_id) });
    let items: HashMap<Uuid, work_items::Model> = work_items::Entity::find()
        .filter(work_items::Column::Id.is_in(ids.flatten().collect::<Vec<_>>()))
        .all(&tx.conn)
        .await?
        .into_iter()
        .map(|i| (i.id, i))
        .collect();
    let mut found = Prerequisites { prerequisites: Vec::new(), dependents: Vec::new() };
    for row in rows {
        if row.work_item_id == item {
            let other = row.prerequisite_id.and_then(|id| items.get(&id));
            found.prerequisites.push(told(row, other, own));
        } else {
            let other = items.get(&row.work_item_id);
            found.dependents.push(told(row, other, other.unwrap_or(own)));
        }
    }
    Ok(found)
}

fn edge_item(item: &work_items::Model) -> EdgeItem {
    EdgeItem {
        id: item.id,
        key: item.key.clone(),
        title: item.title.clone(),
        status: item.status,
        dead_at: item.dead_at,
        archived_at: item.archived_at,
    }
}

/// An edge with the item at its other end; `waits` is the one that waits.
fn told(row: edges::Model, other: Option<&work_items::Model>, waits: &work_items::Model) -> Edge {
    Edge {
        id: row.id,
        name: named::name(&row, other.map(|other| other.key.as_str())),
        counts: edge::counts(&row, waits.prerequisite_satisfaction_required),
        item: other.map(edge_item),
        r#type: row.prerequisite_type,
        description: row.description,
        mandatory: row.is_mandatory,
        auto_resolvable: row.is_auto_resolvable,
        criteria: row.validation_criteria,
        status: row.status,
        satisfied_at: row.satisfied_at,
        waived_by: row.waived_by,
        waiver_reason: row.waiver_reason,
    }
}
