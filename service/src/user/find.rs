//! Finds a user by name or id.

use callboard_entity::board_users;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// Reads a user, or says which names are near to the one that is not there.
pub(crate) async fn find(tx: &Tx, name: &Ref) -> Result<board_users::Model> {
    let query = match name {
        Ref::Id(id) => board_users::Entity::find_by_id(*id),
        Ref::Name(text) => board_users::Entity::find().filter(board_users::Column::Name.eq(text.as_str())),
    };
    if let Some(found) = query.order_by_asc(board_users::Column::Id).one(&tx.conn).await? {
        return Ok(found);
    }
    Err(missing(tx, name).await?)
}

/// As [`find`], locked on PostgreSQL until the transaction ends.
pub(crate) async fn lock(tx: &Tx, name: &Ref) -> Result<board_users::Model> {
    let id = find(tx, name).await?.id;
    let user = board_users::Entity::find_by_id(id).lock_exclusive().one(&tx.conn).await?;
    user.ok_or_else(|| Error::not_found("user", name.to_string()))
}

async fn missing(tx: &Tx, name: &Ref) -> Result<Error> {
    let names: Vec<String> = board_users::Entity::find()
        .select_only()
        .column(board_users::Column::Name)
        .order_by_desc(board_users::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let near = rules::near(&name.to_string(), names.iter().map(String::as_str));
    Ok(Error::NotFound { entity: "user", name: name.to_string(), near })
}
