//! Satisfies a prerequisite that no look can resolve: somebody confirms it, with evidence.

use callboard_entity::{TaskPrerequisiteType as Type, task_prerequisites as edges};
use serde::{Deserialize, Serialize};

use super::criteria::{Criteria, Said};
use super::named::{self, answers};
use super::set;
use super::state::{self, PrerequisiteEvent};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::rules;

/// Satisfies a validation, a file or, where it is resolved by hand, a gate. Satisfying it again changes nothing.
///
/// The counter, the ready queue and the item's ledger follow in the same transaction; the evidence is kept with both.
///
/// # Errors
/// `Invalid` for empty evidence, when nobody in particular acts, and for what the other item's completion satisfies;
/// `Transition` for one that is waived; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SatisfyPrerequisite {
    /// The item that waits, by key or id.
    pub item: Ref,
    /// What it waits for: an item by key or id; a file by its path; another by its id, or by what it says.
    pub prerequisite: Ref,
    /// How it is known: a report, a run, a name. At most 1 MiB.
    pub evidence: String,
}

/// A prerequisite, and whether it stood so before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangedPrerequisite {
    /// The key of the item that waits.
    pub item: String,
    /// As it is now.
    pub edge: edges::Model,
    /// It stood so before: nothing was changed.
    pub already: bool,
    /// How many prerequisites the item still waits for.
    pub unmet: i64,
}

impl Verb for SatisfyPrerequisite {
    type Output = ChangedPrerequisite;

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        if self.evidence.trim().is_empty() {
            return Err(Error::invalid("evidence", "", "must not be empty"));
        }
        rules::text("evidence", &self.evidence)?;
        let by = answers(tx, "a confirmation").await?;
        let locked = named::lock(tx, &self.item, &self.prerequisite).await?;
        if state::repeats(locked.edge.status, PrerequisiteEvent::Satisfy) {
            return Ok(ChangedPrerequisite::already(locked));
        }
        let by_its_item = match locked.edge.prerequisite_type {
            Type::CompletionDependency => true,
            Type::QualityGate => locked.edge.is_auto_resolvable,
            Type::ValidationRequirement | Type::FileDependency => false,
        };
        if by_its_item {
            let rule = "is satisfied by the completion of its item; waive it where that is not to be waited for";
            return Err(Error::invalid("prerequisite", locked.name(), rule));
        }
        let said = Said { text: self.evidence.clone(), by, at: tx.now };
        let criteria = Criteria { evidence: Some(said), ..Criteria::of(&locked.edge)? };
        let change = set::Change { event: PrerequisiteEvent::Satisfy, criteria, reason: Some(&self.evidence) };
        set::set(tx, locked, Entry::new("prerequisite_satisfied"), change).await
    }
}
