//! The store of a project: files under the name of their content, in `.callboard/artifacts` of the project's root.
//!
//! Every folder on the way is opened from the one above it, and a symbolic link is not followed: nothing is read or
//! written outside of the root, whatever somebody puts there meanwhile.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, FlockOperation, Mode, OFlags, flock, fsync, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::keep::StoredContent;
use crate::error::{Conflict, Error, FileProblem, Result};
use crate::file::{Root, hex};
use crate::id;

/// The folders from the project's root down to the store.
const FOLDERS: [&str; 2] = [".callboard", "artifacts"];
/// What is written and not yet named by its content.
pub(super) const NEW: &str = ".new-";
/// The names of the projects whose artifacts are here.
const OWNERS: &str = "projects";
/// Taken by those who add, and, alone, by those who collect.
const LOCK: &str = ".lock";
/// What is read at a time, in bytes: all the memory that a content of any size takes.
pub(super) const BUFFER: usize = 256 * 1024;
/// How long the lock of the store is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a content lies, from the project's root.
pub(super) fn path_of(hash: &str) -> String {
    format!("{}/{}/{}/{hash}", FOLDERS[0], FOLDERS[1], folder_of(hash))
}

/// The first two letters of a digest.
fn folder_of(hash: &str) -> &str {
    hash.get(..2).unwrap_or("00")
}

/// Whether it is a SHA-256 as it is written here: nothing else is ever made a path of.
pub(super) fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// An open store.
#[derive(Clone, Debug)]
pub(super) struct Store {
    folder: Arc<OwnedFd>,
    /// As people are told of it.
    path: PathBuf,
}

/// The lock of a store, until it is dropped.
#[derive(Debug)]
pub(super) struct StoreLock {
    _file: OwnedFd,
}

impl Store {
    /// The store of a root; none where nothing was ever stored.
    pub fn open(root: &Root) -> Result<Option<Self>> {
        Self::at(root, false)
    }

    /// The store of a root, which is made where it is missing.
    pub fn make(root: &Root) -> Result<Self> {
        let missing = || Error::file(FOLDERS.join("/"), FileProblem::Unwritable { why: "it is gone".to_owned() });
        Self::at(root, true)?.ok_or_else(missing)
    }

    fn at(root: &Root, make: bool) -> Result<Option<Self>> {
        let mut folder: Option<OwnedFd> = None;
        for name in FOLDERS {
            match descend(folder.as_ref().unwrap_or(root.folder()), name, make)? {
                Some(next) => folder = Some(next),
                None => return Ok(None),
            }
        }
        let path = root.path().join(FOLDERS.join("/"));
        Ok(folder.map(|folder| Self { folder: Arc::new(folder), path }))
    }

    pub fn folder(&self) -> &OwnedFd {
        &self.folder
    }

    /// The folder of two letters, where it is there.
    pub fn part(&self, name: &str) -> Result<Option<OwnedFd>> {
        descend(&self.folder, name, false)
    }

    /// Shared by those who add; alone for those who collect. It ends with the process, however that ends.
    pub fn lock(&self, alone: bool) -> Result<StoreLock> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(&self.folder, LOCK, flags, Mode::RUSR | Mode::WUSR).map_err(|e| self.failed(&e))?;
        let wanted =
            if alone { FlockOperation::NonBlockingLockExclusive } else { FlockOperation::NonBlockingLockShared };
        let begun = Instant::now();
        loop {
            match flock(&file, wanted) {
                Ok(()) => return Ok(StoreLock { _file: file }),
                Err(Errno::WOULDBLOCK) if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(5)),
                Err(Errno::WOULDBLOCK) => {
                    let what = if alone { "collecting artifacts in" } else { "adding an artifact in" };
                    let because = "another process has the store for itself: give the command again".to_owned();
                    return Err(Conflict::InUse { what: format!("{what} {}", self.path.display()), because }.into());
                }
                Err(Errno::INTR) => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    /// Stores what `source` gives until its end, under the name of its content. It is safe on the disk, whole, before it
    /// has that name: who is killed on the way leaves nothing under it.
    ///
    /// The lock keeps collectors away until the row that refers to it is committed.
    pub fn put(&self, head: &[u8], source: &mut dyn Read, what: &str) -> Result<(StoredContent, StoreLock)> {
        let mut temporary = Temporary::new(self)?;
        let mut content = Hashed::default();
        let mut write = |bytes: &[u8], content: &mut Hashed| {
            content.update(bytes);
            temporary.file.write_all(bytes).map_err(|error| self.unwritable(&error))
        };
        write(head, &mut content)?;
        let mut buffer = vec![0; BUFFER];
        loop {
            match source.read(&mut buffer) {
                Ok(0) => break,
                Ok(read) => write(&buffer[..read], &mut content)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::file(what, FileProblem::Unreadable { why: error.to_string() })),
            }
        }
        temporary.file.sync_all().map_err(|error| self.unwritable(&error))?;
        let stored = content.finish();
        let lock = self.lock(false)?;
        temporary.publish(&stored.content_hash)?;
        Ok((stored, lock))
    }

