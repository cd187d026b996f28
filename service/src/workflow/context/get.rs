//! Reads a value of a run's context.

use callboard_entity::workflow_context as context;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;
use crate::workflow::rows;

/// Reads a value of a run's context.
///
/// # Errors
/// `NotFound` for the run and the key, with the near ones; `Expired`, saying since when, for a value whose time is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GetContext {
    /// By its id or its `workflow_id`.
    pub run: Ref,
    /// Whose value it is.
    pub agent: String,
    /// The name of the value.
    pub key: String,
}

/// A value of a run's context.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContextValue {
    /// Whose value it is.
    pub agent: String,
    /// The name of the value.
    pub key: String,
    /// The value.
    pub value: Value,
    /// When it will be gone, or is gone since; none: it stays as long as its run.
    pub expires_at: Option<Timestamp>,
    /// When it was set last.
    pub updated_at: Timestamp,
}

impl ContextValue {
    pub(super) fn of(row: context::Model) -> Self {
        Self {
            agent: row.agent_key,
            key: row.context_key,
            value: row.value,
            expires_at: row.expires_at,
            updated_at: row.updated_at,
        }
    }
}

impl Query for GetContext {
    type Output = ContextValue;

    async fn fetch(&self, tx: &Tx) -> Result<ContextValue> {
        let run = rows::find(tx, &self.run).await?;
        let id = (run.id, self.agent.clone(), self.key.clone());
        let Some(row) = context::Entity::find_by_id(id).one(&tx.conn).await? else {
            let keys: Vec<String> = context::Entity::find()
                .select_only()
                .column(context::Column::ContextKey)
                .filter(context::Column::WorkflowRunId.eq(run.id))
                .filter(context::Column::AgentKey.eq(self.agent.as_str()))
                .limit(1000)
                .into_tuple()
                .all(&tx.conn)
                .await?;
            let near = rules::near(&self.key, keys.iter().map(String::as_str));
            let name = format!("{} of {} in {}", self.key, self.agent, run.workflow_id);
            return Err(Error::NotFound { entity: "context", name, near });
        };
        let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        match row.expires_at {
            Some(at) if at <= now => Err(Error::Expired {
                what: format!("context {} of {} in {}", self.key, self.agent, run.workflow_id),
                at,
            }),
            _ => Ok(ContextValue::of(row)),
        }
    }
}
