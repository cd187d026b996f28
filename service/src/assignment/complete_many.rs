//! Completes many assignments in one transaction, each with an answer of its own.

use std::collections::{HashMap, HashSet};

use callboard_entity::{WorkItemQualityGateLevel as Level, task_assignments as assignments, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::at_once;
use super::complete::{Complete, Completed};
use crate::db::{Tx, Verb};
use crate::error::{Error, ErrorKind, Result};
use crate::gate::GateReport;
use crate::prerequisite;

/// The most that one call may complete.
pub const MAX_COMPLETE: usize = 500;

/// Completes many started assignments in one transaction, each as [`Complete`] does by itself.
///
/// Each has its own answer: what can be done is done, and what is refused keeps none of the others back. So a holder that
/// lost one lease of a hundred has completed the other ninety-nine. Whoever wants all or none runs a [`Complete`] for each
/// in one [`crate::Callboard::transaction`].
///
/// On PostgreSQL the items with the standard gate, without tracked files and without a workflow's step are done by a
/// handful of statements, however many they are. All others, and all on SQLite, are done one after another. An assignment
/// that is named twice is completed once, and is `already` complete the second time.
///
/// # Errors
/// `Invalid` for no assignment, or more than 500 of them; the database's. What a single one is refused for is no error: it
/// stands in its [`CompleteAnswer`].
///
/// # Example
/// ```no_run
/// use callboard_service::assignment::{Claim, Complete, CompleteMany};
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let actor = board.actor("agent:coder").await?;
/// let claimed = board.run(actor, &Claim { count: 100, ..Claim::one("coder") }).await?.claimed;
/// let assignments = claimed.iter().map(|c| Complete { assignment: c.assignment, ..Complete::default() }).collect();
/// let done = board.run(actor, &CompleteMany { assignments }).await?;
/// for answer in &done.answers {
///     if let Some(refused) = &answer.refused {
///         println!("{} is not completed: {}", answer.assignment, refused.why);
///     }
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CompleteMany {
    /// 1 to 500, each with its own notes, hours and result.
    pub assignments: Vec<Complete>,
}

/// What became of each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompletedMany {
    /// One for each that was named, in that order.
    pub answers: Vec<CompleteAnswer>,
    /// How many are completed by this call.
    pub completed: u64,
    /// How many were completed before: nothing of them was changed.
    pub already: u64,
    /// How many were not completed; their answers say why.
    pub refused: u64,
}

/// What became of one: it is completed, or refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompleteAnswer {
    /// As it was named.
    pub assignment: Uuid,
    /// As [`Complete`] gives it; none where it was refused.
    pub completed: Option<Completed>,
    /// Why it was refused: nothing of it was changed.
    pub refused: Option<Refusal>,
}

/// Why one of many was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The cause, as of an error.
    pub kind: ErrorKind,
    /// The message of that error.
    pub why: String,
    /// Each condition that is not met, where the gate refused it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

impl Verb for CompleteMany {
    type Output = CompletedMany;

    async fn apply(&self, tx: &Tx) -> Result<CompletedMany> {
        if !(1..=MAX_COMPLETE).contains(&self.assignments.len()) {
            let rule = format!("must name 1 to {MAX_COMPLETE}");
            return Err(Error::invalid("assignments", self.assignments.len().to_string(), rule));
        }
        let order = self.lock(tx).await?;
        let mut done = self.at_once(tx).await?;
        let mut unseen = None;
        for at in order {
            if done.contains_key(&at) {
                continue;
            }
            let answer = match tx.run(&self.assignments[at]).await {
                Ok(completed) => Ok(completed),
                // Files are looked at for all of them together, and the verb runs again.
                Err(error @ Error::FilesUnseen { .. }) => {
                    unseen.get_or_insert(error);
                    continue;
                }
                Err(error) => Err(refusal(error)?),
            };
            done.insert(at, answer);
        }
        if let Some(error) = unseen {
            return Err(error);
        }
        let mut many = CompletedMany { answers: Vec::with_capacity(done.len()), completed: 0, already: 0, refused: 0 };
        for (at, complete) in self.assignments.iter().enumerate() {
            let (completed, refused) = match done.remove(&at) {
                Some(Ok(completed)) => (Some(completed), None),
                Some(Err(refusal)) => (None, Some(refusal)),
                None => continue,
            };
            let count = match &completed {
                Some(Completed { already: true, .. }) => &mut many.already,
                Some(_) => &mut many.completed,
                None => &mut many.refused,
            };
            *count += 1;
            many.answers.push(CompleteAnswer { assignment: complete.assignment, completed, refused });
        }
        Ok(many)
    }
}

