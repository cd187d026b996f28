//! Finds a session by key or id, or as the one that is the caller's.

use callboard_entity::{WorkSessionStatus as Status, work_sessions as sessions};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::state::OPEN;
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::{names, rules};

/// Reads a session, or says which keys are near to the one that is not there.
pub(crate) async fn find(tx: &Tx, name: &Ref) -> Result<sessions::Model> {
    let query = match name {
        Ref::Id(id) => sessions::Entity::find_by_id(*id),
        Ref::Name(key) => sessions::Entity::find().filter(sessions::Column::Key.eq(key.as_str())),
    };
    if let Some(found) = query.one(&tx.conn).await? {
        return Ok(found);
    }
    let keys: Vec<String> = sessions::Entity::find()
        .select_only()
        .column(sessions::Column::Key)
        .order_by_desc(sessions::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let near = rules::near(&name.to_string(), keys.iter().map(String::as_str));
    Err(Error::NotFound { entity: "session", name: name.to_string(), near })
}

/// Refuses a session that is completed or abandoned.
pub(crate) fn not_over(session: &sessions::Model) -> Result<()> {
    is_open(&session.key, session.status)
}

/// As [`not_over`], of a session by its id: a part of the row is read, since every write in a session asks this.
pub(crate) async fn must_be_open(tx: &Tx, id: Uuid) -> Result<()> {
    let found: Option<(String, Status)> = sessions::Entity::find_by_id(id)
        .select_only()
        .columns([sessions::Column::Key, sessions::Column::Status])
        .into_tuple()
        .one(&tx.conn)
        .await?;
    let (key, status) = found.ok_or_else(|| Error::not_found("session", id.to_string()))?;
    is_open(&key, status)
}

fn is_open(key: &str, status: Status) -> Result<()> {
    if OPEN.contains(&status) {
        return Ok(());
    }
    Err(Conflict::Inactive { entity: "session", name: key.to_owned(), status: status.as_str().to_owned() }.into())
}

/// The sessions of an agent or a person; none of Callboard itself.
pub(super) fn of(actor: Actor) -> Select<sessions::Entity> {
    let query = sessions::Entity::find();
    match (actor.agent_id(), actor.user_id()) {
        (Some(agent), _) => query.filter(sessions::Column::AgentId.eq(agent)),
        (None, Some(user)) => query.filter(sessions::Column::UserId.eq(user)),
        (None, None) => query.filter(sessions::Column::Id.is_null()),
    }
}

/// The named session or, where none is named, the only one of the one who acts that is in one of these states; locked
/// on PostgreSQL until the transaction ends.
///
/// # Errors
/// `NotFound`; `Invalid` where there are several and none is named.
pub(super) async fn lock(tx: &Tx, session: Option<&Ref>, states: &[Status]) -> Result<sessions::Model> {
    lock_found(tx, named_or_own(tx, session, states).await?).await
}

/// Reads a session again that was found, locked.
pub(super) async fn lock_found(tx: &Tx, found: sessions::Model) -> Result<sessions::Model> {
    // Not the key's lock: rows that name the session may be written meanwhile, by whoever holds their item.
    let locked = sessions::Entity::find_by_id(found.id).lock(LockType::NoKeyUpdate).one(&tx.conn).await?;
    locked.ok_or_else(|| Error::not_found("session", found.key))
}

/// As [`lock`], but not locked.
pub(crate) async fn named_or_own(tx: &Tx, session: Option<&Ref>, states: &[Status]) -> Result<sessions::Model> {
    match session {
        Some(name) => find(tx, name).await,
        None => own(tx, states).await,
    }
}

async fn own(tx: &Tx, states: &[Status]) -> Result<sessions::Model> {
    let mut found = of(tx.actor)
        .filter(sessions::Column::Status.is_in(states.iter().copied()))
        .order_by_desc(sessions::Column::Id)
        .limit(10)
        .all(&tx.conn)
        .await?;
    if found.len() == 1 {
        return Ok(found.remove(0));
    }
    let who = who(tx, tx.actor).await?;
    if found.is_empty() {
        let entity = match states {
            [Status::Active] => "active session of",
            [Status::Paused] => "paused session of",
            _ => "open session of",
        };
        return Err(Error::not_found(entity, who));
    }
    let keys: Vec<&str> = found.iter().map(|session| session.key.as_str()).collect();
    Err(Error::invalid("session", "", format!("must be named: {who} has several ({})", keys.join(", "))))
}

/// `agent:SLUG`, `user:NAME` or `system`.
pub(super) async fn who(tx: &Tx, actor: Actor) -> Result<String> {
    let names = names::names(tx, names::actor(actor.kind, actor.id)).await?;
    Ok(actor.id.and_then(|id| names.get(&id).cloned()).unwrap_or_else(|| actor.kind.as_str().to_owned()))
}
