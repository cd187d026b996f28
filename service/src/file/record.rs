//! Records what a look at files found.

use std::collections::{BTreeMap, BTreeSet};

use callboard_entity::{
    FileOperationOperation as Kind, FileOperationVerificationStatus as OperationStatus,
    FileVerificationStatus as Status, file_verifications as verifications,
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::effective::{Effect, Expected, Step};
use super::judge::{Finding, both, judge, judge_original};
use super::look::Look;
use super::rows;
use super::verify::{VerifiedFile, on_operation};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id;

/// What was seen at each path, and which operation it was taken to be due to.
#[derive(Debug)]
pub(super) struct RecordVerification {
    pub project: Uuid,
    pub seen: Vec<(String, Effect, Look)>,
    /// Operations that no path's state is due to.
    pub superseded: BTreeSet<Uuid>,
    /// Every operation by which that was decided. They never change: only others can come, or they can go.
    pub steps: BTreeMap<Uuid, Step>,
    /// The paths that these name; none where they are all of the project's.
    pub paths: Option<BTreeSet<String>>,
}

impl Verb for RecordVerification {
    /// The files, by path, and how many operations were superseded meanwhile.
    type Output = (Vec<VerifiedFile>, usize);

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        rows::lock_project(tx, self.project).await?;
        let overtaken = self.overtaken(tx).await?;
        let mut findings: BTreeMap<Uuid, Finding> = BTreeMap::new();
        for (path, effect, look) in self.seen.iter().filter(|(_, effect, _)| !overtaken.contains(&effect.operation)) {
            let step = self.steps.get(&effect.operation);
            let is_copy = step.is_some_and(|step| step.operation == Kind::Copy);
            let found = match effect.expected {
                Expected::Read { .. } if is_copy => judge_original(path, &effect.expected, look),
                _ => judge(path, &effect.expected, look),
            };
            let found = match (findings.remove(&effect.operation), step) {
                // The path that was written speaks for the operation; the paths come in the order of their names.
                (Some(other), Some(step)) if step.new_path.as_ref() == Some(path) => both(other, found),
                (Some(other), _) => both(found, other),
                (None, _) => found,
            };
            findings.insert(effect.operation, found);
        }
        self.write(tx, &findings).await?;
        let steps = findings.keys().filter_map(|id| self.steps.get(id));
        let items = steps.map(|step| step.work_item_id).collect();
        let keys = rows::keys(tx, items).await?;
        let mut files: Vec<VerifiedFile> = findings
            .into_iter()
            .filter_map(|(id, finding)| {
                let step = self.steps.get(&id)?;
                Some(VerifiedFile {
                    operation_id: id,
                    item: keys.get(&step.work_item_id).cloned().unwrap_or_default(),
                    operation: step.operation,
                    path: step.path.clone(),
                    new_path: step.new_path.clone(),
                    occurred_at: step.occurred_at,
                    status: finding.status,
                    differences: finding.differences,
                })
            })
            .collect();
        files.sort_by(|a, b| (&a.path, a.operation_id).cmp(&(&b.path, b.operation_id)));
        Ok((files, overtaken.len()))
    }
}

impl RecordVerification {
    /// The operations to which the state of a path is no longer due: others may have tracked some since, and what was seen
    /// there may be theirs.
    async fn overtaken(&self, tx: &Tx) -> Result<BTreeSet<Uuid>> {
        let now = rows::ids(tx, self.project, self.paths.as_ref()).await?;
        if now.iter().eq(self.steps.keys()) {
            return Ok(BTreeSet::new());
        }
        let paths = self.seen.iter().map(|(path, ..)| path.clone()).collect();
        let now = rows::touching(tx, self.project, &paths).await?.effects;
        let moved = self.seen.iter().filter(|(path, effect, _)| now.get(path) != Some(effect));
        Ok(moved.map(|(_, effect, _)| effect.operation).collect())
    }

    async fn write(&self, tx: &Tx, findings: &BTreeMap<Uuid, Finding>) -> Result<()> {
        let rows: Vec<verifications::ActiveModel> =
            findings.iter().map(|(operation, finding)| row(tx, *operation, finding)).collect::<Result<_>>()?;
        for chunk in rows.chunks(2000) {
            verifications::Entity::insert_many(chunk.iter().cloned()).exec_without_returning(&tx.conn).await?;
        }
        for status in Status::ALL.iter().copied() {
            let of_it = findings.iter().filter(|(_, finding)| finding.status == status).map(|(id, _)| *id).collect();
            rows::mark(tx, of_it, on_operation(status)).await?;
        }
        rows::mark(tx, self.superseded.iter().copied().collect(), OperationStatus::Superseded).await
    }
}

fn row(tx: &Tx, operation_id: Uuid, finding: &Finding) -> Result<verifications::ActiveModel> {
    let errors = match finding.differences.as_slice() {
        [] => None,
        differences => {
            let value = serde_json::to_value(differences);
            Some(value.map_err(|error| Error::Stored { what: "a difference".to_owned(), why: error.to_string() })?)
        }
    };
    let row = verifications::Model {
        id: id::new(),
        operation_id,
        file_exists: finding.file_exists,
        content_matches: finding.content_matches,
        size_matches: finding.size_matches,
        is_regular_file: finding.is_regular_file,
        status: finding.status,
        errors,
        actor_type: rows::verification_actor(tx),
        actor_id: tx.actor.id,
        created_at: tx.now,
    };
    Ok(row.into_active_model().reset_all())
}
