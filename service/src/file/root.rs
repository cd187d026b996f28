//! A project's root folder: which paths lie in it, and what lies there.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use callboard_entity::board_projects;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, openat, statat};
use rustix::io::Errno;

use super::look::{Counted, Look, is_same, read};
use crate::error::{Error, FileProblem, Result};

/// The longest path, in bytes: an entry of PostgreSQL's indexes has 2,704 at most.
pub const MAX_PATH: usize = 2048;

/// The longest name of a file or folder, in bytes, on nearly all file systems of Linux.
const MAX_NAME: usize = 255;

/// What lies at a path, as far as that is known without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Glance {
    /// Nothing.
    Absent,
    /// A regular file.
    File {
        /// In bytes.
        size_bytes: i64,
        /// The times of the last change of its content and of its inode, to compare with those of another glance.
        changed: String,
    },
    /// Something else, or nothing that can be seen: what it is.
    Other(String),
}

/// A project's root folder, held open: it stays that folder when another takes its name meanwhile.
#[derive(Clone, Debug)]
pub struct Root {
    path: PathBuf,
    folder: Arc<OwnedFd>,
}

impl Root {
    /// Opens the root of a project; a root that is a symbolic link is followed.
    ///
    /// # Errors
    /// `File` where the project names no root, or the root is not there, is no folder or can't be read.
    pub fn open(project: &board_projects::Model) -> Result<Self> {
        match &project.root_path {
            Some(path) => Self::at(Path::new(path)),
            None => Err(Error::file("path", FileProblem::NoRoot { project: project.slug.clone() })),
        }
    }

