//! Removes values of runs whose time is over, for the sweep.

use callboard_entity::{workflow_context as context, workflow_runs as runs};
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;

/// Removes up to `limit` values whose time was over at `now`; gives `RUN/AGENT/KEY` of each.
///
/// Several processes may do this at once: each takes what the others have not locked.
pub(crate) async fn forget_values(tx: &Tx, now: Timestamp, limit: u64) -> Result<Vec<String>> {
    let found: Vec<(Uuid, String, String)> = context::Entity::find()
        .select_only()
        .columns([context::Column::WorkflowRunId, context::Column::AgentKey, context::Column::ContextKey])
        .filter(context::Column::ExpiresAt.lte(now))
        .order_by_asc(context::Column::ExpiresAt)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<(Uuid, String)> = runs::Entity::find()
        .select_only()
        .columns([runs::Column::Id, runs::Column::WorkflowId])
        .filter(runs::Column::Id.is_in(found.iter().map(|(run, ..)| *run)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let names: HashMap<Uuid, String> = names.into_iter().collect();
    let mut any = Condition::any();
    for (run, agent, key) in &found {
        let one = Condition::all()
            .add(context::Column::WorkflowRunId.eq(*run))
            .add(context::Column::AgentKey.eq(agent.as_str()))
            .add(context::Column::ContextKey.eq(key.as_str()));
        any = any.add(one);
    }
    context::Entity::delete_many().filter(any).exec(&tx.conn).await?;
    let named = found.into_iter().map(|(run, agent, key)| {
        let run = names.get(&run).cloned().unwrap_or_else(|| run.to_string());
        format!("{run}/{agent}/{key}")
    });
    Ok(named.collect())
}
