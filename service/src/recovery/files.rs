//! The files of a package: of each path the operation that counts.

use std::collections::BTreeMap;

use callboard_entity::{FileOperationOperation as Operation, file_operations};

use super::package::PackagedFile;

/// The operation that counts for each path, by path. The rows come in the order in which they were done.
///
/// A later operation on a path supersedes the earlier ones; reading changes nothing, so it counts only where nothing
/// else was done. A move deletes the one path and makes the other, a copy makes the other.
pub(super) fn effective(rows: Vec<file_operations::Model>) -> Vec<PackagedFile> {
    let mut files: BTreeMap<String, PackagedFile> = BTreeMap::new();
    for row in rows {
        let (path, target, operation) = (row.path.clone(), row.new_path.clone(), row.operation);
        let mut told = PackagedFile {
            path: path.clone(),
            operation,
            verification: row.verification_status,
            content_hash: row.content_hash,
            size_bytes: row.size_bytes,
            at: row.occurred_at,
            rationale: row.rationale,
        };
        match (operation, target) {
            (Operation::Read, _) => {
                if files.get(&path).is_none_or(|file| file.operation == Operation::Read) {
                    files.insert(path, told);
                }
            }
            (Operation::Move, Some(target)) => {
                let gone = PackagedFile {
                    operation: Operation::Delete,
                    content_hash: None,
                    size_bytes: None,
                    ..told.clone()
                };
                files.insert(path, gone);
                told.path.clone_from(&target);
                files.insert(target, told);
            }
            (Operation::Copy, Some(target)) => {
                told.path.clone_from(&target);
                files.insert(target, told);
            }
            _ => _ = files.insert(path, told),
        }
    }
    files.into_values().collect()
}
