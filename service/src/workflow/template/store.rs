//! Templates on the board: each version is kept for good, because runs refer to it.

use callboard_entity::workflow_templates as templates;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};

use super::definition::Definition;
use super::shipped::{self, SHIPPED};
use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::{id, rules};

/// The stored template of that name, the newest where no version is named. One that comes with Callboard is added.
pub(crate) async fn resolve(tx: &Tx, name: &str, version: Option<i64>) -> Result<(templates::Model, Definition)> {
    let stored = match find(tx, name, version).await? {
        Some(stored) => stored,
        None if version.is_none() && is_shipped(name) => add(tx, &shipped::definition(name)?).await?.0,
        None => return Err(missing(tx, name, version).await?),
    };
    let definition = definition(&stored)?;
    Ok((stored, definition))
}

/// The template of that name and version, if the board has it.
pub(super) async fn find(tx: &Tx, name: &str, version: Option<i64>) -> Result<Option<templates::Model>> {
    let mut query = templates::Entity::find().filter(templates::Column::Name.eq(name));
    if let Some(version) = version {
        query = query.filter(templates::Column::Version.eq(version));
    }
    Ok(query.order_by_desc(templates::Column::Version).one(&tx.conn).await?)
}

/// Whether a template of that name comes with Callboard.
pub(super) fn is_shipped(name: &str) -> bool {
    SHIPPED.iter().any(|(shipped, _)| *shipped == name)
}

/// Names what is missing: the version of a template that is there, or a template, with the near ones.
pub(super) async fn missing(tx: &Tx, name: &str, version: Option<i64>) -> Result<Error> {
    let names: Vec<String> = templates::Entity::find()
        .select_only()
        .column(templates::Column::Name)
        .distinct()
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    if let Some(version) = version.filter(|_| is_shipped(name) || names.iter().any(|known| known == name)) {
        return Ok(Error::not_found("workflow template", format!("{name} version {version}")));
    }
    let known = names.iter().map(String::as_str).chain(SHIPPED.iter().map(|(shipped, _)| *shipped));
    let near = rules::near(name, known);
    Ok(Error::NotFound { entity: "workflow template", name: name.to_owned(), near })
}

/// Adds a version, unless the newest one says the same; tells whether it does.
pub(super) async fn add(tx: &Tx, definition: &Definition) -> Result<(templates::Model, bool)> {
    let stored = |e: serde_json::Error| Error::Stored { what: definition.name.clone(), why: e.to_string() };
    let json = serde_json::to_value(definition).map_err(stored)?;
    let digest = Sha256::digest(json.to_string().as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let newest = find(tx, &definition.name, None).await?;
    if let Some(newest) = &newest
        && newest.content_sha256 == digest
    {
        return Ok((newest.clone(), true));
    }
    let row = templates::Model {
        id: id::new(),
        name: definition.name.clone(),
        version: newest.map_or(1, |newest| newest.version + 1),
        description: definition.description.clone(),
        definition: json,
        content_sha256: digest,
        created_at: tx.now,
    };
    // Two at once take the same number: the later one is a repeat where both say the same, and else refused.
    let once = OnConflict::columns([templates::Column::Name, templates::Column::Version]).do_nothing().to_owned();
    let insert = templates::Entity::insert(row.clone().into_active_model().reset_all()).on_conflict(once);
    if insert.exec_without_returning(&tx.conn).await? == 1 {
        return Ok((row, false));
    }
    match find(tx, &row.name, Some(row.version)).await? {
        Some(same) if same.content_sha256 == row.content_sha256 => Ok((same, true)),
        _ => {
            let name = format!("{} version {}", row.name, row.version);
            Err(Conflict::Exists { entity: "workflow template", name }.into())
        }
    }
}

/// What a stored template says.
pub(crate) fn definition(stored: &templates::Model) -> Result<Definition> {
    let read = serde_json::from_value(stored.definition.clone());
    let what = || format!("workflow template {} version {}", stored.name, stored.version);
    read.map_err(|e| Error::Stored { what: what(), why: e.to_string() })
}
