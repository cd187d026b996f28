//! Finds a decision by number, key or id.

use callboard_entity::{board_decisions as decisions, board_projects as projects};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{project, rules};

/// The key of a decision: `CB-D7` is number 7 of the project whose items are `CB-1`, `CB-2` ...
pub fn key(prefix: &str, number: i64) -> String {
    format!("{prefix}-D{number}")
}

/// Reads a decision and its project. `7` and `D7` are looked up in the project, by default the board's default one;
/// `CB-D7` names its project itself.
pub(crate) async fn find(tx: &Tx, project: Option<&Ref>, name: &Ref) -> Result<(projects::Model, decisions::Model)> {
    let (project, query) = match name {
        Ref::Id(id) => (None, decisions::Entity::find_by_id(*id)),
        Ref::Name(text) => {
            let Some((prefix, number)) = parse(text) else {
                let rule = "must be a number such as 7, a key such as CB-D7, or an id";
                return Err(Error::invalid("decision", rules::escape(text), rule));
            };
            let project = match prefix {
                Some(prefix) => by_prefix(tx, &prefix, name).await?,
                None => project::resolve(tx, project).await?,
            };
            let query = decisions::Entity::find()
                .filter(decisions::Column::ProjectId.eq(project.id))
                .filter(decisions::Column::Number.eq(number));
            (Some(project), query)
        }
    };
    match (project, query.one(&tx.conn).await?) {
        (Some(project), Some(decision)) => Ok((project, decision)),
        (None, Some(decision)) => Ok((project::find(tx, &Ref::Id(decision.project_id)).await?, decision)),
        (Some(project), None) => Err(missing(tx, &project, name).await?),
        (None, None) => Err(Error::not_found("decision", name.to_string())),
    }
}

/// `CB-D7`, `D7`, `D-7` or `7`, in any case: the prefix where it is named, and the number.
fn parse(text: &str) -> Option<(Option<String>, i64)> {
    let text = text.trim().to_uppercase();
    let (prefix, digits) = match text.rsplit_once("-D") {
        Some((prefix, digits)) if !prefix.is_empty() => (Some(prefix.to_owned()), digits),
        _ => {
            let rest = text.strip_prefix('D').map(|rest| rest.strip_prefix('-').unwrap_or(rest));
            (None, rest.unwrap_or(&text))
        }
    };
    // `parse` alone would take a sign.
    let number = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()?;
    Some((prefix, number))
}

async fn by_prefix(tx: &Tx, prefix: &str, name: &Ref) -> Result<projects::Model> {
    let query = projects::Entity::find().filter(projects::Column::KeyPrefix.eq(prefix));
    if let Some(project) = query.one(&tx.conn).await? {
        return Ok(project);
    }
    let prefixes: Vec<String> = projects::Entity::find()
        .select_only()
        .column(projects::Column::KeyPrefix)
        .order_by_desc(projects::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let near = rules::near(prefix, prefixes.iter().map(String::as_str)).into_iter().map(|p| format!("{p}-D..."));
    Err(Error::NotFound { entity: "decision", name: name.to_string(), near: near.collect() })
}

async fn missing(tx: &Tx, project: &projects::Model, name: &Ref) -> Result<Error> {
    let numbers: Vec<i64> = decisions::Entity::find()
        .select_only()
        .column(decisions::Column::Number)
        .filter(decisions::Column::ProjectId.eq(project.id))
        .order_by_desc(decisions::Column::Number)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let keys: Vec<String> = numbers.into_iter().map(|number| key(&project.key_prefix, number)).collect();
    let asked = parse(&name.to_string()).map_or_else(|| name.to_string(), |(_, n)| key(&project.key_prefix, n));
    let near = rules::near(&asked, keys.iter().map(String::as_str));
    Ok(Error::NotFound { entity: "decision", name: name.to_string(), near })
}
