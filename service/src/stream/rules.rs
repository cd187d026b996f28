//! What a stream may hold.

use callboard_entity::{ProjectStatus, WorkStreamStatus, board_projects, work_streams};
use serde_json::Value;

use crate::error::{Conflict, Error, Result};
use crate::rules;

/// The most items of one stream.
pub const MOST_ITEMS: usize = 1000;
/// The most lines of guidance of its own.
const MOST_LINES: usize = 50;

/// Lines of guidance: at most 50, each one line of at most 500 characters; none is no guidance.
pub(super) fn guidance(lines: &[String]) -> Result<Option<Value>> {
    if lines.len() > MOST_LINES {
        let rule = format!("must have at most {MOST_LINES} lines");
        return Err(Error::invalid("guidance", lines.len().to_string(), rule));
    }
    lines.iter().try_for_each(|line| rules::line("guidance", line))?;
    Ok(if lines.is_empty() { None } else { Some(Value::from(lines.to_vec())) })
}

/// The lines that a stream has of its own.
pub(super) fn own_guidance(stream: &work_streams::Model) -> Result<Vec<String>> {
    let Some(stored) = stream.guidance.clone() else { return Ok(Vec::new()) };
    serde_json::from_value(stored).map_err(|error| Error::Stored {
        what: format!("guidance of the stream '{}'", stream.slug),
        why: error.to_string(),
    })
}

/// Refuses a stream that is closed: what was planned for it is history.
pub(super) fn not_closed(stream: &work_streams::Model) -> Result<()> {
    if stream.status == WorkStreamStatus::Open {
        return Ok(());
    }
    let status = stream.status.as_str().to_owned();
    Err(Conflict::Inactive { entity: "stream", name: stream.slug.clone(), status }.into())
}

/// Refuses a project that is archived.
pub(super) fn project_is_active(project: &board_projects::Model) -> Result<()> {
    if project.status == ProjectStatus::Active {
        return Ok(());
    }
    let status = project.status.as_str().to_owned();
    Err(Conflict::Inactive { entity: "project", name: project.slug.clone(), status }.into())
}
