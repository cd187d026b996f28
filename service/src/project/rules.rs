//! What a project's key prefix and root may be.

use callboard_entity::board_projects as projects;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::rules;

/// The longest path of a project's root, in bytes (Linux's PATH_MAX).
const PATH: usize = 4096;

/// 2 to 10 upper-case letters and digits, a letter first: the `CB` of `CB-42`.
pub(super) fn check_key_prefix(value: &str) -> Result<()> {
    let letters = value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if letters && (2..=10).contains(&value.len()) && value.starts_with(|c: char| c.is_ascii_uppercase()) {
        return Ok(());
    }
    let rule = "must be 2 to 10 upper-case letters and digits, starting with a letter";
    Err(Error::invalid("key_prefix", rules::escape(value), rule))
}

/// An absolute path in one line: a relative one would mean something else in every folder.
pub(super) fn check_root_path(value: &str) -> Result<()> {
    let refuse = |rule: String| Err(Error::invalid("root_path", rules::escape(value), rule));
    if value.len() > PATH {
        return refuse(format!("must have at most {PATH} bytes"));
    }
    if value.chars().any(rules::is_unsafe) {
        return refuse("must not hold control characters".to_owned());
    }
    if !std::path::Path::new(value).is_absolute() {
        return refuse("must be an absolute path".to_owned());
    }
    Ok(())
}

/// Refuses a slug that a project has, also an archived one.
pub(super) async fn refuse_slug(tx: &Tx, slug: &str) -> Result<()> {
    match projects::Entity::find().filter(projects::Column::Slug.eq(slug)).one(&tx.conn).await? {
        Some(_) => Err(Conflict::Exists { entity: "project", name: slug.to_owned() }.into()),
        None => Ok(()),
    }
}

/// Refuses a key prefix that a project has, also an archived one.
pub(super) async fn refuse_key_prefix(tx: &Tx, prefix: &str) -> Result<()> {
    match projects::Entity::find().filter(projects::Column::KeyPrefix.eq(prefix)).one(&tx.conn).await? {
        Some(_) => Err(Conflict::Exists { entity: "key prefix", name: prefix.to_owned() }.into()),
        None => Ok(()),
    }
}
