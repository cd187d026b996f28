//! Sets a value of a run's context.

use callboard_entity::workflow_context as context;
use chrono::TimeDelta;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::get::ContextValue;
use crate::clock::micros;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;
use crate::workflow::rows;

/// The longest time that a value may be kept: ten years. Without one it stays as long as its run.
const MAX_TTL_SECONDS: i64 = 10 * 365 * 24 * 60 * 60;

/// Sets a value of a run's context, in place of the one that stands there.
///
/// # Errors
/// `NotFound` for the run; `Invalid` for a name or key that is empty or over 200 characters, a value of over 1 MiB, and
/// a time to live outside 1 second to 10 years.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SetContext {
    /// By its id or its `workflow_id`.
    pub run: Ref,
    /// Whose value it is: the name that the run's steps use for an agent.
    pub agent: String,
    /// The name of the value, unique for the agent in the run.
    pub key: String,
    /// Any JSON.
    pub value: Value,
    /// After so many seconds the value is gone; none: it stays as long as its run.
    #[serde(default)]
    pub ttl_seconds: Option<i64>,
}

impl Verb for SetContext {
    type Output = ContextValue;

    async fn apply(&self, tx: &Tx) -> Result<ContextValue> {
        name("agent", &self.agent)?;
        name("context key", &self.key)?;
        rules::json("value", &self.value)?;
        let run = rows::find(tx, &self.run).await?;
        let expires_at = match self.ttl_seconds {
            None => None,
            Some(seconds) if (1..=MAX_TTL_SECONDS).contains(&seconds) => {
                let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
                Some(micros(now + TimeDelta::seconds(seconds)))
            }
            Some(seconds) => {
                let rule = "must be between 1 second and 10 years";
                return Err(Error::invalid("time to live", format!("{seconds} seconds"), rule));
            }
        };
        let row = context::Model {
            workflow_run_id: run.id,
            agent_key: self.agent.clone(),
            context_key: self.key.clone(),
            value: self.value.clone(),
            expires_at,
            created_at: tx.now,
            updated_at: tx.now,
        };
        let key = [context::Column::WorkflowRunId, context::Column::AgentKey, context::Column::ContextKey];
        let replace = [context::Column::Value, context::Column::ExpiresAt, context::Column::UpdatedAt];
        context::Entity::insert(row.clone().into_active_model().reset_all())
            .on_conflict(OnConflict::columns(key).update_columns(replace).to_owned())
            .exec_without_returning(&tx.conn)
            .await?;
        Ok(ContextValue::of(row))
    }
}

fn name(field: &'static str, value: &str) -> Result<()> {
    rules::line(field, value)?;
    if value.chars().count() > 200 {
        return Err(Error::invalid(field, value, "must have at most 200 characters"));
    }
    Ok(())
}
