//! What stands between the work of now and a next worker who could carry it on: true figures.

use callboard_entity::{
    FileOperationOperation as Operation, WorkItemStatus, checkpoints, file_operations as files,
    task_assignments as assignments, work_items, work_sessions as sessions,
};
use sea_orm::sea_query::{Expr, Query as Sql};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
    Select,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::project;

/// How many things of a figure are named.
pub const EXAMPLES: u64 = 10;

/// Counts what would be lost or unclear if all who work stopped now. Ten statements, whatever the rows.
///
/// # Errors
/// `NotFound` for the project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Continuity {
    /// Of this project only, by slug or id; of the whole board where none is named.
    pub project: Option<Ref>,
}

/// The figures; each is 0 where nothing stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContinuityReport {
    /// When they were true.
    pub at: Timestamp,
    /// Sessions that are active or paused, by key.
    pub open_sessions: Figure,
    /// Items in progress of which no checkpoint was ever written, by key; archived ones are left out.
    pub in_progress_without_checkpoint: Figure,
    /// Files that were changed and not found as they should be, as `KEY path`: their newest operation is not verified.
    pub unverified_files: Figure,
    /// Assignments that hold their item though their lease ran out, by the item's key.
    pub expired_leases: Figure,
}

/// How many there are, and the oldest of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figure {
    /// All of them.
    pub count: u64,
    /// At most [`EXAMPLES`].
    pub first: Vec<String>,
}

impl ContinuityReport {
    /// The figures by name, in their order.
    pub fn figures(&self) -> [(&'static str, &Figure); 4] {
        [
            ("open_sessions", &self.open_sessions),
            ("in_progress_without_checkpoint", &self.in_progress_without_checkpoint),
            ("unverified_files", &self.unverified_files),
            ("expired_leases", &self.expired_leases),
        ]
    }

    /// The sum of all figures.
    pub fn total(&self) -> u64 {
        self.figures().iter().map(|(_, figure)| figure.count).sum()
    }
}

impl Query for Continuity {
    type Output = ContinuityReport;

    async fn fetch(&self, tx: &Tx) -> Result<ContinuityReport> {
        let project = match &self.project {
            Some(name) => Some(project::find(tx, name).await?.id),
            None => None,
        };
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        Ok(ContinuityReport {
            at: tx.now,
            open_sessions: open_sessions(tx, project).await?,
            in_progress_without_checkpoint: without_checkpoint(tx, project).await?,
            unverified_files: unverified(tx, project).await?,
            expired_leases: expired(tx, project, lease_now).await?,
        })
    }
}

async fn open_sessions(tx: &Tx, project: Option<Uuid>) -> Result<Figure> {
    let mut open = sessions::Entity::find().filter(open::sessions());
    if let Some(id) = project {
        open = open.filter(tx.dialect.not_found_by(sessions::Column::ProjectId).eq(id));
    }
    let count = open.clone().count(&tx.conn).await?;
    let first = open.select_only().column(sessions::Column::Key).order_by_asc(sessions::Column::Id);
    Ok(Figure { count, first: first.limit(EXAMPLES).into_tuple().all(&tx.conn).await? })
}

async fn without_checkpoint(tx: &Tx, project: Option<Uuid>) -> Result<Figure> {
    let written = Sql::select()
        .expr(Expr::val(1))
        .from(checkpoints::Entity)
        .and_where(
            Expr::col((checkpoints::Entity, checkpoints::Column::WorkItemId))
                .equals((work_items::Entity, work_items::Column::Id)),
        )
        .to_owned();
    let items = work_items::Entity::find()
        .filter(work_items::Column::Status.eq(WorkItemStatus::InProgress))
        .filter(work_items::Column::ArchivedAt.is_null())
        .filter(Expr::exists(written).not());
    let items = match project {
        Some(id) => items.filter(work_items::Column::ProjectId.eq(id)),
        None => items,
    };
    keys(tx, items).await
}

/// Whatever was done to a file before its newest change is superseded by that.
async fn unverified(tx: &Tx, project: Option<Uuid>) -> Result<Figure> {
    let rows = files::Entity::find()
        .select_only()
        .column(work_items::Column::Key)
        .column(files::Column::Path)
        .join(JoinType::InnerJoin, files::Relation::WorkItem.def())
        // Reading changes nothing, and so there is nothing to verify.
        .filter(files::Column::Operation.ne(Operation::Read))
        // To the letter of the partial index.
        .filter(Expr::cust("file_operations.verification_status IN ('pending', 'partial', 'failed')"))
        .distinct();
    let rows = match project {
        Some(id) => rows.filter(tx.dialect.not_found_by(work_items::Column::ProjectId).eq(id)),
        None => rows,
    };
    let count = rows.clone().count(&tx.conn).await?;
    let first = rows.order_by_asc(work_items::Column::Key).order_by_asc(files::Column::Path).limit(EXAMPLES);
    let first: Vec<(String, String)> = first.into_tuple().all(&tx.conn).await?;
    Ok(Figure { count, first: first.into_iter().map(|(key, path)| format!("{key} {path}")).collect() })
}

async fn expired(tx: &Tx, project: Option<Uuid>, lease_now: Timestamp) -> Result<Figure> {
    let items = work_items::Entity::find()
        .join_rev(JoinType::InnerJoin, assignments::Relation::WorkItem.def())
        .filter(open::assignments())
        .filter(assignments::Column::LeaseExpiresAt.lte(lease_now));
    let items = match project {
        Some(id) => items.filter(tx.dialect.not_found_by(work_items::Column::ProjectId).eq(id)),
        None => items,
    };
    keys(tx, items).await
}

/// How many items a query selects, and the oldest of them.
async fn keys(tx: &Tx, items: Select<work_items::Entity>) -> Result<Figure> {
    let count = items.clone().count(&tx.conn).await?;
    let first = items.select_only().column(work_items::Column::Key).order_by_asc(work_items::Column::Id);
    Ok(Figure { count, first: first.limit(EXAMPLES).into_tuple().all(&tx.conn).await? })
}
