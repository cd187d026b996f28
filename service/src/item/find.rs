//! Finds an item by key or id.

use std::collections::HashMap;

use callboard_entity::{external_refs, work_items};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::write;
use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::rules;

/// What an imported item is in `external_refs`.
pub(crate) const IMPORTED: &str = "work_item";

/// Reads an item. A key is found whatever its case; an imported item also by the id that it has where it came from.
pub(crate) async fn find(tx: &Tx, item: &Ref) -> Result<work_items::Model> {
    let found = match item {
        Ref::Id(id) => work_items::Entity::find_by_id(*id).one(&tx.conn).await?,
        Ref::Name(name) => {
            let key = work_items::Column::Key.eq(name.to_uppercase());
            match work_items::Entity::find().filter(key).one(&tx.conn).await? {
                Some(item) => Some(item),
                None => match imported(tx, std::iter::once(name.as_str())).await?.remove(name) {
                    Some(id) => work_items::Entity::find_by_id(id).one(&tx.conn).await?,
                    None => None,
                },
            }
        }
    };
    match found {
        Some(item) => Ok(item),
        None => Err(missing(tx, item).await?),
    }
}

/// As [`find`], locked for a change.
pub(crate) async fn lock(tx: &Tx, item: &Ref) -> Result<work_items::Model> {
    // By id after a plain read: the key never changes, and the lock then reads the newest row.
    let found = find(tx, item).await?;
    write::lock(tx, found.id).await
}

/// As [`find`], for many at once: one statement per 10,000 of them.
pub(crate) async fn find_all<'a>(
    tx: &Tx,
    items: impl Iterator<Item = &'a Ref>,
) -> Result<HashMap<&'a Ref, work_items::Model>> {
    let items: Vec<&Ref> = items.collect();
    let (mut by_id, mut by_key) = (HashMap::new(), HashMap::new());
    for chunk in items.chunks(10_000) {
        let ids = chunk.iter().filter_map(|i| if let Ref::Id(id) = i { Some(*id) } else { None });
        let keys = chunk.iter().filter_map(|i| if let Ref::Name(key) = i { Some(key.to_uppercase()) } else { None });
        let named = Condition::any().add(work_items::Column::Id.is_in(ids)).add(work_items::Column::Key.is_in(keys));
        for row in work_items::Entity::find().filter(named).all(&tx.conn).await? {
            by_key.insert(row.key.clone(), row.id);
            by_id.insert(row.id, row);
        }
    }
    let named = items.iter().filter_map(|i| if let Ref::Name(name) = i { Some(name.as_str()) } else { None });
    let elsewhere = imported(tx, named.filter(|name| !by_key.contains_key(&name.to_uppercase()))).await?;
    for chunk in elsewhere.values().copied().collect::<Vec<Uuid>>().chunks(10_000) {
        let rows = work_items::Entity::find().filter(work_items::Column::Id.is_in(chunk.iter().copied()));
        by_id.extend(rows.all(&tx.conn).await?.into_iter().map(|row| (row.id, row)));
    }
    let mut found = HashMap::new();
    for item in items {
        let id = match item {
            Ref::Id(id) => Some(*id),
            Ref::Name(key) => by_key.get(&key.to_uppercase()).or_else(|| elsewhere.get(key)).copied(),
        };
        match id.and_then(|id| by_id.get(&id)) {
            Some(row) => found.insert(item, row.clone()),
            None => return Err(missing(tx, item).await?),
        };
    }
    Ok(found)
}

/// The imported items of these ids of other trackers; of two trackers that have the same id, the one imported first.
async fn imported(tx: &Tx, ids: impl Iterator<Item = &str>) -> Result<HashMap<String, Uuid>> {
    let ids: Vec<&str> = ids.collect();
    let mut found = HashMap::new();
    for chunk in ids.chunks(10_000) {
        let refs = external_refs::Entity::find()
            .filter(external_refs::Column::EntityType.eq(IMPORTED))
            .filter(external_refs::Column::SourceId.is_in(chunk.iter().copied()))
            .order_by_asc(external_refs::Column::Id);
        for row in refs.all(&tx.conn).await? {
            found.entry(row.source_id).or_insert(row.entity_id);
        }
    }
    Ok(found)
}

/// Refuses an archived item: it takes no part in the work any more.
pub(crate) fn not_archived(item: &work_items::Model) -> Result<()> {
    if item.archived_at.is_none() {
        return Ok(());
    }
    Err(Conflict::Inactive { entity: "item", name: item.key.clone(), status: "archived".to_owned() }.into())
}

async fn missing(tx: &Tx, item: &Ref) -> Result<Error> {
    let name = item.to_string();
    let near = match item {
        Ref::Id(_) => Vec::new(),
        Ref::Name(key) => {
            // The newest keys only: a refusal must stay cheap on a large board.
            let keys: Vec<String> = work_items::Entity::find()
                .select_only()
                .column(work_items::Column::Key)
                .order_by_desc(work_items::Column::Id)
                .limit(1000)
                .into_tuple()
                .all(&tx.conn)
                .await?;
            let ids: Vec<String> = external_refs::Entity::find()
                .select_only()
                .column(external_refs::Column::SourceId)
                .filter(external_refs::Column::EntityType.eq(IMPORTED))
                .order_by_desc(external_refs::Column::Id)
                .limit(1000)
                .into_tuple()
                .all(&tx.conn)
                .await?;
            rules::near(key, keys.iter().chain(&ids).map(String::as_str))
        }
    };
    Ok(Error::NotFound { entity: "item", name, near })
}