    /// A stored content, by its digest; none where it is not there.
    pub fn content(&self, hash: &str) -> Result<Option<File>> {
        let Some(part) = self.part(folder_of(hash))? else { return Ok(None) };
        // What has become a named pipe would block without NONBLOCK.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        match openat(&part, hash, flags, Mode::empty()) {
            Ok(file) => {
                let file = File::from(file);
                let is_file = file.metadata().map_err(|error| unreadable(hash, &error))?.is_file();
                let problem = FileProblem::Special { kind: "link or device" };
                if is_file { Ok(Some(file)) } else { Err(Error::file(path_of(hash), problem)) }
            }
            Err(Errno::NOENT) => Ok(None),
            Err(Errno::LOOP) => Err(Error::file(path_of(hash), FileProblem::LinkedFolder)),
            Err(error) => Err(unreadable(hash, &error.into())),
        }
    }

    /// Notes that a project's artifacts are here, so that no other board takes them for nobody's.
    pub fn own(&self, project: Uuid, slug: &str) -> Result<()> {
        let failed = |error: Errno| self.failed(&error);
        let Some(owners) = descend(&self.folder, OWNERS, true)? else { return Ok(()) };
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(&owners, project.to_string(), flags, Mode::RUSR | Mode::WUSR) {
            Ok(file) => {
                let mut file = File::from(file);
                file.write_all(slug.as_bytes()).and_then(|()| file.sync_all()).map_err(|e| self.unwritable(&e))?;
                fsync(&owners).map_err(failed)
            }
            Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// The projects whose artifacts are here, with the slugs that they had.
    pub fn owners(&self) -> Result<Vec<(Uuid, String)>> {
        let Some(owners) = self.part(OWNERS)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for name in super::collect::names(&owners).map_err(|error| self.failed(&error))? {
            let Ok(id) = Uuid::try_parse(&name) else { continue };
            let mut slug = String::new();
            let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
            if let Ok(file) = openat(&owners, &name, flags, Mode::empty()) {
                // A slug has 64 letters; whatever else it holds is only shown.
                let _ = File::from(file).take(64).read_to_string(&mut slug);
            }
            found.push((id, slug));
        }
        found.sort();
        Ok(found)
    }

    pub fn failed(&self, error: &Errno) -> Error {
        self.unwritable(&io::Error::from(*error))
    }

    fn unwritable(&self, error: &io::Error) -> Error {
        Error::file(self.path.to_string_lossy(), FileProblem::Unwritable { why: error.to_string() })
    }
}

/// Opens a folder in another, and makes it first where that is asked for; none where it is not there.
fn descend(from: &OwnedFd, name: &str, make: bool) -> Result<Option<OwnedFd>> {
    let failed = |error: Errno| {
        let why = io::Error::from(error).to_string();
        Error::file(name, if make { FileProblem::Unwritable { why } } else { FileProblem::Unreadable { why } })
    };
    if make {
        match mkdirat(from, name, Mode::RWXU) {
            // Its name is to be there after a power cut, too.
            Ok(()) => fsync(from).map_err(failed)?,
            Err(Errno::EXIST) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat(from, name, flags, Mode::empty()) {
        Ok(folder) => Ok(Some(folder)),
        Err(Errno::NOENT) => Ok(None),
        Err(Errno::LOOP | Errno::NOTDIR) => Err(Error::file(name, FileProblem::LinkedFolder)),
        Err(error) => Err(failed(error)),
    }
}

fn unreadable(hash: &str, error: &io::Error) -> Error {
    Error::file(path_of(hash), FileProblem::Unreadable { why: error.to_string() })
}

/// A content's digest and size in the making.
#[derive(Debug, Default)]
pub(super) struct Hashed {
    digest: Sha256,
    size: i64,
}

impl Hashed {
    pub fn update(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.size = self.size.saturating_add(i64::try_from(bytes.len()).unwrap_or(i64::MAX));
    }

    pub fn finish(self) -> StoredContent {
        StoredContent { content_hash: hex(&self.digest.finalize()), size_bytes: self.size }
    }
}

/// A file in the store that has no name of its own yet; it is removed where it gets none.
struct Temporary<'a> {
    store: &'a Store,
    name: String,
    file: File,
}

impl<'a> Temporary<'a> {
    fn new(store: &'a Store) -> Result<Self> {
        let name = format!("{NEW}{}", id::new());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(store.folder(), &name, flags, Mode::RUSR | Mode::WUSR).map_err(|e| store.failed(&e))?;
        Ok(Self { store, name, file: File::from(file) })
    }

    /// Gives it the name of its content. One that is there already is replaced by the same: so it is as new as this one,
    /// and mended where it was damaged.
    fn publish(self, hash: &str) -> Result<()> {
        let failed = |error: Errno| self.store.failed(&error);
        let part = descend(&self.store.folder, folder_of(hash), true)?;
        let part = part.ok_or_else(|| failed(Errno::NOENT))?;
        renameat(self.store.folder(), &self.name, &part, hash).map_err(failed)?;
        fsync(&part).map_err(failed)?;
        fsync(self.store.folder()).map_err(failed)
    }
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        // Under its new name it is not here any more; one that stays is collected later.
        let _ = unlinkat(self.store.folder(), &self.name, AtFlags::empty());
    }
}
