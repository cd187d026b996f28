//! Compares the contents of artifacts with what was added.

use std::collections::{BTreeSet, HashMap};

use callboard_entity::{board_artifacts as artifacts, board_projects as projects, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::get::checked;
use super::rows::keys;
use super::store::{Hashed, path_of};
use crate::board::Callboard;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::file::{Look, Progress, Root, look_at};
use crate::id::Ref;
use crate::{item, project};

/// The most problems that are told one by one; what there is more is counted.
pub const MOST_PROBLEMS: usize = 500;
/// How many artifacts are read at a time: at most 64 KiB of text each.
const PAGE: u64 = 100;

/// Whose artifacts are to be compared; [`Callboard::verify_artifacts`] asks this, and looks.
///
/// # Errors
/// `NotFound`; `Invalid` where no project is named and the board has several.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct VerifyArtifacts {
    /// Those of this item alone, by key or id.
    pub item: Option<Ref>,
    /// Where no item is named: of this project, by slug or id; the board's default one where none is named.
    pub project: Option<Ref>,
}

/// Whose artifacts they are.
#[derive(Clone, Debug, PartialEq)]
pub struct VerifyPlan {
    /// Whose root has the store.
    pub project: projects::Model,
    /// The one item.
    pub item: Option<Uuid>,
}

/// What was found of some artifacts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactVerification {
    /// The project's slug.
    pub project: String,
    /// How many versions are as they were added.
    pub verified: u64,
    /// How many are gone from the store.
    pub missing: u64,
    /// How many hold something else, or can't be read.
    pub altered: u64,
    /// The first 500 of those that are not as they were added, in the order in which they were added.
    pub problems: Vec<ArtifactProblem>,
    /// How many more there are.
    pub more: u64,
    /// How many bytes were read from the store.
    pub bytes: u64,
}

/// An artifact that is not as it was added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactProblem {
    /// The row.
    pub id: Uuid,
    /// The item's key.
    pub item: String,
    /// Its name in the item.
    pub name: String,
    /// Which version.
    pub version: i64,
    /// What is wrong.
    pub fault: ArtifactFault,
    /// Where its content should be, from the project's root; none for a text in its row.
    pub path: Option<String>,
    /// What was found instead.
    pub found: Option<String>,
}

/// What is wrong with an artifact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArtifactFault {
    /// Its content is gone.
    Missing,
    /// Its content is another one.
    Altered,
    /// Its row does not say where its content would be.
    Misplaced,
    /// Its content can't be read, or is no regular file.
    Unreadable,
}

impl ArtifactFault {
    /// In one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Misplaced => "misplaced",
            Self::Unreadable => "unreadable",
        }
    }
}

impl ArtifactVerification {
    /// How many are not as they were added.
    pub fn broken(&self) -> u64 {
        self.missing + self.altered
    }
}

impl Query for VerifyArtifacts {
    type Output = VerifyPlan;

    async fn fetch(&self, tx: &Tx) -> Result<VerifyPlan> {
        Ok(match &self.item {
            Some(name) => {
                let item = item::find(tx, name).await?;
                let project = project::find(tx, &Ref::Id(item.project_id)).await?;
                VerifyPlan { project, item: Some(item.id) }
            }
            None => VerifyPlan { project: project::resolve(tx, self.project.as_ref()).await?, item: None },
        })
    }
}

/// A page of artifacts with the keys of their items, in the order in which they were added.
struct ArtifactPage<'a> {
    plan: &'a VerifyPlan,
    after: Option<Uuid>,
}

impl Query for ArtifactPage<'_> {
    type Output = (Vec<artifacts::Model>, HashMap<Uuid, String>);

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let mut query = artifacts::Entity::find();
        match self.plan.item {
            Some(item) => query = query.filter(artifacts::Column::WorkItemId.eq(item)),
            None => {
                let of_project = work_items::Entity::find()
                    .select_only()
                    .column(work_items::Column::Id)
                    .filter(work_items::Column::ProjectId.eq(self.plan.project.id));
                query = query.filter(artifacts::Column::WorkItemId.in_subquery(of_project.into_query()));
            }
        }
        if let Some(after) = self.after {
            query = query.filter(artifacts::Column::Id.gt(after));
        }
        let rows = query.order_by_asc(artifacts::Column::Id).limit(PAGE).all(&tx.conn).await?;
        let keys = keys(tx, rows.iter().map(|row| row.work_item_id)).await?;
        Ok((rows, keys))
    }
}

