//! When work that an agent holds is stale: one judgement for scans, health and readiness.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use callboard_entity::{agent_profiles as agents, task_assignments as assignments, work_items};
use chrono::TimeDelta;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use uuid::Uuid;

use super::report::Severity;
use crate::assignment::state::OPEN;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::setting::{self, StaleHours};

/// An agent's open assignment whose item saw no activity for longer than the agent's type may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    pub assignment: Uuid,
    pub item: Uuid,
    pub key: String,
    /// The agent's slug and type.
    pub agent: String,
    pub agent_type: String,
    /// Whole hours without activity.
    pub idle: i64,
    /// Hours.
    pub threshold: i64,
    pub severity: Severity,
    /// Whether the maintenance may change the item.
    pub auto: bool,
}

impl Stale {
    /// In words.
    pub fn detail(&self) -> String {
        let Self { agent, agent_type, idle, threshold, .. } = self;
        format!("agent:{agent} ({agent_type}) did nothing for {idle} hours, {threshold} are allowed")
    }
}

/// High where the time is over twice what is allowed, medium where it is over it.
pub(crate) fn judge(idle: TimeDelta, threshold: i64) -> Option<Severity> {
    let allowed = TimeDelta::hours(threshold);
    match () {
        () if idle > allowed * 2 => Some(Severity::High),
        () if idle > allowed => Some(Severity::Medium),
        () => None,
    }
}

/// The thresholds of projects, each read once.
#[derive(Debug, Default)]
pub(crate) struct Thresholds(HashMap<Uuid, StaleHours>);

impl Thresholds {
    async fn of(&mut self, tx: &Tx, project: Uuid) -> Result<&StaleHours> {
        Ok(match self.0.entry(project) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(place) => place.insert(setting::stale_hours(tx, Some(project)).await?),
        })
    }
}

#[derive(Debug, FromQueryResult)]
struct Row {
    assignment: Uuid,
    item: Uuid,
    key: String,
    project: Uuid,
    active: Option<Timestamp>,
    updated: Timestamp,
    auto: bool,
    agent: String,
    agent_type: String,
}

/// A page of what is stale among items that meet a condition, after an assignment; with where the next one begins, and
/// how many open assignments were looked at.
pub(crate) async fn page(
    tx: &Tx,
    items: Condition,
    thresholds: &mut Thresholds,
    after: Option<Uuid>,
    limit: u64,
) -> Result<(Vec<Stale>, Option<Uuid>, usize)> {
    let mut query = assignments::Entity::find()
        .select_only()
        .column_as(assignments::Column::Id, "assignment")
        .column_as(work_items::Column::Id, "item")
        .column_as(work_items::Column::Key, "key")
        .column_as(work_items::Column::ProjectId, "project")
        .column_as(work_items::Column::LastActivityAt, "active")
        .column_as(work_items::Column::UpdatedAt, "updated")
        .column_as(work_items::Column::AutoMaintenanceEnabled, "auto")
        .column_as(agents::Column::Slug, "agent")
        .column_as(agents::Column::Type, "agent_type")
        .join(JoinType::InnerJoin, assignments::Relation::WorkItem.def())
        .join(JoinType::InnerJoin, assignments::Relation::Agent.def())
        .filter(assignments::Column::Status.is_in(OPEN.iter().copied()))
        .filter(items);
    if let Some(after) = after {
        query = query.filter(assignments::Column::Id.gt(after));
    }
    let rows = query.order_by_asc(assignments::Column::Id).limit(limit).into_model::<Row>().all(&tx.conn).await?;
    let next = rows.last().filter(|_| rows.len() as u64 == limit).map(|row| row.assignment);
    let looked = rows.len();
    let mut stale = Vec::new();
    for row in rows {
        let threshold = thresholds.of(tx, row.project).await?.of(&row.agent_type);
        let idle = tx.now - row.active.unwrap_or(row.updated);
        if let Some(severity) = judge(idle, threshold) {
            stale.push(Stale {
                assignment: row.assignment,
                item: row.item,
                key: row.key,
                agent: row.agent,
                agent_type: row.agent_type,
                idle: idle.num_hours(),
                threshold,
                severity,
                auto: row.auto,
            });
        }
    }
    Ok((stale, next, looked))
}

/// Whether one item is stale.
pub(crate) async fn of_item(tx: &Tx, item: Uuid) -> Result<Option<Stale>> {
    let own = Condition::all().add(work_items::Column::Id.eq(item));
    // One assignment at most is open.
    let (mut stale, ..) = page(tx, own, &mut Thresholds::default(), None, 1).await?;
    Ok(stale.pop())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::{Severity, judge};

    #[test]
    fn over_the_threshold_is_medium_and_over_twice_is_high() {
        let at = |hours, seconds| judge(TimeDelta::hours(hours) + TimeDelta::seconds(seconds), 24);
        assert_eq!(
            [at(24, 0), at(24, 1), at(48, 0), at(48, 1)],
            [None, Some(Severity::Medium), Some(Severity::Medium), Some(Severity::High)]
        );
        assert_eq!(judge(TimeDelta::hours(-5), 24), None, "a clock that was set back");
    }
}
