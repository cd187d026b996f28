//! Finds a project by slug or id.

use callboard_entity::{ProjectStatus, board_projects};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::{rules, setting};

/// Reads a project, or says which names are near to the one that is not there.
pub(crate) async fn find(tx: &Tx, name: &Ref) -> Result<board_projects::Model> {
    let query = match name {
        Ref::Id(id) => board_projects::Entity::find_by_id(*id),
        Ref::Name(text) => board_projects::Entity::find().filter(board_projects::Column::Slug.eq(text.as_str())),
    };
    if let Some(found) = query.order_by_asc(board_projects::Column::Id).one(&tx.conn).await? {
        return Ok(found);
    }
    Err(missing(tx, name).await?)
}

/// As [`find`], locked on PostgreSQL until the transaction ends.
pub(crate) async fn lock(tx: &Tx, name: &Ref) -> Result<board_projects::Model> {
    let id = find(tx, name).await?.id;
    let row = board_projects::Entity::find_by_id(id).lock_exclusive().one(&tx.conn).await?;
    row.ok_or_else(|| Error::not_found("project", name.to_string()))
}

async fn missing(tx: &Tx, name: &Ref) -> Result<Error> {
    let names: Vec<String> = board_projects::Entity::find()
        .select_only()
        .column(board_projects::Column::Slug)
        .order_by_desc(board_projects::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let near = rules::near(&name.to_string(), names.iter().map(String::as_str));
    Ok(Error::NotFound { entity: "project", name: name.to_string(), near })
}

/// Reads the named project or, where none is named, the board's default one or the only active one.
pub(crate) async fn resolve(tx: &Tx, name: Option<&Ref>) -> Result<board_projects::Model> {
    if let Some(name) = name {
        return find(tx, name).await;
    }
    if let Some(slug) = setting::default_project(tx).await? {
        let project = find(tx, &Ref::Name(slug)).await?;
        if project.status == ProjectStatus::Archived {
            let status = project.status.as_str().to_owned();
            return Err(Conflict::Inactive { entity: "default project", name: project.slug, status }.into());
        }
        return Ok(project);
    }
    let mut active = board_projects::Entity::find()
        .filter(board_projects::Column::Status.eq(ProjectStatus::Active))
        .order_by_asc(board_projects::Column::Id)
        .limit(10)
        .all(&tx.conn)
        .await?;
    match (active.pop(), active.is_empty()) {
        (Some(only), true) => Ok(only),
        (None, _) => Err(Error::invalid("project", "", "is needed: the board has no active project")),
        (Some(last), false) => {
            let slugs: Vec<&str> = active.iter().chain([&last]).map(|p| p.slug.as_str()).collect();
            let rule =
                format!("is needed, or the setting default_project: the board has several ({})", slugs.join(", "));
            Err(Error::invalid("project", "", rule))
        }
    }
}
