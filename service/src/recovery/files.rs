//! The files of a package: of each path the operation that its state is due to.

use std::collections::HashMap;

use callboard_entity::file_operations as operations;
use uuid::Uuid;

use super::package::{FileState, PackagedFile};
use crate::file::effective::{Effect, Expected, Step, effective};

/// The state of each path that an item's operations name, by path: by the one rule of [`crate::file::effective`].
pub(super) fn packaged(rows: &[operations::Model]) -> Vec<PackagedFile> {
    let steps: Vec<Step> = rows.iter().map(Step::from).collect();
    let rows: HashMap<Uuid, &operations::Model> = rows.iter().map(|row| (row.id, row)).collect();
    let files = effective(&steps).into_iter().filter_map(|(path, effect)| {
        let row = rows.get(&effect.operation)?;
        Some(file(path, effect, row))
    });
    files.collect()
}

fn file(path: &str, effect: Effect, row: &operations::Model) -> PackagedFile {
    let (state, content) = match effect.expected {
        Expected::Absent => (FileState::Absent, None),
        Expected::Written { content } => (FileState::Written, content),
        Expected::Read { content } => (FileState::Read, content),
    };
    let (content_hash, size_bytes) = content.map(|content| (content.content_hash, content.size_bytes)).unzip();
    PackagedFile {
        path: path.to_owned(),
        operation: row.operation,
        state,
        verification: row.verification_status,
        content_hash,
        size_bytes,
        at: row.occurred_at,
        rationale: row.rationale.clone(),
    }
}
