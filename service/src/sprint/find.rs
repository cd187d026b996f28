//! Finds a sprint by code or id.

use callboard_entity::sprints;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// Reads a sprint. A code is looked up in the project; without a project it must be the only one of its name.
pub(crate) async fn find(tx: &Tx, project: Option<Uuid>, sprint: &Ref) -> Result<sprints::Model> {
    let mut query = sprints::Entity::find();
    if let Some(project) = project {
        query = query.filter(sprints::Column::ProjectId.eq(project));
    }
    let named = match sprint {
        Ref::Id(id) => query.clone().filter(sprints::Column::Id.eq(*id)),
        Ref::Name(code) => query.clone().filter(sprints::Column::Code.eq(normal_code(code)?)),
    };
    let mut found = named.order_by_asc(sprints::Column::Id).limit(2).all(&tx.conn).await?;
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => {
            Err(Error::invalid("sprint", sprint.to_string(), "is in several projects: name the project too"))
        }
        (None, _) => {
            let codes: Vec<String> = query
                .select_only()
                .column(sprints::Column::Code)
                .order_by_desc(sprints::Column::Id)
                .limit(1000)
                .into_tuple()
                .all(&tx.conn)
                .await?;
            // As the codes are written: `63` looks like no code at all.
            let asked = match sprint {
                Ref::Id(id) => id.to_string(),
                Ref::Name(code) => normal_code(code)?,
            };
            let near = rules::near(&asked, codes.iter().map(String::as_str));
            Err(Error::NotFound { entity: "sprint", name: sprint.to_string(), near })
        }
    }
}

/// As [`find`] by the names that a request gives, locked on PostgreSQL until the transaction ends.
pub(super) async fn lock(tx: &Tx, project: Option<&Ref>, sprint: &Ref) -> Result<sprints::Model> {
    let id = super::show::by_name(tx, project, sprint).await?.id;
    let locked = sprints::Entity::find_by_id(id).lock_exclusive().one(&tx.conn).await?;
    locked.ok_or_else(|| Error::not_found("sprint", sprint.to_string()))
}

/// The one way of writing a code: `62`, `sprint-62` and `Sprint 62` are `SPRINT-62`.
///
/// # Errors
/// `Invalid` where nothing but white space is left, or a character is neither letter, digit nor `-`, `_`, `.`.
pub fn normal_code(code: &str) -> Result<String> {
    let words: Vec<&str> = code.split(|c: char| c.is_whitespace() || c == '-').filter(|w| !w.is_empty()).collect();
    let joined = words.join("-").to_uppercase();
    let legal = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if joined.is_empty() || joined.chars().count() > rules::SHORT || !joined.chars().all(legal) {
        let rule = "must be 1 to 64 letters, digits, '-', '_' or '.', such as 62 or SPRINT-62";
        return Err(Error::invalid("sprint", rules::escape(code), rule));
    }
    Ok(if joined.chars().all(|c| c.is_ascii_digit()) { format!("SPRINT-{joined}") } else { joined })
}
