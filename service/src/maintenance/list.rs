//! Lists the runs of the maintenance.

use std::collections::HashMap;

use callboard_entity::{
    MaintenanceOperationExecutionStatus as Status, MaintenanceOperationScope as Scope,
    MaintenanceOperationType as Kind, MaintenanceOperationValidationLevel as Level, board_projects as projects,
    maintenance_operations as operations, work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::report::{Results, Severity};
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::page::{self, Page};
use crate::{names, project};

/// The runs of the maintenance, the newest first: five statements, whatever their number.
///
/// # Errors
/// `NotFound` for the project; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListOperations {
    /// Of this project only, by slug or id.
    pub project: Option<Ref>,
    /// Only of these kinds, where any is named.
    pub kinds: Vec<Kind>,
    /// Only in one of these states, where any is named.
    pub statuses: Vec<Status>,
    /// The id of the last one of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A run without its findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedOperation {
    /// Its id.
    pub id: Uuid,
    /// Which command it was.
    pub kind: Kind,
    /// What was looked at.
    pub scope: Scope,
    /// How closely.
    pub level: Level,
    /// The slug of its project; none for the whole board.
    pub project: Option<String>,
    /// The key of the item that was looked at; none where it was no single one, or is gone.
    pub target: Option<String>,
    /// Whether nothing was to be changed.
    pub dry_run: bool,
    /// How it stands.
    pub status: Status,
    /// Numbers by name; empty where its results cannot be read.
    pub summary: std::collections::BTreeMap<String, i64>,
    /// The worst that it found.
    pub max_severity: Option<Severity>,
    /// Why it failed.
    pub error: Option<String>,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// Until when it is taken to be alive.
    pub lease_expires_at: Option<Timestamp>,
    /// When it ended.
    pub completed_at: Option<Timestamp>,
}

impl Query for ListOperations {
    type Output = Page<ListedOperation>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = operations::Entity::find();
        if let Some(name) = &self.project {
            query = query.filter(operations::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if !self.kinds.is_empty() {
            query = query.filter(operations::Column::OperationType.is_in(self.kinds.iter().copied()));
        }
        if !self.statuses.is_empty() {
            query = query.filter(operations::Column::ExecutionStatus.is_in(self.statuses.iter().copied()));
        }
        if let Some(after) = self.after {
            query = query.filter(operations::Column::Id.lt(after));
        }
        let found = query.order_by_desc(operations::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(found, limit, |row| row.id);
        let next = page.next;
        Ok(Page { rows: named(tx, page.rows).await?, next })
    }
}

/// Adds the names: four statements, whatever the rows.
pub(super) async fn named(tx: &Tx, rows: Vec<operations::Model>) -> Result<Vec<ListedOperation>> {
    let slugs: Vec<(Uuid, String)> = projects::Entity::find()
        .select_only()
        .columns([projects::Column::Id, projects::Column::Slug])
        .filter(projects::Column::Id.is_in(rows.iter().filter_map(|row| row.project_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let keys: Vec<(Uuid, String)> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::Id, work_items::Column::Key])
        .filter(work_items::Column::Id.is_in(rows.iter().filter_map(|row| row.target_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let (slugs, keys): (HashMap<_, _>, HashMap<_, _>) = (slugs.into_iter().collect(), keys.into_iter().collect());
    let who: Vec<_> = rows.iter().filter_map(|row| names::by(row.actor_type.as_str(), row.actor_id)).collect();
    let names = names::names(tx, who).await?;
    let listed = rows.into_iter().map(|row| {
        let results: Results = row.results.and_then(|r| serde_json::from_value(r).ok()).unwrap_or_default();
        ListedOperation {
            id: row.id,
            kind: row.operation_type,
            scope: row.scope,
            level: row.validation_level,
            project: row.project_id.and_then(|id| slugs.get(&id).cloned()),
            target: row.target_id.and_then(|id| keys.get(&id).cloned()),
            dry_run: row.dry_run,
            status: row.execution_status,
            summary: results.summary,
            max_severity: results.max_severity,
            error: row.error,
            by: names::written(row.actor_type.as_str(), row.actor_id, &names),
            started_at: row.started_at,
            lease_expires_at: row.lease_expires_at,
            completed_at: row.completed_at,
        }
    });
    Ok(listed.collect())
}
