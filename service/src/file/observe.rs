//! Makes operations from what lies in the file system now.

use std::path::Path;

use callboard_entity::FileOperationOperation as Kind;
use serde_json::json;

use super::look::{FoundFile, Look, Progress, look_at};
use super::track::NewOperation;
use super::{Content, Root};
use crate::error::{Error, FileProblem, Result};

/// What was done to a file, as the one who did it names it.
#[derive(Clone, Copy, Debug)]
pub struct Done<'a> {
    /// What was done.
    pub operation: Kind,
    /// Absolute, or relative to the base.
    pub path: &'a Path,
    /// Where a move or copy led to.
    pub new_path: Option<&'a Path>,
}

/// Looks at the files of an operation that was done: they must be as it leaves them.
///
/// # Errors
/// As [`observe_all`].
pub async fn observe(root: &Root, base: &Path, done: Done<'_>, progress: &Progress) -> Result<NewOperation> {
    let observed = observe_all(root, base, &[done], progress).await?.pop();
    observed.ok_or_else(|| Error::invalid("operations", "", "must be one at least"))
}

/// Looks at the files of operations that were done, at as many at once as there are processors (8 at most), and makes the
/// operations, in their order. The digests are made here, in pieces of 256 KiB, so that a file of any size takes no more
/// memory; `progress` tells how far all of it is.
///
/// `base` is the absolute folder that relative paths start from.
///
/// # Errors
/// Of the first that is not as it should be, `File`: a path outside the root or that is not text; a file that is not there,
/// or still there after a delete or move; a folder, link, named pipe or device; one that changed while it was read; a copy
/// with another content than its original. `Invalid` where a new path is missing or superfluous.
pub async fn observe_all(
    root: &Root,
    base: &Path,
    done: &[Done<'_>],
    progress: &Progress,
) -> Result<Vec<NewOperation>> {
    let named = done.iter().map(|done| Named::new(root, base, *done)).collect::<Result<Vec<Named>>>()?;
    let paths =
        named.iter().flat_map(|named| [Some(&named.path), named.new_path.as_ref()]).flatten().cloned().collect();
    let mut looks = look_at(root, paths, progress).await?.into_iter();
    let seen = named.into_iter().map(|named| {
        let first = looks.next().unwrap_or(Look::Absent);
        let second = named.new_path.as_ref().and_then(|_| looks.next());
        named.seen(first, second)
    });
    seen.collect()
}

/// What was done, by the board's paths.
struct Named {
    operation: Kind,
    path: String,
    new_path: Option<String>,
}

impl Named {
    fn new(root: &Root, base: &Path, done: Done<'_>) -> Result<Self> {
        let path = root.locate(base, done.path)?;
        let new_path = done.new_path.map(|new| root.locate(base, new)).transpose()?;
        let leads_on = matches!(done.operation, Kind::Move | Kind::Copy);
        if leads_on != new_path.is_some() {
            let rule = if leads_on { "is needed for move and copy" } else { "is for move and copy only" };
            return Err(Error::invalid("new_path", new_path.unwrap_or_default(), rule));
        }
        Ok(Self { operation: done.operation, path, new_path })
    }

    /// The operation, from what lies at its path, and at its new one.
    fn seen(self, first: Look, second: Option<Look>) -> Result<NewOperation> {
        let Self { operation: kind, path, new_path } = self;
        let file = match (kind, second.zip(new_path.as_ref())) {
            (Kind::Delete, _) => {
                first.absent(&path)?;
                None
            }
            (Kind::Move, Some((look, new))) => {
                first.absent(&path)?;
                Some(look.file(new)?)
            }
            (Kind::Copy, Some((look, new))) => {
                let (original, copy) = (first.file(&path)?, look.file(new)?);
                if original.content != copy.content {
                    return Err(Error::file(new, FileProblem::NoCopy { of: path }));
                }
                Some(copy)
            }
            _ => Some(first.file(&path)?),
        };
        Ok(operation(kind, path, new_path, file))
    }
}

/// An operation that left this file.
pub(super) fn operation(
    operation: Kind,
    path: String,
    new_path: Option<String>,
    file: Option<FoundFile>,
) -> NewOperation {
    let metadata = file.as_ref().map(|file| {
        let modified_at = file.modified_at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
        json!({ "mode": format!("{:04o}", file.mode), "modified_at": modified_at })
    });
    let content =
        file.map(|FoundFile { content: Content { content_hash, size_bytes }, .. }| (content_hash, size_bytes));
    let (content_hash, size_bytes) = content.unzip();
    NewOperation { operation, path, new_path, content_hash, size_bytes, rationale: None, metadata }
}