    /// Opens a folder as a root.
    ///
    /// # Errors
    /// As [`Root::open`].
    pub fn at(path: &Path) -> Result<Self> {
        let gone = |why: String| {
            let root = path.to_string_lossy().into_owned();
            Error::file(root.clone(), FileProblem::RootGone { root, why })
        };
        let opened = path.canonicalize().and_then(|path| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok((rustix::fs::open(&path, flags, Mode::empty())?, path))
        });
        match opened {
            Ok((folder, path)) => Ok(Self { path, folder: Arc::new(folder) }),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(gone("is not there".to_owned())),
            Err(error) if error.kind() == ErrorKind::NotADirectory => Err(gone("is no folder".to_owned())),
            Err(error) => Err(gone(format!("can't be opened: {error}"))),
        }
    }

    /// Where the root is, with links followed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The folder itself, which stays open.
    pub(crate) fn folder(&self) -> &OwnedFd {
        &self.folder
    }

    /// The path as the board keeps it: relative to the root, with `/`, without `.`, `..` and links on the way.
    ///
    /// `base` is the absolute folder that a relative `given` starts from. The file need not be there, nor its folder.
    ///
    /// # Errors
    /// `File`: a path outside the root, also by a link or `..`; one that is the root, is not UTF-8 or is too long.
    pub fn locate(&self, base: &Path, given: &Path) -> Result<String> {
        let located = self.locate_any(base, given)?;
        // `..` and `/` are folders, wherever they are.
        let is_named = matches!(base.join(given).components().next_back(), Some(Component::Normal(_)));
        if located.is_empty() || !is_named {
            return Err(Error::file(given.to_string_lossy(), FileProblem::Folder));
        }
        Ok(located)
    }

    /// As [`Root::locate`], of a folder as well: the root itself is an empty path.
    ///
    /// # Errors
    /// As [`Root::locate`], but for the root and `..`.
    pub fn locate_any(&self, base: &Path, given: &Path) -> Result<String> {
        let problem = |problem| Error::file(given.to_string_lossy(), problem);
        if given.as_os_str().is_empty() {
            return Err(Error::invalid("path", "", "must not be empty"));
        }
        let absolute = base.join(given);
        let found = match (absolute.parent(), absolute.components().next_back()) {
            // A link that is named is itself, and not what it leads to.
            (Some(parent), Some(Component::Normal(name))) => resolve(parent).and_then(|folder| named(&folder, name)),
            _ => resolve(&absolute),
        };
        let found = found.map_err(|error| problem(self.not_found(&absolute, given, &error)))?;
        let root = || self.path.to_string_lossy().into_owned();
        let Ok(relative) = found.strip_prefix(&self.path) else {
            // By its name it lies inside: then a link led out.
            let inside = plain(&absolute).starts_with(&self.path);
            let root = root();
            return Err(problem(if inside { FileProblem::LeadsOut { root } } else { FileProblem::Outside { root } }));
        };
        let parts: Option<Vec<&str>> = relative.components().map(|part| part.as_os_str().to_str()).collect();
        let path = parts.ok_or_else(|| problem(FileProblem::NotUtf8))?.join("/");
        if path.len() > MAX_PATH {
            return Err(problem(FileProblem::TooLong { bytes: path.len(), most: MAX_PATH }));
        }
        Ok(path)
    }

    /// Why a path leads nowhere: a file system says alike that the whole is too long, and that a name in it is.
    fn not_found(&self, absolute: &Path, given: &Path, error: &io::Error) -> FileProblem {
        let whole = plain(absolute).strip_prefix(&self.path).unwrap_or(given).as_os_str().len();
        let longest = absolute.iter().map(OsStr::len).max().unwrap_or(0);
        match error.raw_os_error() == Some(Errno::NAMETOOLONG.raw_os_error()) {
            true if whole > MAX_PATH => FileProblem::TooLong { bytes: whole, most: MAX_PATH },
            true if longest > MAX_NAME => FileProblem::NameTooLong { bytes: longest, most: MAX_NAME },
            _ => FileProblem::Unreadable { why: error.to_string() },
        }
    }

    /// Whether a folder of this machine lies in the root, or is it.
    pub(super) fn holds(&self, folder: &Path) -> bool {
        folder.canonicalize().is_ok_and(|folder| folder.starts_with(&self.path))
    }

    /// What lies at a path of the board's, reading a regular file to its end. Follows no link.
    pub(super) fn look(&self, path: &str, counted: &Counted, buffer: &mut [u8]) -> Look {
        match self.try_look(path, counted, buffer) {
            Ok(look) => look,
            Err(Errno::NOENT) => Look::Absent,
            Err(Errno::LOOP) => Look::Link,
            Err(error) => Look::Unreadable { why: io::Error::from(error).to_string() },
        }
    }

    /// What lies at a path of the board's, without reading it: size and times alone. Follows no link.
    pub(crate) fn glance(&self, path: &str) -> Glance {
        let (folder, name) = match self.folder_of(path) {
            Ok(Ok(found)) => found,
            Ok(Err(Look::Absent)) | Err(Errno::NOENT) => return Glance::Absent,
            Ok(Err(_)) | Err(Errno::LOOP) => return Glance::Other("a symbolic link".to_owned()),
            Err(error) => return Glance::Other(format!("unreadable ({})", io::Error::from(error))),
        };
        let folder = folder.as_ref().unwrap_or(&self.folder);
        match statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                FileType::RegularFile => Glance::File {
                    size_bytes: stat.st_size,
                    changed: format!(
                        "{}.{:09} {}.{:09}",
                        stat.st_mtime, stat.st_mtime_nsec, stat.st_ctime, stat.st_ctime_nsec
                    ),
                },
                FileType::Directory => Glance::Other("a folder".to_owned()),
                FileType::Symlink => Glance::Other("a symbolic link".to_owned()),
                _ => Glance::Other("no regular file".to_owned()),
            },
            Err(Errno::NOENT | Errno::NOTDIR) => Glance::Absent,
            Err(error) => Glance::Other(format!("unreadable ({})", io::Error::from(error))),
        }
    }

    /// The folder of a path, none for the root itself, and the name in it; or what stands in the way.
    fn folder_of<'p>(&self, path: &'p str) -> Result<Result<(Option<OwnedFd>, &'p str), Look>, Errno> {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut folder: Option<OwnedFd> = None;
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            let from = folder.as_ref().unwrap_or(&self.folder);
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            match openat(from, part, flags, Mode::empty()) {
                Ok(next) => folder = Some(next),
                // A link, or a file where there was a folder: then nothing lies below it.
                Err(Errno::NOTDIR) => {
                    let stat = statat(from, part, AtFlags::SYMLINK_NOFOLLOW)?;
                    let is_link = FileType::from_raw_mode(stat.st_mode) == FileType::Symlink;
                    return Ok(Err(if is_link { Look::Link } else { Look::Absent }));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(Ok((folder, name)))
    }

    fn try_look(&self, path: &str, counted: &Counted, buffer: &mut [u8]) -> Result<Look, Errno> {
        let (folder, name) = match self.folder_of(path)? {
            Ok(found) => found,
            Err(look) => return Ok(look),
        };
        let folder = folder.as_ref().unwrap_or(&self.folder);
        // Asked before it is opened: opening a device may do something.
        let before = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
        match FileType::from_raw_mode(before.st_mode) {
            FileType::RegularFile => {}
            FileType::Directory => return Ok(Look::Folder),
            FileType::Symlink => return Ok(Look::Link),
            FileType::Fifo => return Ok(Look::Special { kind: "named pipe" }),
            FileType::Socket => return Ok(Look::Special { kind: "socket" }),
            _ => return Ok(Look::Special { kind: "device" }),
        }
        let Some(file) = open_seen(folder, name, &before)? else { return Ok(Look::Changed) };
        let look = read(&file, counted, buffer);
        // Another file may have taken its name while it was read.
        let after = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW);
        match (look, after) {
            (look @ Look::File(_), Ok(after)) if is_same(&file, &after) => Ok(look),
            (Look::File(_), _) => Ok(Look::Changed),
            (look, _) => Ok(look),
        }
    }

    /// The folder itself, or the nearest one above it that is there, as a path on this machine.
    pub(super) fn nearest_folder(&self, path: &str) -> PathBuf {
        let full = self.path.join(path);
        let there = full.ancestors().skip(1).find(|folder| folder.is_dir());
        there.unwrap_or(&self.path).to_owned()
    }
}

