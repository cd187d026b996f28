//! Removes archives for good.

use callboard_entity::work_item_archives as archives;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::list::{self, ListedArchive};
use crate::clock::Timestamp;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// Removes an archive before it expires. The item and all its rows are gone then.
///
/// # Errors
/// `Invalid` for an empty reason; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PurgeArchive {
    /// The item's key, its id, or the archive's.
    pub archive: Ref,
    /// Why: it is told in the log, since no row is left.
    pub reason: String,
}

/// An archive that is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurgedArchive {
    /// As it was.
    pub archive: ListedArchive,
}

impl Verb for PurgeArchive {
    type Output = PurgedArchive;

    async fn apply(&self, tx: &Tx) -> Result<PurgedArchive> {
        rules::reason(&self.reason)?;
        let head = list::find(tx, &self.archive).await?;
        let gone = archives::Entity::delete_by_id(head.id).exec(&tx.conn).await?;
        if gone.rows_affected == 0 {
            return Err(Error::not_found("archive", head.item_key));
        }
        let listed = list::named(tx, vec![head.clone()]).await?.pop();
        let archive = listed.ok_or_else(|| Error::not_found("archive", &*head.item_key))?;
        tracing::info!(item = %archive.item, reason = %self.reason, "an archive was purged");
        Ok(PurgedArchive { archive })
    }
}

/// Removes up to `limit` archives that expired until `now`, of a project or of all; gives the items' keys.
///
/// Several processes may do this at once: each takes what the others have not locked.
pub(crate) async fn purge_expired(
    tx: &Tx,
    project: Option<Uuid>,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<(String, Timestamp)>> {
    let mut expired = archives::Entity::find()
        .select_only()
        .columns([archives::Column::Id, archives::Column::ItemKey, archives::Column::ExpiresAt])
        .filter(archives::Column::ExpiresAt.lte(now));
    if let Some(project) = project {
        expired = expired.filter(archives::Column::ProjectId.eq(project));
    }
    let found: Vec<(Uuid, String, Timestamp)> = expired
        .order_by_asc(archives::Column::ExpiresAt)
        .order_by_asc(archives::Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let ids = found.iter().map(|(id, ..)| *id);
    archives::Entity::delete_many().filter(archives::Column::Id.is_in(ids)).exec(&tx.conn).await?;
    Ok(found.into_iter().map(|(_, key, at)| (key, at)).collect())
}
