//! Which level a done item has reached.

use callboard_entity::{
    WorkItemQualityGateLevel as Level, WorkItemStatus, file_operations as operations, work_item_events as events,
    work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::level::covers;
use super::unmet::unmet;
use crate::db::Tx;
use crate::error::Result;

/// The level at which a done item was completed, by its ledger; none where it is not done, or was forced through its gate.
pub(crate) async fn reached(tx: &Tx, item: &work_items::Model) -> Result<Option<Level>> {
    if item.status != WorkItemStatus::Done {
        return Ok(None);
    }
    let newest = newest(tx, item.id, WorkItemStatus::Done).await?;
    Ok(level_of(newest.as_ref().and_then(|event| event.data.as_ref())))
}

/// The level that an accepting review reaches: strict, where the item came to the review through its gate.
pub(crate) async fn at_acceptance(tx: &Tx, item: &work_items::Model) -> Result<Level> {
    let newest = newest(tx, item.id, WorkItemStatus::Review).await?;
    // Without a row of the gate it was put there past it, such as by an import.
    let gate = newest.as_ref().and_then(|event| event.data.as_ref()).and_then(|data| data.get("gate"));
    Ok(if gate.is_some() { Level::Strict } else { Level::Standard })
}

/// What keeps a done item from having reached a level: nothing where its completion did, or where it meets it now.
///
/// # Errors
/// `FilesUnseen` as in [`unmet`].
pub(crate) async fn meets(tx: &Tx, item: &work_items::Model, wanted: Level) -> Result<Vec<String>> {
    if item.status != WorkItemStatus::Done {
        return Ok(vec![format!("{} is {}", item.key, item.status)]);
    }
    if reached(tx, item).await?.is_some_and(|level| covers(level, wanted)) {
        return Ok(Vec::new());
    }
    if wanted == Level::Strict {
        return Ok(vec![format!("{} was done without a review: reopen it, with the strict gate", item.key)]);
    }
    let missing = unmet(tx, item, wanted, false).await?.missing;
    if !missing.is_empty() {
        // Its files need not be looked at for this.
        return Ok(missing);
    }
    Ok(unmet(tx, item, wanted, has_files(tx, item.id).await?).await?.missing)
}

/// Whether operations on files were tracked for an item: one probe of an index.
pub(crate) async fn has_files(tx: &Tx, item: Uuid) -> Result<bool> {
    let any = operations::Entity::find()
        .select_only()
        .column(operations::Column::Id)
        .filter(operations::Column::WorkItemId.eq(item))
        .limit(1)
        .into_tuple::<Uuid>();
    Ok(any.one(&tx.conn).await?.is_some())
}

async fn newest(tx: &Tx, item: Uuid, to: WorkItemStatus) -> Result<Option<events::Model>> {
    let of = events::Entity::find()
        .filter(events::Column::WorkItemId.eq(item))
        .filter(events::Column::ToStatus.eq(to.as_str()))
        .order_by_desc(events::Column::Revision)
        .limit(1);
    Ok(of.one(&tx.conn).await?)
}

/// A completion of which the ledger says nothing passed the standard gate.
fn level_of(data: Option<&Value>) -> Option<Level> {
    let Some(gate) = data.and_then(|data| data.get("gate")) else { return Some(Level::Standard) };
    if gate.get("forced").is_some() {
        return None;
    }
    let word = gate.get("level").and_then(Value::as_str);
    Level::ALL.iter().copied().find(|level| Some(level.as_str()) == word)
}
