//! Compares files with what the operations on them left there.

use std::collections::{BTreeMap, BTreeSet};

use callboard_entity::{
    FileOperationOperation, FileOperationVerificationStatus as OperationStatus, FileVerificationStatus as Status,
    board_projects as projects, file_operations as operations, work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::effective::{Effect, Step, superseded};
use super::judge::Difference;
use super::look::{Progress, look_at};
use super::record::RecordVerification;
use super::{Root, rows};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{item, project};

/// What there is to look at: the paths that the operations of an item, or of a whole project, are still answerable for.
///
/// [`Callboard::verify_files`] asks this, looks, and records what it found.
///
/// # Errors
/// `NotFound`; `Invalid` where no project is named and the board has several.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VerifyFiles {
    /// The operations of this item alone, by key or id.
    pub item: Option<Ref>,
    /// Where no item is named: of this project, by slug or id; the board's default one where none is named.
    pub project: Option<Ref>,
}

/// The paths to look at, each with the operation that its state is due to.
#[derive(Clone, Debug, PartialEq)]
pub struct VerificationPlan {
    /// Whose files they are.
    pub project: projects::Model,
    /// The effect of an operation in scope on each path.
    pub effects: BTreeMap<String, Effect>,
    /// The operations in scope that no path's state is due to any more.
    pub superseded: BTreeSet<Uuid>,
    /// The operations in scope whose last verification failed.
    pub failed: BTreeSet<Uuid>,
    /// Every operation that decided this, by id.
    pub steps: BTreeMap<Uuid, Step>,
    /// The paths that these name; none where they are all of the project's.
    pub paths: Option<BTreeSet<String>>,
}

/// What was found of some files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verification {
    /// The project's slug.
    pub project: String,
    /// The folder that was looked at; none where there was nothing to look at.
    pub root: Option<String>,
    /// Each effective operation, by path.
    pub files: Vec<VerifiedFile>,
    /// How many of them are as they should be.
    pub verified: usize,
    /// How many are there with another content, or were only read and are no longer what they were.
    pub partial: usize,
    /// How many are gone, still there, no regular files or unreadable.
    pub failed: usize,
    /// How many operations in scope no path's state is due to any more.
    pub superseded: usize,
    /// How many operations were superseded by others while their files were looked at: nothing is said of them.
    pub overtaken: usize,
    /// How many bytes were read.
    pub bytes: u64,
}

/// What was found of one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerifiedFile {
    /// The operation's row.
    pub operation_id: Uuid,
    /// The key of the item that it was done for.
    pub item: String,
    /// What was done.
    pub operation: FileOperationOperation,
    /// Relative to the project's root.
    pub path: String,
    /// Where a move or copy led to.
    pub new_path: Option<String>,
    /// When it was done.
    pub occurred_at: Timestamp,
    /// What was found.
    pub status: Status,
    /// What differs, with what was expected and what is there.
    pub differences: Vec<Difference>,
}

impl Verification {
    /// How many files are not as the work on them left them. One that was only read is not among them.
    pub fn broken(&self) -> usize {
        let is_broken =
            |file: &&VerifiedFile| file.status != Status::Verified && file.operation != FileOperationOperation::Read;
        self.files.iter().filter(is_broken).count()
    }
}

impl Query for VerifyFiles {
    type Output = VerificationPlan;

    async fn fetch(&self, tx: &Tx) -> Result<VerificationPlan> {
        let Some(name) = &self.item else {
            let project = project::resolve(tx, self.project.as_ref()).await?;
            let steps = rows::steps(tx, rows::of_project(project.id)).await?;
            let effects = super::effective::effective(&steps);
            let superseded = superseded(&steps, &effects).into_iter().map(|step| step.id).collect();
            let effects = effects.into_iter().map(|(path, effect)| (path.to_owned(), effect)).collect();
            let failed = failed(&steps);
            let steps = steps.into_iter().map(|step| (step.id, step)).collect();
            return Ok(VerificationPlan { project, effects, superseded, failed, steps, paths: None });
        };
        plan_of(tx, &item::find(tx, name).await?).await
    }
}

/// What there is to look at for one item, whose row was just read.
pub(crate) async fn plan_of(tx: &Tx, item: &work_items::Model) -> Result<VerificationPlan> {
    let project = projects::Entity::find_by_id(item.project_id).one(&tx.conn).await?;
    let project = project.ok_or_else(|| Error::not_found("project", item.project_id.to_string()))?;
    let own = operations::Entity::find().filter(operations::Column::WorkItemId.eq(item.id));
    let own = rows::steps(tx, own).await?;
    let paths = own.iter().flat_map(|step| [Some(&step.path), step.new_path.as_ref()]).flatten().cloned().collect();
    let rows::Touching { steps, mut effects } = rows::touching(tx, project.id, &paths).await?;
    let ids: BTreeSet<Uuid> = own.iter().map(|step| step.id).collect();
    let superseded = superseded(&own, &effects).into_iter().map(|step: &Step| step.id).collect();
    effects.retain(|_, effect| ids.contains(&effect.operation));
    let steps = steps.into_iter().map(|step| (step.id, step)).collect();
    Ok(VerificationPlan { project, effects, superseded, failed: failed(&own), steps, paths: Some(paths) })
}

fn failed(steps: &[Step]) -> BTreeSet<Uuid> {
    steps.iter().filter(|step| step.verification_status == OperationStatus::Failed).map(|step| step.id).collect()
}

impl Callboard {
    /// Looks at the files that an item's, or a project's, operations left, on all processors, and records what it found:
    /// a row for each effective operation. No transaction is open while files are read.
    ///
    /// # Errors
    /// As [`VerifyFiles`]; `File` where the project has no root, or it is not where it was. What is wrong with the files
    /// themselves is the answer.
    pub async fn verify_files(&self, actor: Actor, scope: &VerifyFiles, progress: &Progress) -> Result<Verification> {
        let plan = self.read(scope).await?;
        let root = if plan.effects.is_empty() { None } else { Some(Root::open(&plan.project)?) };
        let looks = match &root {
            Some(root) => look_at(root, plan.effects.keys().cloned().collect(), progress).await?,
            None => Vec::new(),
        };
        let superseded = plan.superseded.len();
        let slug = plan.project.slug.clone();
        let seen = plan.effects.into_iter().zip(looks).map(|((path, effect), look)| (path, effect, look));
        let record = RecordVerification {
            project: plan.project.id,
            seen: seen.collect(),
            superseded: plan.superseded,
            steps: plan.steps,
            paths: plan.paths,
        };
        let (files, overtaken) = self.run(actor, &record).await?;
        let count = |status| files.iter().filter(|file| file.status == status).count();
        Ok(Verification {
            project: slug,
            root: root.map(|root| root.path().to_string_lossy().into_owned()),
            verified: count(Status::Verified),
            partial: count(Status::Partial),
            failed: count(Status::Failed),
            superseded,
            overtaken,
            bytes: progress.bytes(),
            files,
        })
    }
}

/// The same word on the operation's own row.
pub(super) fn on_operation(status: Status) -> OperationStatus {
    match status {
        Status::Verified => OperationStatus::Verified,
        Status::Partial => OperationStatus::Partial,
        Status::Failed => OperationStatus::Failed,
    }
}
