//! The files of a package: of each path the operation that its state is due to.

use std::collections::BTreeMap;

use callboard_entity::{FileOperationOperation as Operation, file_operations};

use super::package::{FileState, PackagedFile};

/// The state of each path that the operations name, by path. They come in the order in which they were done.
///
/// The last operation that wrote a path counts: create and modify write it, delete clears it, a move clears the one and
/// writes the other, a copy writes the other. A read hides no write; where nothing wrote the path, the last read counts.
pub(super) fn effective(rows: &[file_operations::Model]) -> Vec<PackagedFile> {
    let mut files: BTreeMap<&str, PackagedFile> = BTreeMap::new();
    for row in rows {
        for (path, state) in touched(row) {
            let written = |file: &PackagedFile| file.state != FileState::Read;
            if state == FileState::Read && files.get(path).is_some_and(written) {
                continue;
            }
            files.insert(path, packaged(row, path, state));
        }
    }
    files.into_values().collect()
}

fn touched(row: &file_operations::Model) -> Vec<(&str, FileState)> {
    let (path, new) = (row.path.as_str(), row.new_path.as_deref());
    let written = |path| (path, FileState::Written);
    match row.operation {
        Operation::Create | Operation::Modify => vec![written(path)],
        Operation::Delete => vec![(path, FileState::Absent)],
        Operation::Read => vec![(path, FileState::Read)],
        Operation::Move => std::iter::once((path, FileState::Absent)).chain(new.map(written)).collect(),
        Operation::Copy => std::iter::once((path, FileState::Read)).chain(new.map(written)).collect(),
    }
}

fn packaged(row: &file_operations::Model, path: &str, state: FileState) -> PackagedFile {
    let there = state != FileState::Absent;
    PackagedFile {
        path: path.to_owned(),
        operation: row.operation,
        state,
        verification: row.verification_status,
        content_hash: row.content_hash.clone().filter(|_| there),
        size_bytes: row.size_bytes.filter(|_| there),
        at: row.occurred_at,
        rationale: row.rationale.clone(),
    }
}
