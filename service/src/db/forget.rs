//! Removes answers that were kept for a time, for the sweep.

use callboard_entity::idempotency_keys as keys;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::transaction::Tx;
use crate::clock::Timestamp;
use crate::error::Result;

/// Removes up to `limit` answers whose time is over; gives the verbs and keys.
///
/// Several processes may do this at once: each takes what the others have not locked.
pub(crate) async fn forget_answers(tx: &Tx, now: Timestamp, limit: u64) -> Result<Vec<(String, String)>> {
    let found: Vec<(String, String, String)> = keys::Entity::find()
        .select_only()
        .columns([keys::Column::Actor, keys::Column::Verb, keys::Column::Key])
        .filter(keys::Column::ExpiresAt.lte(now))
        .order_by_asc(keys::Column::ExpiresAt)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let mut any = Condition::any();
    for (actor, verb, key) in &found {
        let one = Condition::all()
            .add(keys::Column::Actor.eq(actor.as_str()))
            .add(keys::Column::Verb.eq(verb.as_str()))
            .add(keys::Column::Key.eq(key.as_str()));
        any = any.add(one);
    }
    keys::Entity::delete_many().filter(any).exec(&tx.conn).await?;
    Ok(found.into_iter().map(|(_, verb, key)| (verb, key)).collect())
}
