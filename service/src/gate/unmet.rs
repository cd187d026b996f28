//! What of an item does not meet a level: its tracked files, acceptance criteria and prerequisites.

use callboard_entity::{WorkItemQualityGateLevel as Level, task_prerequisites as edges, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::looks;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::file::{FileIssue, Seen};
use crate::item::Criterion;
use crate::prerequisite::edge;
use std::sync::Arc;

/// What is not done, by the rules of a level.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unmet {
    /// What the level refuses, each in words that name it.
    pub missing: Vec<String>,
    /// Files that are not as the work left them, and that the level lets pass.
    pub told: Vec<FileIssue>,
    /// The look by which the files were judged.
    pub seen: Option<Arc<Seen>>,
}

/// Looks at an item by the rules of a level. `has_files` is false where no operation on a file was tracked for it.
///
/// standard: no effective operation on a file that a verification found failed, and that is not mended since. enhanced and
/// strict: every effective one is as it should be now, every acceptance criterion is met, every mandatory prerequisite is
/// satisfied or waived. The review that strict asks for is the caller's.
///
/// # Errors
/// `FilesUnseen` where the files were not looked at yet: the transaction ends, the look is made, and it runs again.
pub(crate) async fn unmet(tx: &Tx, item: &work_items::Model, level: Level, has_files: bool) -> Result<Unmet> {
    let mut found = Unmet::default();
    if level != Level::Standard {
        found.missing.extend(criteria(item)?);
        found.missing.extend(prerequisites(tx, item).await?);
    }
    if !has_files {
        return Ok(found);
    }
    let Some((seen, failed)) = looks::seen(tx, item).await? else { return Ok(found) };
    for (operation, issue) in seen.issues() {
        if level == Level::Standard && !failed.contains(&operation) {
            found.told.push(issue);
        } else {
            found.missing.push(format!("the file {issue}"));
        }
    }
    found.seen = Some(seen);
    Ok(found)
}

fn criteria(item: &work_items::Model) -> Result<Vec<String>> {
    let Some(stored) = &item.acceptance_criteria else { return Ok(Vec::new()) };
    let criteria: Vec<Criterion> = serde_json::from_value(stored.clone()).map_err(|error| Error::Stored {
        what: format!("acceptance criteria of {}", item.key),
        why: error.to_string(),
    })?;
    let open = (1..).zip(criteria).filter(|(_, criterion)| !criterion.done);
    Ok(open.map(|(number, criterion)| format!("criterion {number} is not met: {}", brief(&criterion.text))).collect())
}

async fn prerequisites(tx: &Tx, item: &work_items::Model) -> Result<Vec<String>> {
    let open = edges::Entity::find()
        .filter(edges::Column::WorkItemId.eq(item.id))
        .filter(edge::open())
        .order_by_asc(edges::Column::Id)
        .all(&tx.conn)
        .await?;
    Ok(open.iter().map(|edge| format!("the prerequisite '{}' is {}", brief(&edge.description), edge.status)).collect())
}

/// The beginning of a text of others.
fn brief(text: &str) -> String {
    let mut some: String = text.chars().take(100).collect();
    if some.len() < text.len() {
        some.push_str(" ...");
    }
    some
}
