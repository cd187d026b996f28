//! How a sprint's remaining work went down, day by day.

use std::collections::HashMap;

use callboard_entity::{WorkItemStatus, sprint_items as rows, sprints, work_item_events as events};
use chrono::{Days, NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rules::LONGEST_DAYS;
use super::show::{Planned, by_name, planned};
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::state::FINISHED;

/// Counts what was left of a sprint at the end of each of its days: four statements, whatever the items and days.
///
/// Days are UTC's. An item counts from the day on which it was added to the sprint, and as it is estimated now; one that
/// was removed counts on no day.
///
/// # Errors
/// `NotFound` for the project or the sprint; `Invalid` for a sprint without a first day.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BurnDown {
    /// The project of the sprint, by slug or id; needed only where a code is that of sprints in several projects.
    pub project: Option<Ref>,
    /// By code or id.
    pub sprint: Ref,
}

/// A sprint and its days so far.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SprintBurnDown {
    /// The row.
    pub sprint: sprints::Model,
    /// From the first day to today, or to the last day where that is past; at most 366.
    pub days: Vec<Day>,
}

/// The end of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// A day of UTC.
    pub date: NaiveDate,
    /// Items in the sprint.
    pub scope: u64,
    /// Of them, neither done nor cancelled.
    pub remaining: u64,
    /// The estimates of the remaining ones, in hours.
    pub remaining_hours: Decimal,
}

impl Query for BurnDown {
    type Output = SprintBurnDown;

    async fn fetch(&self, tx: &Tx) -> Result<SprintBurnDown> {
        let sprint = by_name(tx, self.project.as_ref(), &self.sprint).await?;
        let Some(start) = sprint.starts_on else {
            return Err(Error::invalid("starts_on", "", format!("{} needs a first day for a burn-down", sprint.code)));
        };
        let today = tx.now.date_naive();
        let last = sprint.ends_on.unwrap_or(today).min(today);
        let dates: Vec<NaiveDate> = start
            .iter_days()
            .take_while(|date| *date <= last)
            .take(usize::try_from(LONGEST_DAYS).unwrap_or(usize::MAX))
            .collect();
        let planned = planned(tx, sprint.id).await?;
        let moves = moves(tx, sprint.id, &planned).await?;
        let days = dates.into_iter().map(|date| day(date, &planned, &moves)).collect();
        Ok(SprintBurnDown { sprint, days })
    }
}

/// When each item was finished or taken up again, oldest first.
type Moves = HashMap<Uuid, Vec<(Timestamp, bool)>>;

async fn moves(tx: &Tx, sprint: Uuid, planned: &[Planned]) -> Result<Moves> {
    let inside = rows::Entity::find()
        .select_only()
        .column(rows::Column::WorkItemId)
        .filter(rows::Column::SprintId.eq(sprint))
        .into_query();
    let told: Vec<(Uuid, Timestamp, String)> = events::Entity::find()
        .select_only()
        .column(events::Column::WorkItemId)
        .column(events::Column::CreatedAt)
        .column(events::Column::ToStatus)
        .filter(events::Column::WorkItemId.in_subquery(inside))
        .filter(events::Column::ToStatus.is_not_null())
        .order_by_asc(events::Column::WorkItemId)
        .order_by_asc(events::Column::Revision)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut moves: Moves = HashMap::new();
    for (item, at, status) in told {
        let finished = FINISHED.iter().any(|finished| finished.as_str() == status);
        moves.entry(item).or_default().push((at, finished));
    }
    // What was imported as done has its ledger row at the time of the import, and was done before.
    for row in planned.iter().filter(|row| row.item.status == WorkItemStatus::Done) {
        let own = moves.entry(row.item.id).or_default();
        if let Some(at) = row.completed_at.filter(|at| own.iter().all(|(told, _)| told > at)) {
            own.insert(0, (at, true));
        }
    }
    Ok(moves)
}

fn day(date: NaiveDate, planned: &[Planned], moves: &Moves) -> Day {
    let end = (date + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
    let mut day = Day { date, scope: 0, remaining: 0, remaining_hours: Decimal::ZERO };
    for row in planned.iter().filter(|row| row.added_at < end) {
        day.scope += 1;
        let told = moves.get(&row.item.id).map(Vec::as_slice).unwrap_or_default();
        let finished = told.iter().rev().find(|(at, _)| *at < end).is_some_and(|(_, finished)| *finished);
        if !finished {
            day.remaining += 1;
            day.remaining_hours += row.estimated_hours.unwrap_or_default();
        }
    }
    day
}
