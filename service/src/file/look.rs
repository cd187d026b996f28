//! What lies at a path: a file's digest and size, or why there is none.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::{FileType, Stat};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use super::Root;
use crate::clock::Timestamp;
use crate::error::{Error, FileProblem, Result};

/// What a regular file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// SHA-256, in 64 lower-case hexadecimal digits.
    pub content_hash: String,
    /// In bytes.
    pub size_bytes: i64,
}

/// A regular file that was read to its end, and did not change meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// What it holds.
    pub content: Content,
    /// The permission bits.
    pub mode: u32,
    /// When its content was changed last.
    pub modified_at: Option<Timestamp>,
}

/// What lies at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// Nothing.
    Absent,
    /// A regular file.
    File(FoundFile),
    /// A folder.
    Folder,
    /// A symbolic link, or a path that leads through one.
    Link,
    /// A named pipe, a socket or a device.
    Special {
        /// Which of them.
        kind: &'static str,
    },
    /// A file that was changed while it was read.
    Changed,
    /// What the operating system does not give.
    Unreadable {
        /// What it said.
        why: String,
    },
}

impl Look {
    /// The regular file that an operation needs.
    pub(super) fn file(self, path: &str) -> Result<FoundFile> {
        let problem = match self {
            Self::File(file) => return Ok(file),
            Self::Absent => FileProblem::Missing,
            Self::Folder => FileProblem::Folder,
            Self::Link => FileProblem::Link,
            Self::Special { kind } => FileProblem::Special { kind },
            Self::Changed => FileProblem::Changed,
            Self::Unreadable { why } => FileProblem::Unreadable { why },
        };
        Err(Error::file(path, problem))
    }

    /// Whether nothing lies there, as after a deletion.
    pub(super) fn absent(self, path: &str) -> Result<()> {
        match self {
            Self::Absent => Ok(()),
            Self::Unreadable { why } => Err(Error::file(path, FileProblem::Unreadable { why })),
            _ => Err(Error::file(path, FileProblem::StillThere)),
        }
    }
}

/// How far a look at many files has come; clones show the same. For those who wait.
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    files: AtomicUsize,
    done: AtomicUsize,
    bytes: AtomicU64,
}

impl Progress {
    /// How many files there are to look at, as far as that is known yet.
    pub fn files(&self) -> usize {
        self.0.files.load(Ordering::Relaxed)
    }

    /// How many of them have been looked at.
    pub fn done(&self) -> usize {
        self.0.done.load(Ordering::Relaxed)
    }

    /// How many bytes have been read.
    pub fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }
}

/// What a reader tells, and by what it is stopped.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    progress: Progress,
    stopped: Arc<AtomicBool>,
}

/// Whoever drops the future waits no more: the threads then end within a buffer.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How many files are read at once at most.
const MOST_THREADS: usize = 8;
/// What each thread reads at a time, in bytes: all the memory that a file of any size takes.
const BUFFER: usize = 256 * 1024;

/// Looks at all of these paths, on as many threads as there are processors (8 at most), in their order.
pub(crate) async fn look_at(root: &Root, paths: Vec<String>, progress: &Progress) -> Result<Vec<Look>> {
    progress.0.files.fetch_add(paths.len(), Ordering::Relaxed);
    let counted = Counted { progress: progress.clone(), stopped: Arc::default() };
    let _stop = StopOnDrop(Arc::clone(&counted.stopped));
    let (paths, next) = (Arc::new(paths), Arc::new(AtomicUsize::new(0)));
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut threads = JoinSet::new();
    for _ in 0..processors.min(MOST_THREADS).min(paths.len()) {
        let (root, paths, next, counted) = (root.clone(), Arc::clone(&paths), Arc::clone(&next), counted.clone());
        threads.spawn_blocking(move || {
            let (mut buffer, mut looks) = (vec![0; BUFFER], Vec::new());
            while !counted.stopped.load(Ordering::Relaxed) {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(path) = paths.get(place) else { break };
                looks.push((place, root.look(path, &counted, &mut buffer)));
                counted.progress.0.done.fetch_add(1, Ordering::Relaxed);
            }
            looks
        });
    }
    let mut looks: Vec<(usize, Look)> = Vec::with_capacity(paths.len());
    while let Some(ended) = threads.join_next().await {
        let ended = ended.map_err(|error| Error::Stored { what: "a file's digest".to_owned(), why: error.to_string() });
        looks.extend(ended?);
    }
    looks.sort_unstable_by_key(|(place, _)| *place);
    Ok(looks.into_iter().map(|(_, look)| look).collect())
}

