//! Answers given under an idempotency key: a repeated request gets the same answer and is not done again.

use callboard_entity::idempotency_keys as keys;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::transaction::{Tx, Verb};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::error::{Conflict, Error, Result};

/// How long an answer is kept, in days.
const KEEP_DAYS: i64 = 7;

impl Callboard {
    /// Runs a verb once for `key`: a repeat by the same actor within 7 days gets the stored answer.
    ///
    /// # Errors
    /// [`Conflict::IdempotencyKey`] when the key was used for another request; else as [`Callboard::run`].
    pub async fn run_once<V>(&self, actor: Actor, key: &str, verb: &V) -> Result<V::Output>
    where
        V: Verb + Serialize,
        V::Output: Serialize + DeserializeOwned,
    {
        if key.is_empty() || key.len() > 200 {
            return Err(Error::invalid("idempotency key", key, "must have 1 to 200 bytes"));
        }
        self.run(actor, &Once { key, verb }).await
    }
}

/// A verb that is run once for its key.
struct Once<'a, V> {
    key: &'a str,
    verb: &'a V,
}

impl<V> Verb for Once<'_, V>
where
    V: Verb + Serialize,
    V::Output: Serialize + DeserializeOwned,
{
    type Output = V::Output;

    async fn apply(&self, tx: &Tx) -> Result<V::Output> {
        once(tx, self.key, self.verb).await
    }
}

async fn once<V>(tx: &Tx, key: &str, verb: &V) -> Result<V::Output>
where
    V: Verb + Serialize,
    V::Output: Serialize + DeserializeOwned,
{
    let name = std::any::type_name::<V>().rsplit("::").next().unwrap_or_default();
    let stored = |e: serde_json::Error| Error::Stored { what: format!("answer of {name}"), why: e.to_string() };
    let request = serde_json::to_vec(verb).map_err(stored)?;
    let digest: String = Sha256::digest(&request).iter().map(|b| format!("{b:02x}")).collect();
    let id = (tx.actor.key(), name.to_owned(), key.to_owned());
    keys::Entity::delete_many().filter(keys::Column::ExpiresAt.lte(tx.now)).exec(&tx.conn).await?;
    // The key is taken before the verb runs: of two calls at once the second waits here for the first, then reads its answer.
    let own = keys::ActiveModel {
        actor: Set(id.0.clone()),
        verb: Set(id.1.clone()),
        key: Set(id.2.clone()),
        request_sha256: Set(digest.clone()),
        result: Set(Value::Null),
        expires_at: Set(tx.now + chrono::TimeDelta::days(KEEP_DAYS)),
        created_at: Set(tx.now),
    };
    let once = OnConflict::new().do_nothing().to_owned();
    let taken = keys::Entity::insert(own).on_conflict(once).exec_without_returning(&tx.conn).await?;
    if taken == 0 {
        let row = keys::Entity::find_by_id(id).one(&tx.conn).await?;
        let row = row.ok_or_else(|| Error::not_found("idempotency key", key))?;
        if row.request_sha256 != digest {
            return Err(Conflict::IdempotencyKey { key: key.to_owned(), stored: row.result }.into());
        }
        return serde_json::from_value(row.result).map_err(stored);
    }
    let output = verb.apply(tx).await?;
    let answer = serde_json::to_value(&output).map_err(stored)?;
    keys::Entity::update_many()
        .set(keys::ActiveModel { result: Set(answer), ..Default::default() })
        .filter(keys::Column::Actor.eq(id.0))
        .filter(keys::Column::Verb.eq(id.1))
        .filter(keys::Column::Key.eq(id.2))
        .exec(&tx.conn)
        .await?;
    Ok(output)
}
