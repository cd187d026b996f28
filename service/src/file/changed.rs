//! Which files of a folder changed since a time: candidates for operations that nobody has told the board of.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Root;
use super::root::{MAX_PATH, is_tools_own};
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// How many changed files a scan takes.
pub const MOST_CHANGED: usize = 10_000;
/// File systems stamp changes by a clock that ticks up to 10 ms late.
const SLACK: Duration = Duration::from_millis(50);

/// A file that changed, as far as its path tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It was not there before.
    Created,
    /// It was there before.
    Modified,
    /// It was there before under another path.
    Moved { from: String },
    /// It is no longer there.
    Deleted,
}

/// What changed, by path, and what was passed over.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub by_path: BTreeMap<String, Change>,
    /// With the reasons.
    pub skipped: BTreeMap<PathBuf, String>,
}

/// Something that changed and cannot be an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Relative to the root; what is not UTF-8 in it is replaced.
    pub path: String,
    /// Why.
    pub why: String,
}

impl From<(&PathBuf, &String)> for Skipped {
    fn from((path, why): (&PathBuf, &String)) -> Self {
        Self { path: path.to_string_lossy().into_owned(), why: why.clone() }
    }
}

impl Changes {
    pub fn skip(&mut self, path: &Path, why: &str) {
        self.skipped.entry(path.to_owned()).or_insert_with(|| why.to_owned());
    }

    /// As [`Changes::skip`], for what the operating system does not give.
    pub fn skip_unreadable(&mut self, path: &Path, error: &io::Error) {
        self.skip(path, &format!("can't be read: {error}"));
    }

    pub fn add(&mut self, path: String, change: Change) -> Result<()> {
        if self.by_path.len() >= MOST_CHANGED {
            let rule = format!("names a time since which more than {MOST_CHANGED} files changed: name a later one");
            return Err(Error::invalid("since", "", rule));
        }
        self.by_path.insert(path, change);
        Ok(())
    }
}

/// What lies at a path of this machine, a link itself; None where nothing does.
///
/// # Errors
/// Where it is not known whether anything does: without the right to look, or on a disk that fails.
pub(super) fn at(path: &Path) -> io::Result<Option<Metadata>> {
    unless_gone(std::fs::symlink_metadata(path))
}

fn unless_gone(looked: io::Result<Metadata>) -> io::Result<Option<Metadata>> {
    match looked {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the inode changed at or after a time. That time cannot be set by hand, as the content's can.
pub(super) fn is_since(metadata: &Metadata, since: Timestamp) -> bool {
    at_or_after(metadata.ctime(), metadata.ctime_nsec(), since)
}

/// Whether an entry of the nearest folder that is there came or went at or after a time: a deletion leaves no other trace.
pub(super) fn may_be_gone_since(root: &Root, path: &str, since: Timestamp) -> bool {
    let folder = std::fs::metadata(root.nearest_folder(path));
    folder.map_or(true, |folder| at_or_after(folder.mtime(), folder.mtime_nsec(), since))
}

fn at_or_after(seconds: i64, nanos: i64, since: Timestamp) -> bool {
    let slack = i128::try_from(SLACK.as_nanos()).unwrap_or(0);
    let at = i128::from(seconds) * 1_000_000_000 + i128::from(nanos);
    let from = i128::from(since.timestamp()) * 1_000_000_000 + i128::from(since.timestamp_subsec_nanos());
    at + slack >= from
}

/// Walks the whole folder. Links are not followed, and the folders of version control and of the board are left out.
pub(super) fn walk(root: &Root, since: Timestamp) -> Result<Changes> {
    let (mut changes, mut folders) = (Changes::default(), vec![root.path().to_owned()]);
    while let Some(folder) = folders.pop() {
        let shown = |path: &Path| path.strip_prefix(root.path()).unwrap_or(path).to_owned();
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                changes.skip_unreadable(&shown(&folder), &error);
                continue;
            }
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    changes.skip_unreadable(&shown(&folder), &error);
                    continue;
                }
            };
            let (path, kind) = (entry.path(), entry.file_type());
            if kind.as_ref().is_ok_and(std::fs::FileType::is_dir) {
                if !is_tools_own(&entry.file_name()) {
                    folders.push(path);
                }
                continue;
            }
            let relative = shown(&path);
            let metadata = match unless_gone(entry.metadata()) {
                Ok(Some(metadata)) if is_since(&metadata, since) => metadata,
                // It did not change, or is gone again.
                Ok(_) => continue,
                Err(error) => {
                    changes.skip_unreadable(&relative, &error);
                    continue;
                }
            };
            let is_file = kind.is_ok_and(|kind| kind.is_file());
            match relative.to_str().filter(|path| path.len() <= MAX_PATH) {
                _ if !is_file => changes.skip(&relative, "is no regular file"),
                Some(path) => changes.add(path.to_owned(), by_birth(&metadata, since))?,
                None => changes.skip(&relative, "is not UTF-8, or too long"),
            }
        }
    }
    Ok(changes)
}

/// A file system that does not tell when a file was made leaves it open: then it was changed.
fn by_birth(metadata: &Metadata, since: Timestamp) -> Change {
    let born = metadata.created().ok().map(|at| Timestamp::from(at) + SLACK);
    if born.is_some_and(|born| born >= since) { Change::Created } else { Change::Modified }
}
