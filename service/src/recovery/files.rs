//! The files of a package: of each path the operation that its state is due to.

use std::collections::HashMap;

use callboard_entity::file_operations as operations;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::package::{FileState, PackagedFile};
use crate::db::Tx;
use crate::error::Result;
use crate::file::effective::{Effect, Expected, Step, effective};
use crate::file::{rationales, steps};

/// The state of each path that an item's operations name, by path: by the one rule of [`crate::file::effective`].
///
/// Why it was done is read of these only: an item may have many operations that others have superseded.
pub(super) async fn packaged(tx: &Tx, item: Uuid) -> Result<Vec<PackagedFile>> {
    let of_item = operations::Entity::find().filter(operations::Column::WorkItemId.eq(item));
    let steps = steps(tx, of_item).await?;
    let effects = effective(&steps);
    let reasons = rationales(tx, effects.values().map(|effect| effect.operation).collect()).await?;
    let steps: HashMap<Uuid, &Step> = steps.iter().map(|step| (step.id, step)).collect();
    let files = effects.into_iter().filter_map(|(path, effect)| {
        let step = steps.get(&effect.operation)?;
        // Two paths may be due to one operation.
        let rationale = reasons.get(&effect.operation).cloned();
        Some(file(path, effect, step, rationale))
    });
    Ok(files.collect())
}

fn file(path: &str, effect: Effect, step: &Step, rationale: Option<String>) -> PackagedFile {
    let (state, content) = match effect.expected {
        Expected::Absent => (FileState::Absent, None),
        Expected::Written { content } => (FileState::Written, content),
        Expected::Read { content } => (FileState::Read, content),
    };
    let (content_hash, size_bytes) = content.map(|content| (content.content_hash, content.size_bytes)).unzip();
    PackagedFile {
        path: path.to_owned(),
        operation: step.operation,
        state,
        verification: step.verification_status,
        content_hash,
        size_bytes,
        at: step.occurred_at,
        rationale,
    }
}