/// The SHA-256 of one file; none where it is no regular file, cannot be read, or changes meanwhile.
pub(crate) async fn look_at_one(root: &Root, path: &str) -> Result<Option<String>> {
    let look = look_at(root, vec![path.to_owned()], &Progress::default()).await?.pop();
    Ok(look.and_then(|look| if let Look::File(found) = look { Some(found.content.content_hash) } else { None }))
}

/// Reads a file to its end, and sees whether it changed meanwhile.
pub(super) fn read(file: &File, counted: &Counted, buffer: &mut [u8]) -> Look {
    try_read(file, counted, buffer).unwrap_or_else(|error| Look::Unreadable { why: error.to_string() })
}

fn try_read(mut file: &File, counted: &Counted, buffer: &mut [u8]) -> io::Result<Look> {
    settle(&file.metadata()?);
    let before = file.metadata()?;
    let (mut digest, mut size) = (Sha256::new(), 0_u64);
    loop {
        if counted.stopped.load(Ordering::Relaxed) {
            return Err(io::Error::other("interrupted"));
        }
        let read = match file.read(buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        digest.update(&buffer[..read]);
        size += read as u64;
        counted.progress.0.bytes.fetch_add(read as u64, Ordering::Relaxed);
        // What grows as fast as it is read would have no end.
        if size > before.len() {
            return Ok(Look::Changed);
        }
    }
    let after = file.metadata()?;
    if size != before.len() || stamp(&before) != stamp(&after) {
        return Ok(Look::Changed);
    }
    let content_hash = hex(&digest.finalize());
    let size_bytes = i64::try_from(size).map_err(io::Error::other)?;
    Ok(Look::File(FoundFile {
        content: Content { content_hash, size_bytes },
        mode: after.mode() & 0o7777,
        modified_at: after.modified().ok().map(|at| crate::clock::micros(at.into())),
    }))
}

/// File systems stamp changes by a clock of up to 10 ms a tick: two writes in one tick have the same time, and the second
/// would go unseen. So a file that was changed just now is read from the next tick on.
const TICK: Duration = Duration::from_millis(20);

fn settle(metadata: &Metadata) {
    let changed = u64::try_from(metadata.ctime()).ok().zip(u32::try_from(metadata.ctime_nsec()).ok());
    let Some((seconds, nanos)) = changed else { return };
    let age = SystemTime::now().duration_since(UNIX_EPOCH + Duration::new(seconds, nanos));
    if let Some(rest) = age.ok().and_then(|age| TICK.checked_sub(age)) {
        std::thread::sleep(rest);
    }
}

/// What no change of a file leaves as it was; the time of the last change of the inode cannot be set by hand.
fn stamp(metadata: &Metadata) -> (u64, i64, i64, i64, i64) {
    (metadata.len(), metadata.mtime(), metadata.mtime_nsec(), metadata.ctime(), metadata.ctime_nsec())
}

/// Whether an open file is the one that has the name. The kind tells apart what has taken over the number of what is gone.
pub(super) fn is_same(file: &File, named: &Stat) -> bool {
    let kind = |stat: &Stat| FileType::from_raw_mode(stat.st_mode);
    rustix::fs::fstat(file)
        .is_ok_and(|open| (open.st_dev, open.st_ino, kind(&open)) == (named.st_dev, named.st_ino, kind(named)))
}

/// In lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
