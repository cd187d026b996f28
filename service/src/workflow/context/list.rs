//! Lists the context of a run.

use callboard_entity::workflow_context as context;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use super::get::ContextValue;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::workflow::rows;

/// Lists the values of a run's context by agent and key, without those whose time is over.
///
/// # Errors
/// `NotFound` for the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListContext {
    /// By its id or its `workflow_id`.
    pub run: Ref,
    /// Only this agent's.
    #[serde(default)]
    pub agent: Option<String>,
    /// Also those whose time is over.
    #[serde(default)]
    pub expired: bool,
}

impl Query for ListContext {
    type Output = Vec<ContextValue>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<ContextValue>> {
        let run = rows::find(tx, &self.run).await?;
        let mut query = context::Entity::find().filter(context::Column::WorkflowRunId.eq(run.id));
        if let Some(agent) = &self.agent {
            query = query.filter(context::Column::AgentKey.eq(agent.as_str()));
        }
        if !self.expired {
            let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
            let at = context::Column::ExpiresAt;
            query = query.filter(Condition::any().add(at.is_null()).add(at.gt(now)));
        }
        let rows = query.order_by_asc(context::Column::AgentKey).order_by_asc(context::Column::ContextKey);
        Ok(rows.all(&tx.conn).await?.into_iter().map(ContextValue::of).collect())
    }
}
