//! Shows one file operation, and what was found of it.

use std::collections::BTreeSet;

use callboard_entity::{file_operations as operations, file_verifications as verifications, work_items};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::effective::Expected;
use super::list::{ListedFile, named};
use super::rows;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{project, rules};

/// How many verifications and other operations are shown.
const NEWEST: u64 = 20;

/// A file operation with what was found of it. Showing verifies nothing and writes nothing.
///
/// # Errors
/// `NotFound`; `Invalid` where a path is named, no project, and the board has several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowFile {
    /// An operation's id; or a path relative to the project's root: then the operation that its state is due to.
    pub file: Ref,
    /// The project that a path is of, by slug or id.
    pub project: Option<Ref>,
}

/// A file operation, and what is known of its paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileDetails {
    /// The operation.
    #[serde(flatten)]
    pub operation: ListedFile,
    /// Its one or two paths.
    pub paths: Vec<PathState>,
    /// What was found of it, the newest 20, newest first.
    pub verifications: Vec<verifications::Model>,
    /// Other operations on its paths, the newest 20, newest first.
    pub others: Vec<ListedFile>,
}

/// What is expected at a path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PathState {
    /// Relative to the project's root.
    pub path: String,
    /// The operation that its state is due to.
    pub due_to: Uuid,
    /// What should be there.
    #[serde(flatten)]
    pub expected: Expected,
}

impl Query for ShowFile {
    type Output = FileDetails;

    async fn fetch(&self, tx: &Tx) -> Result<FileDetails> {
        let operation = self.find(tx).await?;
        let item = work_items::Entity::find_by_id(operation.work_item_id).one(&tx.conn).await?;
        let project = item.map(|item| item.project_id).ok_or_else(|| missing(&self.file))?;
        let paths: BTreeSet<String> =
            [Some(&operation.path), operation.new_path.as_ref()].into_iter().flatten().cloned().collect();
        let touching = rows::touching(tx, project, &paths).await?;
        let states = touching.effects.into_iter().filter(|(path, _)| paths.contains(path));
        let states =
            states.map(|(path, effect)| PathState { path, due_to: effect.operation, expected: effect.expected });
        let found = verifications::Entity::find()
            .filter(verifications::Column::OperationId.eq(operation.id))
            .order_by_desc(verifications::Column::Id)
            .limit(NEWEST);
        let either = Condition::any()
            .add(operations::Column::Path.is_in(paths.iter().map(String::as_str)))
            .add(operations::Column::NewPath.is_in(paths.iter().map(String::as_str)));
        let others = rows::of_project(project)
            .filter(either)
            .filter(operations::Column::Id.ne(operation.id))
            .order_by_desc(operations::Column::Id)
            .limit(NEWEST)
            .all(&tx.conn)
            .await?;
        let mut listed = named(tx, std::iter::once(operation).chain(others).collect()).await?.into_iter();
        Ok(FileDetails {
            operation: listed.next().ok_or_else(|| missing(&self.file))?,
            paths: states.collect(),
            verifications: found.all(&tx.conn).await?,
            others: listed.collect(),
        })
    }
}

impl ShowFile {
    async fn find(&self, tx: &Tx) -> Result<operations::Model> {
        let path = match &self.file {
            Ref::Id(id) => {
                let found = operations::Entity::find_by_id(*id).one(&tx.conn).await?;
                return found.ok_or_else(|| missing(&self.file));
            }
            Ref::Name(path) => path,
        };
        let project = project::resolve(tx, self.project.as_ref()).await?;
        let touching = rows::touching(tx, project.id, &BTreeSet::from([path.clone()])).await?;
        let found = match touching.effects.get(path) {
            Some(effect) => operations::Entity::find_by_id(effect.operation).one(&tx.conn).await?,
            None => None,
        };
        match found {
            Some(operation) => Ok(operation),
            None => Err(nearest(tx, project.id, path).await?),
        }
    }
}

fn missing(file: &Ref) -> Error {
    Error::not_found("file operation", file.to_string())
}

async fn nearest(tx: &Tx, project: Uuid, path: &str) -> Result<Error> {
    let newest: Vec<String> = rows::of_project(project)
        .select_only()
        .column(operations::Column::Path)
        .order_by_desc(operations::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let known: BTreeSet<&str> = newest.iter().map(String::as_str).collect();
    Ok(Error::NotFound { entity: "file operation on", name: path.to_owned(), near: rules::near(path, known) })
}
