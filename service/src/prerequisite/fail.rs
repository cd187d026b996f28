//! Marks a prerequisite as failed.

use callboard_entity::TaskPrerequisiteType as Type;
use serde::{Deserialize, Serialize};

use super::criteria::{Criteria, Said};
use super::named::{self, answers};
use super::satisfy::ChangedPrerequisite;
use super::set;
use super::state::{self, PrerequisiteEvent};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::rules;

/// Says that a validation, a file or a gate is not met, or not any more: the item waits for it until it is satisfied or
/// waived, and no look resolves it by itself. Failing it again changes nothing.
///
/// # Errors
/// `Invalid` for an empty reason, when nobody in particular acts, and for a completion, which is as its item is;
/// `Transition` for one that is waived; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FailPrerequisite {
    /// The item that waits, by key or id.
    pub item: Ref,
    /// What it waits for: an item by key or id; a file by its path; another by its id, or by what it says.
    pub prerequisite: Ref,
    /// What is wrong; kept with the prerequisite and in the item's ledger.
    pub reason: String,
}

impl Verb for FailPrerequisite {
    type Output = ChangedPrerequisite;

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        rules::reason(&self.reason)?;
        let by = answers(tx, "a failure").await?;
        let locked = named::lock(tx, &self.item, &self.prerequisite).await?;
        if state::repeats(locked.edge.status, PrerequisiteEvent::Fail) {
            return Ok(ChangedPrerequisite::already(locked));
        }
        if locked.edge.prerequisite_type == Type::CompletionDependency {
            let rule = "is as its item is: reopen that one, or let this one wait for a validation";
            return Err(Error::invalid("prerequisite", locked.name(), rule));
        }
        let said = Said { text: self.reason.clone(), by, at: tx.now };
        let criteria = Criteria { failure: Some(said), ..Criteria::of(&locked.edge)? };
        let change = set::Change { event: PrerequisiteEvent::Fail, criteria, reason: Some(&self.reason) };
        set::set(tx, locked, Entry::new("prerequisite_failed"), change).await
    }
}
