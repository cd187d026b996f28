//! Finds an item by key or id.

use std::collections::HashMap;

use callboard_entity::work_items;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::write;
use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::rules;

/// Reads an item. A key is found whatever its case.
pub(crate) async fn find(tx: &Tx, item: &Ref) -> Result<work_items::Model> {
    let found = match item {
        Ref::Id(id) => work_items::Entity::find_by_id(*id).one(&tx.conn).await?,
        Ref::Name(key) => {
            work_items::Entity::find().filter(work_items::Column::Key.eq(key.to_uppercase())).one(&tx.conn).await?
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
    let mut found = HashMap::new();
    for item in items {
        let id = match item {
            Ref::Id(id) => Some(*id),
            Ref::Name(key) => by_key.get(&key.to_uppercase()).copied(),
        };
        match id.and_then(|id| by_id.get(&id)) {
            Some(row) => found.insert(item, row.clone()),
            None => return Err(missing(tx, item).await?),
        };
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
            rules::near(key, keys.iter().map(String::as_str))
        }
    };
    Ok(Error::NotFound { entity: "item", name, near })
}
