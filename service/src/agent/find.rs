//! Finds an agent by slug or id.

use callboard_entity::agent_profiles;
use sea_orm::{EntityTrait, QueryOrder, QuerySelect};

use crate::db::Tx;
use crate::db::listed::Listed;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// Reads an agent, or says which names are near to the one that is not there.
pub(crate) async fn find(tx: &Tx, name: &Ref) -> Result<agent_profiles::Model> {
    let (sql, value) = match name {
        Ref::Id(id) => (tx.dialect.agent_by_id(), (*id).into()),
        Ref::Name(text) => (tx.dialect.agent_by_slug(), text.clone().into()),
    };
    match tx.row(sql, vec![value], agent_profiles::Model::read).await? {
        Some(found) => Ok(found),
        None => Err(missing(tx, name).await?),
    }
}

/// As [`find`], locked on PostgreSQL until the transaction ends.
pub(crate) async fn lock(tx: &Tx, name: &Ref) -> Result<agent_profiles::Model> {
    let id = find(tx, name).await?.id;
    let row = agent_profiles::Entity::find_by_id(id).lock_exclusive().one(&tx.conn).await?;
    row.ok_or_else(|| Error::not_found("agent", name.to_string()))
}

async fn missing(tx: &Tx, name: &Ref) -> Result<Error> {
    let names: Vec<String> = agent_profiles::Entity::find()
        .select_only()
        .column(agent_profiles::Column::Slug)
        .order_by_desc(agent_profiles::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let near = rules::near(&name.to_string(), names.iter().map(String::as_str));
    Ok(Error::NotFound { entity: "agent", name: name.to_string(), near })
}
