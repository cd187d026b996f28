//! Explains who may have an item: what stands against it, how each agent fits, who fits best.

use callboard_entity::{task_assignments, work_items};
use serde::{Deserialize, Serialize};

use super::assign::{Found, Holder};
use super::eligible;
use super::matching::{self, Match};
use super::rows;
use crate::agent;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{item, user};

/// Explains an item's assignment, for one holder or for the best agents.
///
/// # Errors
/// `NotFound` for the item or the holder; `Invalid` for a number of candidates outside 1 to 50.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExplainAssignment {
    /// By key or id.
    pub item: Ref,
    /// For whom; for nobody in particular where none is named.
    pub holder: Option<Holder>,
    /// How many of the agents that fit best are named: 1 to 50.
    pub candidates: u32,
}

/// An agent and how it fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its slug.
    pub agent: String,
    /// What it has of what is required, and its score.
    pub fit: Match,
}

/// Whether an item can be assigned, to whom, and why not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// As it is now.
    pub item: work_items::Model,
    /// The open assignment, with what was required and granted in its context.
    pub open: Option<task_assignments::Model>,
    /// What stands against it; empty where it could be assigned (to the named holder, or to anybody who fits).
    pub conditions: Vec<String>,
    /// How the named agent fits.
    pub fit: Option<Match>,
    /// The active agents that fit best, best first.
    pub candidates: Vec<Candidate>,
}

impl Query for ExplainAssignment {
    type Output = Explanation;

    async fn fetch(&self, tx: &Tx) -> Result<Explanation> {
        if !(1..=50).contains(&self.candidates) {
            return Err(Error::invalid("candidates", self.candidates.to_string(), "must be between 1 and 50"));
        }
        let found = item::find(tx, &self.item).await?;
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let mut fit = None;
        let holder = match &self.holder {
            None => None,
            Some(Holder::Agent(name)) => Some(Found::Agent(agent::find(tx, name).await?)),
            Some(Holder::User(name)) => Some(Found::User(user::find(tx, name).await?)),
        };
        // Of nobody in particular only what stands against everybody.
        let key = holder.as_ref().map(Found::key).or_else(|| found.assignee_type.zip(found.assignee_id));
        let nobody = (callboard_entity::WorkItemAssigneeType::User, uuid::Uuid::nil());
        let mut conditions = eligible::item_conditions(&found, key.unwrap_or(nobody), lease_now);
        if let Some(Found::Agent(agent)) = &holder {
            conditions.extend(eligible::agent_conditions(tx, agent).await?);
            let own = matching::compare(&matching::required(&found)?, &matching::capabilities(tx, agent).await?);
            conditions.extend(eligible::missing(&own));
            fit = Some(own);
        }
        let open = rows::open_of(tx, &found).await?;
        let best = eligible::best(tx, &found, self.candidates as usize).await?;
        let candidates = best.into_iter().map(|(a, fit)| Candidate { agent: a.slug, fit }).collect();
        Ok(Explanation { item: found, open, conditions, fit, candidates })
    }
}
