//! How many items there are, by status and by delegation.

use std::collections::BTreeMap;

use callboard_entity::{WorkItemDelegationStatus, WorkItemStatus, work_items};
use sea_orm::{QuerySelect, Select};
use serde::{Deserialize, Serialize};

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
