//! Completes an assignment: its item is done, and what waited for it may be ready.

use callboard_entity::{WorkItemQualityGateLevel as Level, task_assignments, work_items};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::at_once::{self, Asked};
use super::ending::{self, Ending};
use super::outcome::Outcome;
use super::rows::{self, Fence};
use super::state::AssignmentEvent;
use crate::db::{Alone, OnLane, Tx, Verb};
use crate::error::{Error, Result};
use crate::gate::{self, GateReport};
use crate::{prerequisite, rules, workflow};

/// Completes a started assignment. Completing what is completed is a success that changes nothing.
///
/// The item is done when its quality gate lets it pass; with a strict gate it goes to a review first. Tracked files are
/// looked at before the transaction that decides.
///
/// # Errors
/// `LeaseLost` once the assignment is not the open one any more, or its lease ran out; `Transition` where the machine
/// does not have the event; `GateNotMet` naming what the item's quality gate misses, or where a workflow's step waits for the
/// item and the result is not what the step's gate demands; `Invalid` for hours, notes or a result outside their limits;
/// `NotFound`.
///
/// # Example
/// ```no_run
/// use callboard_service::assignment::{Claim, Complete};
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let actor = board.actor("agent:coder").await?;
/// let claimed = board.run(actor, &Claim::one("coder")).await?.into_claimed()?.remove(0);
/// let notes = Some("parsed, with tests".to_owned());
/// let done = board.run(actor, &Complete { assignment: claimed.assignment, notes, ..Complete::default() }).await?;
/// println!("{} is done; {} items wait for nothing any more", done.item.key, done.unblocked.len());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Complete {
    /// The open assignment's id, as the claim gave it.
    pub assignment: Uuid,
    /// What others should know about the result; at most 1 MiB.
    pub notes: Option<String>,
    /// The hours that it took, rounded to two decimals; 0 to 999,999.99.
    pub actual_hours: Option<Decimal>,
    /// Whatever the holder gives back, kept in the assignment's context under `result`; at most 1 MiB.
    pub result: Option<Value>,
    /// Why it is completed although its quality gate may not be met: recorded with what was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<String>,
}

/// A completed assignment, and the items that became free of prerequisites by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completed {
    /// As it is now.
    pub assignment: task_assignments::Model,
    /// As it is now: done, or in review.
    pub item: work_items::Model,
    /// It was completed before: nothing was changed.
    pub already: bool,
    /// The ids of items that wait for nothing any more.
    pub unblocked: Vec<Uuid>,
    /// What the quality gate had to tell.
    #[serde(default, skip_serializing_if = "GateReport::is_empty")]
    pub gate: GateReport,
}

impl Verb for Complete {
    type Output = Completed;

    fn check(&self) -> Result<()> {
        self.notes.as_deref().map_or(Ok(()), |notes| rules::text("notes", notes))?;
        self.result.as_ref().map_or(Ok(()), |result| rules::json("result", result))?;
        self.force.as_deref().map_or(Ok(()), rules::reason)?;
        self.hours().map(drop)
    }

    async fn apply_alone(&self, alone: Alone<'_>) -> Result<Option<Completed>> {
        let sql = alone.dialect.complete_alone();
        let done = at_once::alone(alone, sql, self.at_once()?).await?;
        Ok(done.map(|(assignment, item)| Completed {
            assignment,
            item,
            already: false,
            unblocked: Vec::new(),
            gate: GateReport::default(),
        }))
    }

    async fn apply(&self, tx: &Tx) -> Result<Completed> {
        self.check()?;
        // It finds only items whose gate is standard and for which no operation on a file was tracked.
        let at_once = at_once::run(tx, tx.dialect.complete(), self.at_once()?).await?;
        if let Some((assignment, item)) = at_once {
            let unblocked = prerequisite::satisfy(tx, item.id, Some(Level::Standard)).await?;
            return Ok(Completed { assignment, item, already: false, unblocked, gate: GateReport::default() });
        }
        let (held, around) = rows::hold_to_complete(tx, self.assignment).await?;
        let Fence::Go(_) = rows::fence(&held, AssignmentEvent::Complete)? else {
            let Outcome { assignment, item, already } = Outcome::already(held);
            return Ok(Completed { assignment, item, already, unblocked: Vec::new(), gate: GateReport::default() });
        };
        let passed = gate::pass(tx, &held.item, around.files, self.force.as_deref()).await?;
        let (notes, result, hours) = (self.notes.clone(), self.result.clone(), self.hours()?);
        let how = Ending::Completed { notes, result, hours, passed: Box::new(passed.clone()) };
        let (assignment, item) = ending::end_around(tx, &held, how, around.workflow).await?;
        let mut unblocked = Vec::new();
        if passed.to_review {
            workflow::check_result(tx, &item).await?;
        } else if around.dependents {
            // In a statement of its own: an edge that was added while this item's row was locked is seen only by a new one.
            unblocked = prerequisite::satisfy(tx, item.id, passed.reached).await?;
        }
        passed.record(tx).await?;
        Ok(Completed { assignment, item, already: false, unblocked, gate: passed.report })
    }

    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        Some(OnLane::new(self.clone()))
    }
}

impl Complete {
    fn at_once(&self) -> Result<Asked<'_>> {
        let own = [self.result.clone().into(), self.hours()?.into()];
        Ok(Asked { assignment: self.assignment, reason: self.notes.as_deref(), own })
    }

    /// Rounded, as they are stored.
    pub(super) fn hours(&self) -> Result<Option<Decimal>> {
        self.actual_hours.map(hours).transpose()
    }
}

fn hours(hours: Decimal) -> Result<Decimal> {
    let rounded = hours.round_dp(2);
    if rounded.is_sign_negative() || rounded > Decimal::new(99_999_999, 2) {
        return Err(Error::invalid("hours", hours.to_string(), "must be between 0 and 999999.99"));
    }
    Ok(rounded)
}
