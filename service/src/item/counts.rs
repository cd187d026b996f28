//! How many items there are, by status and by delegation.

use std::collections::BTreeMap;

use callboard_entity::{WorkItemDelegationStatus, WorkItemStatus, work_items};
use sea_orm::sea_query::{Asterisk, Expr, Func, Query};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, QuerySelect, QueryTrait, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;

/// Numbers of items; every status is named, also where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// How many stand in each status.
    pub by_status: BTreeMap<WorkItemStatus, u64>,
    /// How many stand in each delegation status.
    pub by_delegation: BTreeMap<WorkItemDelegationStatus, u64>,
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            total: 0,
            by_status: WorkItemStatus::ALL.iter().map(|s| (*s, 0)).collect(),
            by_delegation: WorkItemDelegationStatus::ALL.iter().map(|s| (*s, 0)).collect(),
        }
    }
}

impl Counts {
    pub(crate) fn add(&mut self, status: WorkItemStatus, delegation: WorkItemDelegationStatus, items: u64) {
        self.total += items;
        *self.by_status.entry(status).or_default() += items;
        *self.by_delegation.entry(delegation).or_default() += items;
    }
}

/// Counts the items that a query selects: one statement.
pub(crate) async fn count(tx: &Tx, items: Select<work_items::Entity>) -> Result<Counts> {
    let rows: Vec<(WorkItemStatus, WorkItemDelegationStatus, i64)> = items
        .select_only()
        .column(work_items::Column::Status)
        .column(work_items::Column::DelegationStatus)
        .column_as(work_items::COLUMN.id.count(), "items")
        .group_by(work_items::Column::Status)
        .group_by(work_items::Column::DelegationStatus)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut counts = Counts::default();
    for (status, delegation, items) in rows {
        counts.add(status, delegation, u64::try_from(items).unwrap_or(0));
    }
    Ok(counts)
}

/// Counts the items of a project, or of the board, that are not archived: at most `most` of each status, so that it takes no
/// longer on a larger board. How they are delegated is told of those alone.
pub(crate) async fn count_some(tx: &Tx, project: Option<Uuid>, most: u64) -> Result<Counts> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let statement = tx.dialect.statement(&tx.dialect.count_some(), [most.into(), project.into()]);
    let mut counts = Counts::default();
    for row in tx.conn.query_all_raw(statement).await? {
        let items: i64 = row.try_get("", "items")?;
        counts.add(row.try_get("", "status")?, row.try_get("", "delegation")?, u64::try_from(items).unwrap_or(0));
    }
    Ok(counts)
}

/// How many rows a query finds: `most` at most, where there is one.
pub(crate) async fn at_most<E: EntityTrait>(tx: &Tx, query: Select<E>, most: Option<u64>) -> Result<u64>
where
    E::Model: Send + Sync,
{
    let Some(most) = most else { return Ok(query.count(&tx.conn).await?) };
    let some = query.select_only().expr_as(Expr::value(1), "one").limit(most).into_query();
    let count = Query::select().expr_as(Func::count(Expr::col(Asterisk)), "n").from_subquery(some, "some").to_owned();
    let row = tx.conn.query_one(&count).await?;
    let found: Option<i64> = row.map(|row| row.try_get("", "n")).transpose()?;
    Ok(found.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
}
