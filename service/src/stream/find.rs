//! Finds a stream by slug or id.

use callboard_entity::{board_projects, work_streams};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::rules::{not_closed, project_is_active};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{project, rules};

/// Reads a stream. A slug is looked up in the project; without a project it must be the only one of its name.
pub(crate) async fn find(tx: &Tx, project: Option<Uuid>, stream: &Ref) -> Result<work_streams::Model> {
    let mut query = work_streams::Entity::find();
    if let Some(project) = project {
        query = query.filter(work_streams::Column::ProjectId.eq(project));
    }
    let named = match stream {
        Ref::Id(id) => query.clone().filter(work_streams::Column::Id.eq(*id)),
        Ref::Name(slug) => query.clone().filter(work_streams::Column::Slug.eq(slug.to_lowercase())),
    };
    let mut found = named.order_by_asc(work_streams::Column::Id).limit(2).all(&tx.conn).await?;
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => {
            Err(Error::invalid("stream", stream.to_string(), "is in several projects: name the project too"))
        }
        (None, _) => {
            let slugs: Vec<String> = query
                .select_only()
                .column(work_streams::Column::Slug)
                .order_by_desc(work_streams::Column::Id)
                .limit(1000)
                .into_tuple()
                .all(&tx.conn)
                .await?;
            let near = rules::near(&stream.to_string(), slugs.iter().map(String::as_str));
            Err(Error::NotFound { entity: "stream", name: stream.to_string(), near })
        }
    }
}

/// As [`find`], by the names that a request gives.
pub(super) async fn by_name(tx: &Tx, project: Option<&Ref>, stream: &Ref) -> Result<work_streams::Model> {
    let project = match project {
        Some(name) => Some(project::find(tx, name).await?.id),
        None => None,
    };
    find(tx, project, stream).await
}

/// The project of a stream.
pub(super) async fn project_of(tx: &Tx, stream: &work_streams::Model) -> Result<board_projects::Model> {
    project::find(tx, &Ref::Id(stream.project_id)).await
}

/// Refuses a stream that no work is taken from: one that is closed, or whose project is archived.
pub(crate) async fn open_for_work(tx: &Tx, stream: &work_streams::Model) -> Result<()> {
    not_closed(stream)?;
    project_is_active(&project_of(tx, stream).await?)
}

/// As [`by_name`], locked on PostgreSQL until the transaction ends. Refuses where the project is archived.
pub(super) async fn lock(tx: &Tx, project: Option<&Ref>, stream: &Ref) -> Result<work_streams::Model> {
    let id = by_name(tx, project, stream).await?.id;
    let locked = work_streams::Entity::find_by_id(id).lock_exclusive().one(&tx.conn).await?;
    let locked = locked.ok_or_else(|| Error::not_found("stream", stream.to_string()))?;
    project_is_active(&project_of(tx, &locked).await?)?;
    Ok(locked)
}
