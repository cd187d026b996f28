//! Completes an assignment: its item is done, and what waited for it may be ready.

use callboard_entity::{task_assignments, work_items};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::at_once;
use super::ending::{self, Ending};
use super::outcome::Outcome;
use super::rows::{self, Fence};
use super::state::AssignmentEvent;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::{prerequisite, rules};

/// Completes a started assignment. Completing what is completed is a success that changes nothing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Complete {
    pub assignment: Uuid,
    pub notes: Option<String>,
    /// The hours that it took, rounded to two decimals; 0 to 999,999.99.
    pub actual_hours: Option<Decimal>,
    /// Whatever the holder gives back, kept in the assignment's context under `result`; at most 1 MiB.
    pub result: Option<Value>,
}

/// A completed assignment, and the items that became free of prerequisites by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completed {
    pub assignment: task_assignments::Model,
    pub item: work_items::Model,
    pub already: bool,
    pub unblocked: Vec<Uuid>,
}

impl Verb for Complete {
    type Output = Completed;

    async fn apply(&self, tx: &Tx) -> Result<Completed> {
        if let Some(notes) = &self.notes {
            rules::text("notes", notes)?;
        }
        if let Some(result) = &self.result {
            rules::json("result", result)?;
        }
        let hours = self.actual_hours.map(hours).transpose()?;
        let own = [self.result.clone().into(), hours.into()];
        let at_once = at_once::run(tx, tx.dialect.complete(), self.assignment, self.notes.as_deref(), own).await?;
        if let Some((assignment, item)) = at_once {
            let unblocked = prerequisite::satisfy(tx, item.id).await?;
            return Ok(Completed { assignment, item, already: false, unblocked });
        }
        let held = rows::hold(tx, self.assignment).await?;
        let Fence::Go(_) = rows::fence(&held, AssignmentEvent::Complete)? else {
            let Outcome { assignment, item, already } = Outcome::already(held);
            return Ok(Completed { assignment, item, already, unblocked: Vec::new() });
        };
        let how = Ending::Completed { notes: self.notes.clone(), result: self.result.clone(), hours };
        let (assignment, item) = ending::end(tx, &held, how).await?;
        // In a statement of its own: an edge that was added while this item's row was locked is seen only by a new one.
        let unblocked = prerequisite::satisfy(tx, item.id).await?;
        Ok(Completed { assignment, item, already: false, unblocked })
    }
}

fn hours(hours: Decimal) -> Result<Decimal> {
    let rounded = hours.round_dp(2);
    if rounded.is_sign_negative() || rounded > Decimal::new(99_999_999, 2) {
        return Err(Error::invalid("hours", hours.to_string(), "must be between 0 and 999999.99"));
    }
    Ok(rounded)
}
