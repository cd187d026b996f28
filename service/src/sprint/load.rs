//! How a sprint's work is spread over agents and users.

use std::collections::BTreeMap;

use callboard_entity::{WorkItemDelegationStatus, WorkItemStatus, sprints};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::show::{Planned, by_name, planned};
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::state::FINISHED;
use crate::names::names;

/// Adds up a sprint's items by who has them: five statements, whatever the items.
///
/// # Errors
/// `NotFound` for the project or the sprint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoadOfSprint {
    /// The project of the sprint, by slug or id; needed only where a code is that of sprints in several projects.
    pub project: Option<Ref>,
    /// By code or id.
    pub sprint: Ref,
}

/// A sprint and what each has of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SprintLoad {
    /// The row.
    pub sprint: sprints::Model,
    /// By name; last what nobody has.
    pub load: Vec<Load>,
}

/// What one agent or user has of a sprint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// `agent:SLUG` or `user:NAME`; `None` for what nobody has.
    pub assignee: Option<String>,
    /// All of theirs, whatever became of them.
    pub items: u64,
    /// Set aside for them, or assigned, and neither started nor finished.
    pub waiting: u64,
    /// Started or paused by them now.
    pub in_progress: u64,
    /// Done by them, or set aside for them when they were done.
    pub done: u64,
    /// Cancelled ones.
    pub cancelled: u64,
    /// The estimates of all their items but cancelled ones, in hours.
    pub estimated_hours: Decimal,
    /// The estimates of their unfinished items, in hours.
    pub remaining_hours: Decimal,
    /// What their items took, in hours.
    pub actual_hours: Decimal,
    /// Unfinished items without an estimate.
    pub unestimated: u64,
}

impl Load {
    fn add(&mut self, row: &Planned) {
        self.items += 1;
        let finished = FINISHED.contains(&row.item.status);
        match row.item.status {
            WorkItemStatus::Done => self.done += 1,
            WorkItemStatus::Cancelled => self.cancelled += 1,
            _ if is_held(row) => self.in_progress += 1,
            _ => self.waiting += 1,
        }
        let estimate = row.estimated_hours.unwrap_or_default();
        if row.item.status != WorkItemStatus::Cancelled {
            self.estimated_hours += estimate;
        }
        if !finished {
            self.remaining_hours += estimate;
            self.unestimated += u64::from(row.estimated_hours.is_none());
        }
        self.actual_hours += row.actual_hours.unwrap_or_default();
    }
}

fn is_held(row: &Planned) -> bool {
    let started = matches!(row.item.status, WorkItemStatus::InProgress);
    started || row.item.delegation_status == WorkItemDelegationStatus::InProgress
}

impl Query for LoadOfSprint {
    type Output = SprintLoad;

    async fn fetch(&self, tx: &Tx) -> Result<SprintLoad> {
        let sprint = by_name(tx, self.project.as_ref(), &self.sprint).await?;
        let planned = planned(tx, sprint.id).await?;
        let names = names(tx, planned.iter().filter_map(Planned::assignee)).await?;
        let mut load: BTreeMap<Option<String>, Load> = BTreeMap::new();
        for row in &planned {
            let assignee = row.assignee_id.and_then(|id| names.get(&id).cloned());
            load.entry(assignee).or_default().add(row);
        }
        let nobody = load.remove(&None);
        let named = load.into_iter().map(|(assignee, load)| Load { assignee, ..load });
        Ok(SprintLoad { sprint, load: named.chain(nobody).collect() })
    }
}
