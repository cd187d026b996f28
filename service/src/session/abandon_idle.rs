//! Abandons sessions that give no sign of life any more, for the sweep.

use callboard_entity::{
    session_events as events, task_assignments as assignments, work_item_events as ledger, work_sessions as sessions,
};
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::rows;
use super::state::{OPEN, SessionEvent};
use crate::assignment::state::OPEN as HELD;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;

/// Abandons up to `limit` open sessions of a project (none: of no project) that were last heard of before `since`, and
/// whose holder holds nothing under a lease that still runs; gives their keys.
///
/// Several processes may do this at once: each takes what the others have not locked.
pub(crate) async fn abandon_idle(tx: &Tx, project: Option<Uuid>, since: Timestamp, limit: u64) -> Result<Vec<String>> {
    let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
    let own = Expr::col((sessions::Entity, sessions::Column::Id));
    let heard = Query::select()
        .expr(Expr::val(1))
        .from(events::Entity)
        .and_where(Expr::col((events::Entity, events::Column::SessionId)).eq(own.clone()))
        .and_where(Expr::col((events::Entity, events::Column::CreatedAt)).gt(since))
        .to_owned();
    let wrote = Query::select()
        .expr(Expr::val(1))
        .from(ledger::Entity)
        .and_where(Expr::col((ledger::Entity, ledger::Column::SessionId)).eq(own))
        .and_where(Expr::col((ledger::Entity, ledger::Column::CreatedAt)).gt(since))
        .to_owned();
    let agent = Expr::col((sessions::Entity, sessions::Column::AgentId));
    let holds = Query::select()
        .expr(Expr::val(1))
        .from(assignments::Entity)
        .and_where(Expr::col((assignments::Entity, assignments::Column::AgentId)).eq(agent))
        .and_where(assignments::Column::Status.is_in(HELD.iter().copied()))
        .and_where(assignments::Column::LeaseExpiresAt.gt(lease_now))
        .to_owned();
    let of = match project {
        Some(project) => sessions::Column::ProjectId.eq(project),
        None => sessions::Column::ProjectId.is_null(),
    };
    let idle = sessions::Entity::find()
        .filter(sessions::Column::Status.is_in(OPEN.iter().copied()))
        .filter(sessions::Column::UpdatedAt.lte(since))
        .filter(of)
        .filter(
            Condition::all()
                .add(Expr::exists(heard).not())
                .add(Expr::exists(wrote).not())
                .add(Expr::exists(holds).not()),
        )
        .order_by_asc(sessions::Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
    let mut keys = Vec::new();
    for session in idle.all(&tx.conn).await? {
        let reason = format!("no sign of life since {}", since.to_rfc3339());
        let data = json!({ "status": SessionEvent::Abandon.target(), "reason": reason });
        keys.push(rows::advance(tx, session, SessionEvent::Abandon, None, data).await?.session.key);
    }
    Ok(keys)
}
