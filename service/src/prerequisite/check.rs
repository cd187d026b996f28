//! Resolves what can be resolved by looking: files that are there, and gates that are reached.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use callboard_entity::{
    TaskPrerequisiteStatus as Status, TaskPrerequisiteType as Type, task_prerequisites as edges, work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::criteria::Criteria;
use super::named;
use super::resolve::{GateMet, KeyOf, ProjectOf, Resolve, Verdict, look_at_file};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::file::Root;
use crate::gate::Looks;
use crate::id::Ref;
use crate::item::state::FINISHED;
use crate::{item, project};

/// A page of the pending prerequisites that a look may resolve, of unfinished items; [`Callboard::check_prerequisites`]
/// asks for all pages, looks, and writes.
///
/// # Errors
/// `NotFound`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CheckPrerequisites {
    /// Those of this item alone, by key or id.
    pub item: Option<Ref>,
    /// Where no item is named: of this project, by slug or id; of the whole board where none is named.
    pub project: Option<Ref>,
    /// Only look: write nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Only those after this one, by which the next page is asked for.
    #[serde(default)]
    pub after: Option<Uuid>,
}

/// How many prerequisites a page has.
const PAGE: u64 = 100;
/// How many findings of each kind an answer holds; all are counted.
const KEPT: usize = 500;

/// A prerequisite to look at.
#[derive(Clone, Debug, PartialEq)]
pub struct ToCheck {
    /// As it was read.
    pub edge: edges::Model,
    /// The item that waits.
    pub item: work_items::Model,
}

/// What a look at prerequisites found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedPrerequisites {
    /// How many were satisfied; with `dry_run`, would be.
    pub satisfied: u64,
    /// How many still wait.
    pub waiting: u64,
    /// How many could not be looked at or written.
    pub missed: u64,
    /// Each of them, up to 500 of each outcome.
    pub findings: Vec<CheckedPrerequisite>,
}

/// What was found of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedPrerequisite {
    /// The key of the item that waits.
    pub item: String,
    /// What it waits for: an item's key or a file's path.
    pub prerequisite: String,
    /// A file or a gate.
    pub r#type: Type,
    /// What came of it.
    pub outcome: CheckOutcome,
    /// Why it still waits, or was missed.
    pub why: Option<String>,
}

/// What came of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    /// It is met.
    Satisfied,
    /// It is not met yet.
    Waiting,
    /// It could not be looked at or written: the others were all the same.
    Missed,
}

impl CheckOutcome {
    /// The word that is shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Satisfied => "satisfied",
            Self::Waiting => "waiting",
            Self::Missed => "missed",
        }
    }
}

impl Query for CheckPrerequisites {
    type Output = Vec<ToCheck>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<ToCheck>> {
        let mut found = edges::Entity::find()
            .select_also(work_items::Entity)
            .join(JoinType::InnerJoin, edges::Relation::WorkItem.def())
            .filter(edges::Column::Status.eq(Status::Pending))
            .filter(edges::Column::IsAutoResolvable.eq(true))
            .filter(edges::Column::PrerequisiteType.is_in([Type::FileDependency, Type::QualityGate]))
            .filter(work_items::Column::Status.is_not_in(FINISHED.iter().copied()))
            .filter(work_items::Column::ArchivedAt.is_null());
        if let Some(name) = &self.item {
            found = found.filter(edges::Column::WorkItemId.eq(item::find(tx, name).await?.id));
        } else if let Some(name) = &self.project {
            found = found.filter(work_items::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if let Some(after) = self.after {
            found = found.filter(edges::Column::Id.gt(after));
        }
        let rows = found.order_by_asc(edges::Column::Id).limit(PAGE).all(&tx.conn).await?;
        Ok(rows.into_iter().filter_map(|(edge, item)| Some(ToCheck { edge, item: item? })).collect())
    }
}

impl Callboard {
    /// Looks at files and gates that items wait for, and satisfies what is met: each in a transaction of its own, with the
    /// counter and the ledger. Files are read while no transaction is open; one without a hash is not read at all, and one
    /// that did not match is read again only after it changed. What cannot be looked at is counted as missed, and the others
    /// go on.
    ///
    /// Several processes may do so at once: a prerequisite is satisfied once, and counted by whoever did.
    ///
    /// # Errors
    /// `NotFound` for an item or project; the database's errors.
    pub async fn check_prerequisites(&self, actor: Actor, scope: &CheckPrerequisites) -> Result<CheckedPrerequisites> {
        let mut found = CheckedPrerequisites::default();
        let mut roots: HashMap<Uuid, Result<Root, String>> = HashMap::new();
        let mut page = scope.clone();
        loop {
            let rows = self.read(&page).await?;
            let Some(last) = rows.last() else { return Ok(found) };
            page.after = Some(last.edge.id);
            for row in &rows {
                let (outcome, why) = match self.check_one(actor, row, scope.dry_run, &mut roots).await {
                    Ok(Some(outcome)) => outcome,
                    // Another process was faster, or it was taken away.
                    Ok(None) => continue,
                    Err(error) => (CheckOutcome::Missed, Some(error.to_string())),
                };
                let other = self.read(&KeyOf(row.edge.prerequisite_id)).await?;
                let prerequisite = named::name(&row.edge, other.as_deref());
                let r#type = row.edge.prerequisite_type;
                let item = row.item.key.clone();
                found.add(CheckedPrerequisite { item, prerequisite, r#type, outcome, why });
            }
        }
    }

    /// What came of one; none where it was gone, or another process's, before it could be written.
    async fn check_one(
        &self,
        actor: Actor,
        row: &ToCheck,
        dry_run: bool,
        roots: &mut HashMap<Uuid, Result<Root, String>>,
    ) -> Result<Option<(CheckOutcome, Option<String>)>> {
        // Of its own: what was seen of the files of one item is not kept for the whole board.
        let looks = Looks::default();
        let verdict = if row.edge.prerequisite_type == Type::QualityGate {
            let missing = self.read_looking(&GateMet(&row.edge), &looks).await?;
            if missing.is_empty() { Verdict::Met } else { Verdict::Waits(missing.join("; ")) }
        } else {
            let root = match roots.entry(row.item.project_id) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => {
                    let project = self.read(&ProjectOf(row.item.project_id)).await?;
                    new.insert(Root::open(&project).map_err(|error| error.to_string()))
                }
            };
            match root {
                Ok(root) => look_at_file(root, &Criteria::of(&row.edge)?).await?,
                Err(why) => return Ok(Some((CheckOutcome::Missed, Some(why.clone())))),
            }
        };
        let outcome = match &verdict {
            Verdict::Met => (CheckOutcome::Satisfied, None),
            Verdict::Waits(why) | Verdict::Other(_, why) => (CheckOutcome::Waiting, Some(why.clone())),
        };
        if dry_run || matches!(verdict, Verdict::Waits(_)) {
            return Ok(Some(outcome));
        }
        let resolve = Resolve { item: &row.item, edge: &row.edge, verdict: &verdict };
        Ok(self.run_looking(actor, &resolve, &looks).await?.then_some(outcome))
    }
}

impl CheckedPrerequisites {
    fn add(&mut self, finding: CheckedPrerequisite) {
        let count = match finding.outcome {
            CheckOutcome::Satisfied => &mut self.satisfied,
            CheckOutcome::Waiting => &mut self.waiting,
            CheckOutcome::Missed => &mut self.missed,
        };
        *count += 1;
        if *count <= KEPT as u64 {
            self.findings.push(finding);
        }
    }
}
