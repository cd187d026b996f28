//! Whether the files of artifacts are there. Only what lies there is asked, nothing is read.

use std::path::{Component, Path};

use callboard_entity::{board_artifacts as artifacts, board_projects as projects, work_items};
use sea_orm::{ColumnTrait, Condition, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use uuid::Uuid;

use super::damage::Damage;
use super::window::Broken;
use crate::db::Tx;
use crate::error::Result;

/// Artifacts of one portion.
pub(crate) const AT_ONCE: u64 = 500;

/// Item, its key, the artifact, its name, version, path and size.
type Row = (Uuid, String, Uuid, String, i64, Option<String>, i64);

/// Looks at the files of the artifacts after an id; gives what is missing, and where to go on.
pub(crate) async fn unseen(
    tx: &Tx,
    project: &projects::Model,
    items: Option<Condition>,
    after: Option<Uuid>,
) -> Result<(Vec<Broken>, Option<Uuid>)> {
    use artifacts::Column as C;
    let mut query = artifacts::Entity::find()
        .select_only()
        .column(C::WorkItemId)
        .column(work_items::Column::Key)
        .columns([C::Id, C::Name, C::Version, C::Path, C::SizeBytes])
        .join(JoinType::InnerJoin, artifacts::Relation::WorkItem.def())
        .filter(work_items::Column::ProjectId.eq(project.id))
        .filter(C::Path.is_not_null());
    if let Some(items) = items {
        query = query.filter(items);
    }
    if let Some(after) = after {
        query = query.filter(C::Id.gt(after));
    }
    let rows: Vec<Row> = query.order_by_asc(C::Id).limit(AT_ONCE).into_tuple().all(&tx.conn).await?;
    let next = (rows.len() as u64 == AT_ONCE).then(|| rows.last().map(|row| row.2)).flatten();
    let mut found = Vec::new();
    for (item, key, _, name, version, path, size) in rows {
        let Some(path) = path else { continue };
        if let Some(is) = problem(project.root_path.as_deref(), &path, size) {
            found.push(Broken {
                damage: Damage::MissingArtifact,
                item: Some(item),
                subject: key,
                found: format!("artifact {name} version {version}: {path} {is}"),
                expected: format!("a file of {size} bytes"),
            });
        }
    }
    Ok((found, next))
}

/// What is wrong with what lies at a path of the root's, if something is. Follows no link.
fn problem(root: Option<&str>, path: &str, size: i64) -> Option<String> {
    let Some(root) = root else { return Some("has no root folder to lie in".to_owned()) };
    if !Path::new(path).components().all(|part| matches!(part, Component::Normal(_))) {
        return Some("leads out of the root".to_owned());
    }
    match std::fs::symlink_metadata(Path::new(root).join(path)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some("is not there".to_owned()),
        Err(error) => Some(format!("can't be looked at: {error}")),
        Ok(there) if !there.is_file() => Some("is no regular file".to_owned()),
        Ok(there) if i64::try_from(there.len()).ok() != Some(size) => Some(format!("has {} bytes", there.len())),
        Ok(_) => None,
    }
}
