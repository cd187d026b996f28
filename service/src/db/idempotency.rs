//! Answers given under an idempotency key: a repeated request gets the same answer and is not done again.

use callboard_entity::idempotency_keys as keys;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::lane::OnLane;
use super::transaction::Tx;
use super::verb::Verb;
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
        V::Output: Serialize + DeserializeOwned + 'static,
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

/// The same on the lane, which keeps it.
struct OnceOnLane<T> {
    request: Request,
    verb: OnLane<T>,
}

/// What a key stands for.
#[derive(Clone, Debug)]
struct Request {
    key: String,
    /// The verb's name.
    verb: String,
    sha256: String,
}

impl<V> Verb for Once<'_, V>
where
    V: Verb + Serialize,
    V::Output: Serialize + DeserializeOwned + 'static,
{
    type Output = V::Output;

    async fn apply(&self, tx: &Tx) -> Result<V::Output> {
        once(tx, &Request::new(self.key, self.verb)?, self.verb.apply(tx)).await
    }

    fn on_lane(&self) -> Option<OnLane<V::Output>> {
        let verb = self.verb.on_lane()?;
        // A request that cannot be told is refused on the other connection.
        let request = Request::new(self.key, self.verb).ok()?;
        Some(OnLane::new(OnceOnLane { request, verb }))
    }
}

impl<T> Verb for OnceOnLane<T>
where
    T: Serialize + DeserializeOwned + Send,
{
    type Output = T;

    async fn apply(&self, tx: &Tx) -> Result<T> {
        once(tx, &self.request, self.verb.apply(tx)).await
    }
}

impl Request {
    fn new<V: Serialize>(key: &str, verb: &V) -> Result<Self> {
        let name = std::any::type_name::<V>().rsplit("::").next().unwrap_or_default();
        let told = serde_json::to_vec(verb).map_err(|error| stored(name, &error))?;
        let sha256 = Sha256::digest(&told).iter().map(|b| format!("{b:02x}")).collect();
        Ok(Self { key: key.to_owned(), verb: name.to_owned(), sha256 })
    }
}

fn stored(verb: &str, error: &serde_json::Error) -> Error {
    Error::Stored { what: format!("answer of {verb}"), why: error.to_string() }
}

/// Runs `apply`, unless the key has an answer.
async fn once<T>(tx: &Tx, request: &Request, apply: impl Future<Output = Result<T>> + Send) -> Result<T>
where
    T: Serialize + DeserializeOwned + Send,
{
    let Request { key, verb, sha256: digest } = request;
    let stored = |error: serde_json::Error| stored(verb, &error);
    let id = (tx.actor.key(), verb.clone(), key.clone());
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
        let row = row.ok_or_else(|| Error::not_found("idempotency key", key.clone()))?;
        if row.request_sha256 != *digest {
            return Err(Conflict::IdempotencyKey { key: key.clone(), stored: row.result }.into());
        }
        return serde_json::from_value(row.result).map_err(stored);
    }
    let output = apply.await?;
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
