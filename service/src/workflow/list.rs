//! Lists runs.

use callboard_entity::{WorkflowRunStatus as Status, workflow_runs as runs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::page::{self, Page};
use crate::project;

/// Lists runs, the newest first, a page at a time.
///
/// # Errors
/// `NotFound` for the project; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListRuns {
    /// Only in one of these states, where any is named.
    pub status: Vec<Status>,
    /// Only runs of this workflow or template.
    pub workflow: Option<String>,
    /// Only of this project.
    pub project: Option<Ref>,
    /// Only those whose runner gave no sign of life until its lease ran out.
    pub interrupted: bool,
    /// Goes on after this run, as the last page said.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A run in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedRun {
    /// The run.
    pub run: runs::Model,
    /// Whether its runner gave no sign of life until its lease ran out: any process may take it.
    pub interrupted: bool,
}

impl Query for ListRuns {
    type Output = Page<ListedRun>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let mut query = runs::Entity::find();
        if !self.status.is_empty() {
            query = query.filter(runs::Column::Status.is_in(self.status.iter().copied()));
        }
        if let Some(workflow) = &self.workflow {
            query = query.filter(runs::Column::WorkflowName.eq(workflow.as_str()));
        }
        if let Some(name) = &self.project {
            query = query.filter(runs::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if self.interrupted {
            query = query.filter(open::driven_runs()).filter(runs::Column::LeaseExpiresAt.lte(now));
        }
        if let Some(after) = self.after {
            query = query.filter(runs::Column::Id.lt(after));
        }
        let found = query.order_by_desc(runs::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(found, limit, |run| run.id);
        Ok(page.map(|run| ListedRun { interrupted: interrupted(&run, now), run }))
    }
}

/// Whether the runner of a running run gave no sign of life until its lease ran out.
pub(crate) fn interrupted(run: &runs::Model, now: Timestamp) -> bool {
    let lapsed = run.lease_expires_at.is_some_and(|end| end <= now);
    run.status == Status::Running && run.runner_id.is_some() && lapsed
}
