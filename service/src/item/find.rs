//! Finds an item by key or id.

use callboard_entity::work_items;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::write;
use crate::db::Tx;
use crate::error::{Error, Result};
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
