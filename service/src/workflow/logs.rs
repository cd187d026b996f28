//! What happened to a run, from its ledger.

use std::collections::HashMap;

use callboard_entity::{workflow_events as events, workflow_steps as steps};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::rows;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::names;

/// The events of a run, oldest first, a page at a time.
///
/// # Errors
/// `NotFound`; `Invalid` for a limit outside 1 to 1,000.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLogs {
    /// By its id or its `workflow_id`.
    pub run: Ref,
    /// Goes on after this revision, as the last page said.
    pub after: Option<i64>,
    /// 1 to 1,000.
    pub limit: u64,
}

impl RunLogs {
    /// The first 100.
    pub fn of(run: impl Into<Ref>) -> Self {
        Self { run: run.into(), after: None, limit: 100 }
    }
}

/// A page of a run's events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEventPage {
    /// Oldest first.
    pub events: Vec<RunLogEntry>,
    /// Where the next page goes on; none on the last one.
    pub next: Option<i64>,
}

/// One change of a run or of one of its steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunLogEntry {
    /// Counts the changes of the run.
    pub revision: i64,
    /// What happened.
    pub kind: String,
    /// The step that it happened to; none for the run itself.
    pub step: Option<String>,
    /// The state before.
    pub from_status: Option<String>,
    /// The state after.
    pub to_status: Option<String>,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub actor: String,
    /// Who drove the run.
    pub runner: Option<String>,
    /// Counts the runners.
    pub epoch: i64,
    /// Why.
    pub reason: Option<String>,
    /// What else is known, such as the number of the attempt.
    pub data: Option<Value>,
    /// When.
    pub at: Timestamp,
}

impl Query for RunLogs {
    type Output = RunEventPage;

    async fn fetch(&self, tx: &Tx) -> Result<RunEventPage> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be 1 to 1000"));
        }
        let run = rows::find(tx, &self.run).await?;
        let mut query = events::Entity::find().filter(events::Column::WorkflowRunId.eq(run.id));
        if let Some(after) = self.after {
            query = query.filter(events::Column::Revision.gt(after));
        }
        let mut found = query.order_by_asc(events::Column::Revision).limit(self.limit + 1).all(&tx.conn).await?;
        let more = found.len() as u64 > self.limit;
        found.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let next = found.last().filter(|_| more).map(|event| event.revision);
        let steps: Vec<(Uuid, String)> = steps::Entity::find()
            .select_only()
            .columns([steps::Column::Id, steps::Column::Name])
            .filter(steps::Column::WorkflowRunId.eq(run.id))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let steps: HashMap<Uuid, String> = steps.into_iter().collect();
        let actors = names::names(tx, found.iter().filter_map(|e| names::actor(e.actor_type, e.actor_id))).await?;
        let events = found.into_iter().map(|event| RunLogEntry {
            revision: event.revision,
            kind: event.kind,
            step: event.step_id.and_then(|id| steps.get(&id).cloned()),
            from_status: event.from_status,
            to_status: event.to_status,
            actor: event.actor_id.and_then(|id| actors.get(&id).cloned()).unwrap_or_else(|| "system".to_owned()),
            runner: event.runner_id,
            epoch: event.run_epoch,
            reason: event.reason,
            data: event.data,
            at: event.created_at,
        });
        Ok(RunEventPage { events: events.collect(), next })
    }
}