impl CompleteMany {
    /// Locks the items in the order of their ids, before any of them is changed; gives the places of the assignments in
    /// that order, those of unknown ones at the end.
    async fn lock(&self, tx: &Tx) -> Result<Vec<usize>> {
        let items: HashMap<Uuid, Uuid> = assignments::Entity::find()
            .select_only()
            .columns([assignments::Column::Id, assignments::Column::WorkItemId])
            .filter(assignments::Column::Id.is_in(self.assignments.iter().map(|c| c.assignment)))
            .into_tuple::<(Uuid, Uuid)>()
            .all(&tx.conn)
            .await?
            .into_iter()
            .collect();
        if tx.dialect.complete_many().is_some() {
            // A statement of its own: what was committed while a lock was waited for is seen by the next one.
            work_items::Entity::find()
                .select_only()
                .column(work_items::Column::Id)
                .filter(work_items::Column::Id.is_in(items.values().copied()))
                .order_by_asc(work_items::Column::Id)
                .lock_exclusive()
                .into_tuple::<Uuid>()
                .all(&tx.conn)
                .await?;
        }
        let item = |at: &usize| items.get(&self.assignments[*at].assignment);
        let mut order: Vec<usize> = (0..self.assignments.len()).collect();
        order.sort_by_key(|at| (item(at).is_none(), item(at).copied()));
        Ok(order)
    }

    /// Completes those for which one statement is enough, and what waits for them; by their places.
    async fn at_once(&self, tx: &Tx) -> Result<HashMap<usize, Result<Completed, Refusal>>> {
        let mut places = HashMap::new();
        let mut seen = HashSet::new();
        for (at, complete) in self.assignments.iter().enumerate() {
            if seen.insert(complete.assignment) && complete.check().is_ok() {
                places.insert(complete.assignment, at);
            }
        }
        let asked: Vec<&Complete> = places.values().map(|at| &self.assignments[*at]).collect();
        let rows = at_once::complete_many(tx, &asked).await?;
        let reached = rows.iter().map(|(_, item)| (item.id, Some(Level::Standard))).collect();
        let mut unblocked = prerequisite::satisfy_all(tx, &reached).await?;
        let done = rows.into_iter().filter_map(|(assignment, item)| {
            let at = *places.get(&assignment.id)?;
            let unblocked = unblocked.remove(&item.id).unwrap_or_default();
            Some((at, Ok(Completed { assignment, item, already: false, unblocked, gate: GateReport::default() })))
        });
        Ok(done.collect())
    }
}

/// The answer to one that was refused; what is no refusal of this one alone ends the whole call.
fn refusal(error: Error) -> Result<Refusal> {
    let kind = error.kind();
    let own = matches!(
        kind,
        ErrorKind::NotFound | ErrorKind::Conflict | ErrorKind::LeaseLost | ErrorKind::GateNotMet | ErrorKind::Invalid
    );
    if !own || matches!(error, Error::Database(_)) {
        return Err(error);
    }
    let why = error.to_string();
    let missing = if let Error::GateNotMet { missing, .. } = error { missing } else { Vec::new() };
    Ok(Refusal { kind, why, missing })
}
