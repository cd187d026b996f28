//! The rows of `board_artifacts`.

use std::collections::HashMap;

use callboard_entity::{ActorType, ArtifactActorType, ArtifactType, board_artifacts as artifacts, work_items};
use sea_orm::sea_query::{Alias, Expr, Query, SimpleExpr};
use sea_orm::{ColumnTrait, DerivePartialModel, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{item, rules};

/// An artifact without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DerivePartialModel)]
#[sea_orm(entity = "artifacts::Entity")]
pub struct ArtifactBrief {
    /// The row.
    pub id: Uuid,
    /// The item that it is of.
    pub work_item_id: Uuid,
    /// The assignment under which it was added.
    pub assignment_id: Option<Uuid>,
    /// The session in which it was added.
    pub session_id: Option<Uuid>,
    /// Its name in the item.
    pub name: String,
    /// What it is for.
    pub artifact_type: ArtifactType,
    /// From 1, without gaps.
    pub version: i64,
    /// SHA-256 of its content, in hex.
    pub content_hash: String,
    /// How large it is, in bytes.
    pub size_bytes: i64,
    /// Its media type, such as `text/markdown`.
    pub mime_type: Option<String>,
    /// Where its content lies, from the project's root; none for a text that is kept in its row.
    pub path: Option<String>,
    /// The version before.
    pub previous_version_id: Option<Uuid>,
    /// Who added it.
    pub actor_type: ArtifactActorType,
    /// Who added it.
    pub actor_id: Option<Uuid>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// Names an artifact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactName {
    /// The item, by key or id; or the artifact's own id, where no name is given.
    pub item: Ref,
    /// Its name in the item.
    pub name: Option<String>,
    /// The newest where none is named.
    pub version: Option<i64>,
}

impl ArtifactName {
    /// The newest version of that name.
    pub fn of(item: impl Into<Ref>, name: impl Into<String>) -> Self {
        Self { item: item.into(), name: Some(name.into()), version: None }
    }
}

/// Reads an artifact with its content.
pub(super) async fn find(tx: &Tx, wanted: &ArtifactName) -> Result<artifacts::Model> {
    let Some(name) = &wanted.name else {
        let Ref::Id(id) = &wanted.item else {
            return Err(Error::invalid("name", "", "is needed beside the item: which artifact of it is meant"));
        };
        let found = artifacts::Entity::find_by_id(*id).one(&tx.conn).await?;
        return found.ok_or_else(|| Error::not_found("artifact", id.to_string()));
    };
    let item = item::find(tx, &wanted.item).await?;
    let mut query = of_item(item.id).filter(artifacts::Column::Name.eq(name.as_str()));
    if let Some(version) = wanted.version {
        query = query.filter(artifacts::Column::Version.eq(version));
    }
    match query.order_by_desc(artifacts::Column::Version).one(&tx.conn).await? {
        Some(found) => Ok(found),
        None => Err(missing(tx, &item, name, wanted.version).await?),
    }
}

async fn missing(tx: &Tx, item: &work_items::Model, name: &str, version: Option<i64>) -> Result<Error> {
    let names: Vec<String> = of_item(item.id)
        .select_only()
        .column(artifacts::Column::Name)
        .order_by_desc(artifacts::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let shown = rules::escape(name);
    if let (true, Some(version)) = (names.iter().any(|known| known == name), version) {
        return Ok(Error::not_found("artifact", format!("{shown} of {} in version {version}", item.key)));
    }
    let near = rules::near(name, names.iter().map(String::as_str));
    Ok(Error::NotFound { entity: "artifact", name: format!("{shown} of {}", item.key), near })
}

fn of_item(item: Uuid) -> Select<artifacts::Entity> {
    artifacts::Entity::find().filter(artifacts::Column::WorkItemId.eq(item))
}

/// The newest version of each name that an item has, the newest first; at most `limit`.
pub(crate) async fn newest_of(tx: &Tx, item: Uuid, limit: u64) -> Result<Vec<ArtifactBrief>> {
    let query = newest(item).order_by_desc(artifacts::Column::Id).limit(limit);
    Ok(query.into_partial_model().all(&tx.conn).await?)
}

/// The newest version of each name that an item has.
pub(crate) fn newest(item: Uuid) -> Select<artifacts::Entity> {
    of_item(item).filter(is_newest())
}

/// Whether there is no later version of the same name.
pub(super) fn is_newest() -> SimpleExpr {
    use artifacts::Column as C;
    let later = Alias::new("later");
    let same = |column: C| Expr::col((later.clone(), column)).equals((artifacts::Entity, column));
    let found = Query::select()
        .expr(Expr::val(1))
        .from_as(artifacts::Entity, later.clone())
        .and_where(same(C::WorkItemId))
        .and_where(same(C::Name))
        .and_where(Expr::col((later.clone(), C::Version)).gt(Expr::col((artifacts::Entity, C::Version))))
        .to_owned();
    Expr::exists(found).not()
}

/// The keys of items by id.
pub(super) async fn keys(tx: &Tx, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::Id, work_items::Column::Key])
        .filter(work_items::Column::Id.is_in(ids))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    Ok(rows.into_iter().collect())
}

pub(super) fn actor_type(kind: ActorType) -> ArtifactActorType {
    match kind {
        ActorType::Agent => ArtifactActorType::Agent,
        ActorType::User => ArtifactActorType::User,
        ActorType::System => ArtifactActorType::System,
    }
}
