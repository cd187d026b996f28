//! Work sessions: who is at work, since when, on what.

mod abandon;
mod carried;
mod command;
mod continuity;
mod end;
mod list;
mod machine;
mod note;
mod pause;
mod pop;
mod push;
mod resume;
mod show;
mod start;
mod status;
mod switch;

use callboard_service::Ref;
use callboard_service::entity::{agent_profiles, session_events, work_sessions};
use callboard_service::session::{EndSession, PauseSession, ResumeSession, StartSession};
use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use support::Seed;
use uuid::Uuid;

/// A start that says nothing but the key.
pub fn start(key: &str) -> StartSession {
    StartSession { key: Some(key.to_owned()), ..StartSession::default() }
}

/// The same, beside others.
pub fn beside(key: &str) -> StartSession {
    StartSession { beside: true, ..start(key) }
}

fn pause(key: &str) -> PauseSession {
    PauseSession { session: Some(Ref::from(key)), reason: None }
}

fn resume(key: &str) -> ResumeSession {
    ResumeSession { session: Some(Ref::from(key)), beside: false }
}

fn end(key: &str) -> EndSession {
    EndSession { session: Some(Ref::from(key)), summary: None }
}

/// The session's row, as it is now.
pub async fn row(seed: &Seed, id: Uuid) -> work_sessions::Model {
    let row = work_sessions::Entity::find_by_id(id).one(&seed.raw).await;
    row.expect("read the session").expect("the session is there")
}

/// What happened in it, oldest first.
async fn events(seed: &Seed, id: Uuid) -> Vec<session_events::Model> {
    session_events::Entity::find()
        .filter(session_events::Column::SessionId.eq(id))
        .order_by_asc(session_events::Column::Seq)
        .all(&seed.raw)
        .await
        .expect("read the events")
}

/// The kinds of its events, oldest first; their numbers must have no gaps.
async fn kinds(seed: &Seed, id: Uuid) -> Vec<String> {
    let events = events(seed, id).await;
    assert!((1..).zip(&events).all(|(n, event)| event.seq == n), "{events:?}");
    events.into_iter().map(|event| event.kind.to_string()).collect()
}

/// As if the session ran for so many seconds more since it was started or resumed.
async fn worked(seed: &Seed, id: Uuid, seconds: i64) {
    let since = row(seed, id).await.resumed_at.expect("it runs") - TimeDelta::seconds(seconds);
    let moved = work_sessions::Entity::update_many()
        .set(work_sessions::ActiveModel { resumed_at: Set(Some(since)), ..Default::default() })
        .filter(work_sessions::Column::Id.eq(id))
        .exec(&seed.raw)
        .await
        .expect("move the time");
    assert_eq!(moved.rows_affected, 1);
}

/// A session of an agent.
async fn of(seed: &Seed, agent: &agent_profiles::Model, key: &str) -> work_sessions::Model {
    seed.by(agent, &start(key)).await.expect("start")
}

/// The keys of the items on a session's stack.
fn keys(stack: &[callboard_service::item::ItemBrief]) -> Vec<&str> {
    stack.iter().map(|item| item.key.as_str()).collect()
}
