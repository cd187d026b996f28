//! The rows of `board_settings`.

use callboard_entity::{board_projects, board_settings as rows};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::known::{self, Known};
use crate::db::Tx;
use crate::error::Result;
use crate::id::Ref;
use crate::project;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// It is the project's own.
    Project,
    /// It is the board's.
    Board,
    /// Nothing is set: Callboard's own value.
    Default,
}

/// A setting as it counts for a project, or for the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// `None` where nothing is set and there is no default.
    pub value: Option<Value>,
    /// Who set it.
    pub source: Source,
    /// The project that was asked for.
    pub project: Option<String>,
    /// What it decides, in one line.
    pub about: String,
}

impl Setting {
    pub(super) fn new(known: &Known, project: Option<&board_projects::Model>, row: Option<&rows::Model>) -> Self {
        Self {
            key: known.key.to_owned(),
            value: row.map_or_else(|| known.default_value(), |row| Some(row.value.clone())),
            source: match row {
                Some(row) if row.project_id.is_some() => Source::Project,
                Some(_) => Source::Board,
                None => Source::Default,
            },
            project: project.map(|p| p.slug.clone()),
            about: known.about.to_owned(),
        }
    }
}

/// The project of a request, where one is named.
pub(super) async fn scope(tx: &Tx, project: Option<&Ref>) -> Result<Option<board_projects::Model>> {
    match project {
        Some(name) => project::find(tx, name).await.map(Some),
        None => Ok(None),
    }
}

/// A setting's key and scope, checked.
pub(super) async fn named(
    tx: &Tx,
    key: &str,
    project: Option<&Ref>,
) -> Result<(&'static Known, Option<board_projects::Model>)> {
    let known = known::find(key)?;
    let project = scope(tx, project).await?;
    known.check_scope(project.as_ref())?;
    Ok((known, project))
}

/// The row of exactly this scope.
pub(super) async fn row(tx: &Tx, key: &str, project: Option<Uuid>) -> Result<Option<rows::Model>> {
    let query = match project {
        Some(id) => of_key(key).filter(rows::Column::ProjectId.eq(id)),
        None => of_key(key).filter(rows::Column::ProjectId.is_null()),
    };
    Ok(query.one(&tx.conn).await?)
}

/// The row that counts: the project's, or else the board's.
pub(super) async fn effective(tx: &Tx, key: &str, project: Option<Uuid>) -> Result<Option<rows::Model>> {
    let mut scope = Condition::any().add(rows::Column::ProjectId.is_null());
    if let Some(project) = project {
        scope = scope.add(rows::Column::ProjectId.eq(project));
    }
    let found = of_key(key).filter(scope).all(&tx.conn).await?;
    Ok(found.into_iter().max_by_key(|row| row.project_id.is_some()))
}

fn of_key(key: &str) -> Select<rows::Entity> {
    rows::Entity::find().filter(rows::Column::Key.eq(key))
}
