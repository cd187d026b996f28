//! How a session's row changes, and how what happened in it is written down.

use callboard_entity::{
    ActorType, SessionEventActorType, SessionEventKind, WorkSessionStatus as Status, session_events as events,
    work_sessions as sessions,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::state::{self, SessionEvent};
use crate::clock::Timestamp;
use crate::db::{Tx, changed};
use crate::error::{Error, Result};
use crate::id;

/// A session after a change of its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedSession {
    /// The session as it is now.
    pub session: sessions::Model,
    /// It stood there before: nothing was changed.
    pub already: bool,
}

/// The whole seconds that were worked in a session until `now`: each stretch is counted once, and cut to seconds.
pub(super) fn worked(session: &sessions::Model, now: Timestamp) -> i64 {
    // A clock that was set back takes nothing away.
    let running = session.resumed_at.map_or(0, |since| (now - since).num_seconds().max(0));
    session.active_seconds.saturating_add(running)
}

/// Moves a locked session by an event of the machine and writes the event down. Repeats are successes.
pub(super) async fn advance(
    tx: &Tx,
    before: sessions::Model,
    event: SessionEvent,
    summary: Option<&str>,
    data: Value,
) -> Result<ChangedSession> {
    if before.status == event.target() {
        return Ok(ChangedSession { session: before, already: true });
    }
    let Some(status) = state::next(before.status, event) else { return Err(refused(&before, event.as_str())) };
    let mut after = before.clone();
    after.status = status;
    after.active_seconds = worked(&before, tx.now);
    after.resumed_at = (status == Status::Active).then_some(tx.now);
    match status {
        Status::Active => after.paused_at = None,
        Status::Paused => after.paused_at = Some(tx.now),
        Status::Completed | Status::Abandoned => after.ended_at = Some(tx.now),
    }
    if let Some(summary) = summary {
        after.summary = Some(summary.to_owned());
    }
    let session = update(tx, &before, after).await?;
    let kind = match event {
        SessionEvent::Pause => SessionEventKind::Pause,
        SessionEvent::Resume => SessionEventKind::Resume,
        SessionEvent::End | SessionEvent::Abandon => SessionEventKind::End,
    };
    record(tx, session.id, kind, session.active_work_item_id, data).await?;
    Ok(ChangedSession { session, already: false })
}

/// The refusal that names the state and what is possible in it.
pub(super) fn refused(session: &sessions::Model, event: &str) -> Error {
    Error::Transition {
        entity: "session",
        name: session.key.clone(),
        from: session.status.as_str().to_owned(),
        event: event.to_owned(),
        allowed: state::possible(session.status),
    }
}

/// Refuses what is only done while the session runs.
pub(super) fn must_run(session: &sessions::Model, event: &str) -> Result<()> {
    if session.status == Status::Active { Ok(()) } else { Err(refused(session, event)) }
}

/// Writes what differs of a locked session.
pub(super) async fn update(tx: &Tx, before: &sessions::Model, mut after: sessions::Model) -> Result<sessions::Model> {
    after.updated_at = tx.now;
    let written = sessions::Entity::update_many()
        .set(changed::<_, sessions::ActiveModel>(before, &after))
        .filter(sessions::Column::Id.eq(before.id))
        .filter(sessions::Column::Status.eq(before.status))
        .exec(&tx.conn)
        .await?;
    if written.rows_affected == 1 { Ok(after) } else { Err(Error::not_found("session", &*before.key)) }
}

/// Writes down what happened in a locked session; the lock keeps two from taking one number.
pub(super) async fn record(
    tx: &Tx,
    session: Uuid,
    kind: SessionEventKind,
    item: Option<Uuid>,
    data: Value,
) -> Result<events::Model> {
    let last: Option<Option<i64>> = events::Entity::find()
        .select_only()
        .column_as(events::Column::Seq.max(), "last")
        .filter(events::Column::SessionId.eq(session))
        .into_tuple()
        .one(&tx.conn)
        .await?;
    let event = events::Model {
        id: id::new(),
        session_id: session,
        seq: last.flatten().unwrap_or(0) + 1,
        kind,
        work_item_id: item,
        actor_type: match tx.actor.kind {
            ActorType::Agent => SessionEventActorType::Agent,
            ActorType::User => SessionEventActorType::User,
            ActorType::System => SessionEventActorType::System,
        },
        actor_id: tx.actor.id,
        data: Some(data).filter(|data| !data.is_null()),
        created_at: tx.now,
    };
    let row = event.clone().into_active_model().reset_all();
    events::Entity::insert(row).exec_without_returning(&tx.conn).await?;
    Ok(event)
}