impl Callboard {
    /// Compares each version of an item's, or a project's, artifacts with what was added: a hundred rows at a time, the
    /// files of the store on all processors. It writes nothing, and no transaction is open while files are read.
    ///
    /// # Errors
    /// As [`VerifyArtifacts`]; `File` where there is something in the store, and the project has no root or it is not where
    /// it was. What is wrong with the contents themselves is the answer.
    pub async fn verify_artifacts(&self, scope: &VerifyArtifacts, progress: &Progress) -> Result<ArtifactVerification> {
        let plan = self.read(scope).await?;
        let mut found = ArtifactVerification { project: plan.project.slug.clone(), ..ArtifactVerification::default() };
        let (mut root, mut after) = (None, None);
        loop {
            let (rows, keys) = self.read(&ArtifactPage { plan: &plan, after }).await?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            let looks = looks(&plan, &mut root, &rows, progress).await?;
            for row in &rows {
                match judge(row, &looks) {
                    None => found.verified += 1,
                    Some((fault, instead)) => {
                        let item = keys.get(&row.work_item_id).cloned().unwrap_or_default();
                        found.tell(problem(row, item, fault, instead));
                    }
                }
            }
        }
        found.bytes = progress.bytes();
        Ok(found)
    }
}

impl ArtifactVerification {
    fn tell(&mut self, problem: ArtifactProblem) {
        match problem.fault {
            ArtifactFault::Missing => self.missing += 1,
            _ => self.altered += 1,
        }
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }
}

/// What lies in the store of each content of the rows, each looked at once.
async fn looks(
    plan: &VerifyPlan,
    root: &mut Option<Root>,
    rows: &[artifacts::Model],
    progress: &Progress,
) -> Result<HashMap<String, Look>> {
    let stored = rows.iter().filter(|row| row.content.is_none());
    let hashes = stored.filter_map(|row| checked(&row.content_hash, row.path.as_deref()).ok());
    let paths: BTreeSet<String> = hashes.map(path_of).collect();
    if paths.is_empty() {
        return Ok(HashMap::new());
    }
    let root = match root {
        Some(root) => root,
        None => root.insert(Root::open(&plan.project)?),
    };
    let paths: Vec<String> = paths.into_iter().collect();
    let looks = look_at(root, paths.clone(), progress).await?;
    Ok(paths.into_iter().zip(looks).collect())
}

/// What is wrong with a version, and what was found instead.
fn judge(row: &artifacts::Model, looks: &HashMap<String, Look>) -> Option<(ArtifactFault, Option<String>)> {
    let same = |hash: &str, size: i64| hash == row.content_hash && size == row.size_bytes;
    let altered = |hash: String, size: i64| Some((ArtifactFault::Altered, Some(format!("{hash}, {size} bytes"))));
    if let Some(text) = &row.content {
        let mut content = Hashed::default();
        content.update(text.as_bytes());
        let found = content.finish();
        let is_same = same(&found.content_hash, found.size_bytes);
        return if is_same { None } else { altered(found.content_hash, found.size_bytes) };
    }
    if let Err(error) = checked(&row.content_hash, row.path.as_deref()) {
        return Some((ArtifactFault::Misplaced, Some(error.to_string())));
    }
    let unreadable = |why: &str| Some((ArtifactFault::Unreadable, Some(why.to_owned())));
    match looks.get(&path_of(&row.content_hash)) {
        Some(Look::File(file)) if same(&file.content.content_hash, file.content.size_bytes) => None,
        Some(Look::File(file)) => altered(file.content.content_hash.clone(), file.content.size_bytes),
        Some(Look::Absent) | None => Some((ArtifactFault::Missing, None)),
        Some(Look::Folder) => unreadable("a folder"),
        Some(Look::Link) => unreadable("a symbolic link"),
        Some(Look::Special { kind }) => unreadable(kind),
        Some(Look::Changed) => unreadable("it changed while it was read"),
        Some(Look::Unreadable { why }) => unreadable(why),
    }
}

fn problem(row: &artifacts::Model, item: String, fault: ArtifactFault, found: Option<String>) -> ArtifactProblem {
    let path = row.path.clone();
    ArtifactProblem { id: row.id, item, name: row.name.clone(), version: row.version, fault, path, found }
}
