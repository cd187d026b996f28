//! Lists artifacts without their contents.

use callboard_entity::{ArtifactType, board_artifacts as artifacts, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{ArtifactBrief, is_newest, keys};
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::page::{self, Page};
use crate::{item, names, project};

/// The artifacts of an item, or of a project, the newest first; five statements, whatever their number.
///
/// # Errors
/// `NotFound`; `Invalid` for a limit outside 1 to 500, and where neither item nor project is named and the board has
/// several projects.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListArtifacts {
    /// By key or id.
    pub item: Option<Ref>,
    /// Where no item is named: of this project, by slug or id; the board's default one where none is named.
    pub project: Option<Ref>,
    /// Only of one of these types, where any is named.
    pub types: Vec<ArtifactType>,
    /// Only of this name.
    pub name: Option<String>,
    /// All versions; else of each name the newest.
    pub all_versions: bool,
    /// The id of the last artifact of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// An artifact in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedArtifact {
    /// The item's key.
    pub item: String,
    /// Who added it: `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    /// The row.
    #[serde(flatten)]
    pub artifact: ArtifactBrief,
}

impl Query for ListArtifacts {
    type Output = Page<ListedArtifact>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = artifacts::Entity::find();
        match &self.item {
            Some(name) => query = query.filter(artifacts::Column::WorkItemId.eq(item::find(tx, name).await?.id)),
            None => {
                let project = project::resolve(tx, self.project.as_ref()).await?.id;
                let of_project = work_items::Entity::find()
                    .select_only()
                    .column(work_items::Column::Id)
                    .filter(work_items::Column::ProjectId.eq(project));
                query = query.filter(artifacts::Column::WorkItemId.in_subquery(of_project.into_query()));
            }
        }
        if !self.types.is_empty() {
            query = query.filter(artifacts::Column::ArtifactType.is_in(self.types.iter().copied()));
        }
        if let Some(name) = &self.name {
            query = query.filter(artifacts::Column::Name.eq(name.as_str()));
        }
        if !self.all_versions {
            query = query.filter(is_newest());
        }
        if let Some(after) = self.after {
            query = query.filter(artifacts::Column::Id.lt(after));
        }
        let rows = query.order_by_desc(artifacts::Column::Id).limit(limit + 1);
        let page = Page::cut(rows.into_partial_model().all(&tx.conn).await?, limit, |row: &ArtifactBrief| row.id);
        let next = page.next;
        Ok(Page { rows: named(tx, page.rows).await?, next })
    }
}

/// The rows with the names of their items and of those who added them: three statements.
pub(super) async fn named(tx: &Tx, rows: Vec<ArtifactBrief>) -> Result<Vec<ListedArtifact>> {
    let keys = keys(tx, rows.iter().map(|row| row.work_item_id)).await?;
    let who: Vec<_> = rows.iter().filter_map(|row| names::by(row.actor_type.as_str(), row.actor_id)).collect();
    let names = names::names(tx, who).await?;
    let listed = rows.into_iter().map(|artifact| ListedArtifact {
        item: keys.get(&artifact.work_item_id).cloned().unwrap_or_default(),
        by: names::written(artifact.actor_type.as_str(), artifact.actor_id, &names),
        artifact,
    });
    Ok(listed.collect())
}