/// Opens the file that was seen under a name; None where the name has become another's since.
fn open_seen(folder: &OwnedFd, name: &str, seen: &Stat) -> Result<Option<File>, Errno> {
    // What has become a named pipe since would block without NONBLOCK.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(openat(folder, name, flags, Mode::empty())?);
    // A named pipe without a writer reads as an empty file.
    Ok(is_same(&file, seen).then_some(file))
}

/// The folder with links followed, as far as it is there; what is not there is taken by its name.
fn resolve(folder: &Path) -> io::Result<PathBuf> {
    for there in folder.ancestors() {
        match there.canonicalize() {
            Ok(found) => {
                let rest = folder.strip_prefix(there).unwrap_or(Path::new(""));
                return Ok(plain(&found.join(rest)));
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::NotFound.into())
}

/// What has a name in a folder, whether it is there or not.
///
/// # Errors
/// Where the name is longer than the file system can have.
fn named(folder: &Path, name: &OsStr) -> io::Result<PathBuf> {
    let found = folder.join(name);
    match found.symlink_metadata() {
        Err(error) if error.raw_os_error() == Some(Errno::NAMETOOLONG.raw_os_error()) => Err(error),
        _ => Ok(found),
    }
}

/// The path without `.` and `..`, by its names alone.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => _ = plain.pop(),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

/// A path of the board's as it must be: relative, in its shortest form, and not too long.
///
/// # Errors
/// `Invalid`, `File` for one that is too long.
pub(crate) fn check(field: &'static str, path: &str) -> Result<()> {
    if path.len() > MAX_PATH {
        return Err(Error::file(path, FileProblem::TooLong { bytes: path.len(), most: MAX_PATH }));
    }
    let is_plain = !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if is_plain && !path.contains('\0') {
        return Ok(());
    }
    let rule = "must be relative to the project's root, without '.', '..' and empty names";
    Err(Error::invalid(field, crate::rules::escape(path), rule))
}

/// Whether a name is one of the folders in which tools keep their own state.
pub(super) fn is_tools_own(name: &OsStr) -> bool {
    [".git", ".hg", ".jj", ".svn", ".callboard"].iter().any(|own| name == *own)
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, mknodat, open};

    use super::*;

    #[test]
    fn a_named_pipe_that_takes_a_file_s_name_is_not_read() -> io::Result<()> {
        let scratch = tempfile::tempdir()?;
        let dir = scratch.path();
        std::fs::write(dir.join("file"), "abc")?;
        let folder = open(dir, OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty())?;
        let seen = statat(&folder, "file", AtFlags::SYMLINK_NOFOLLOW)?;
        assert!(open_seen(&folder, "file", &seen)?.is_some(), "it is the one that was seen");
        mknodat(CWD, dir.join("pipe"), FileType::Fifo, Mode::RUSR | Mode::WUSR, 0)?;
        std::fs::rename(dir.join("pipe"), dir.join("file"))?;
        assert!(open_seen(&folder, "file", &seen)?.is_none(), "it is another");
        scratch.close()
    }
}
