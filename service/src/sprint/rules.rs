//! What a sprint may hold.

use callboard_entity::{SprintStatus, sprints};
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::rules;

/// The longest sprint, in days.
pub const LONGEST_DAYS: i64 = 366;

pub(super) fn check_dates(starts_on: Option<NaiveDate>, ends_on: Option<NaiveDate>) -> Result<()> {
    let (Some(start), Some(end)) = (starts_on, ends_on) else { return Ok(()) };
    if end < start {
        return Err(Error::invalid("ends_on", end.to_string(), format!("must not be before starts_on, {start}")));
    }
    if (end - start).num_days() >= LONGEST_DAYS {
        let rule = format!("must be less than {LONGEST_DAYS} days after starts_on, {start}");
        return Err(Error::invalid("ends_on", end.to_string(), rule));
    }
    Ok(())
}

/// A goal that may be left out; an empty one counts as left out.
pub(super) fn goal(value: Option<String>) -> Result<Option<String>> {
    let value = value.filter(|text| !text.trim().is_empty());
    value.as_deref().map_or(Ok(()), |text| rules::text("goal", text))?;
    Ok(value)
}

/// Refuses a code that another sprint of the project has.
pub(super) async fn refuse_taken(tx: &Tx, project: Uuid, code: &str) -> Result<()> {
    let other = sprints::Entity::find()
        .filter(sprints::Column::ProjectId.eq(project))
        .filter(sprints::Column::Code.eq(code))
        .one(&tx.conn)
        .await?;
    match other {
        Some(_) => Err(Conflict::Exists { entity: "sprint", name: code.to_owned() }.into()),
        None => Ok(()),
    }
}

/// Refuses a sprint that is completed: what was planned for it is history.
pub(super) fn not_completed(sprint: &sprints::Model) -> Result<()> {
    if sprint.status == SprintStatus::Completed {
        let status = sprint.status.as_str().to_owned();
        return Err(Conflict::Inactive { entity: "sprint", name: sprint.code.clone(), status }.into());
    }
    Ok(())
}
