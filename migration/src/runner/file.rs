//! A SQLite file seen from outside: is it one that we may open, and does it exist.
//!
//! Nothing here opens the database file itself: closing such a handle would drop SQLite's locks in this process.

use std::fs::{DirBuilder, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use crate::error::Error;

/// What stands at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    Missing,
    /// No byte: SQLite reads it as an empty database, and it has no journal mode yet.
    Empty,
    Database {
        read_only: bool,
    },
}

/// Looks at the path, following no link.
pub(crate) fn inspect(path: &Path) -> Result<State, Error> {
    let meta = match std::fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            refuse_network(folder(path))?;
            return Ok(State::Missing);
        }
        Err(e) => return Err(failed(path, &e)),
    };
    refuse_kind(path, &meta)?;
    refuse_network(path)?;
    // A file without any write bit is left alone even by root, who could write to it.
    let read_only = meta.permissions().readonly();
    Ok(if meta.len() == 0 && !read_only { State::Empty } else { State::Database { read_only } })
}

fn refuse_kind(path: &Path, meta: &Metadata) -> Result<(), Error> {
    let path = path.to_owned();
    let kind = meta.file_type();
    if kind.is_symlink() {
        Err(Error::Symlink { path })
    } else if kind.is_dir() {
        Err(Error::Folder { path })
    } else if !kind.is_file() {
        Err(Error::NotAFile { path })
    } else if meta.nlink() > 1 {
        Err(Error::HardLinks { path, links: meta.nlink() })
    } else {
        Ok(())
    }
}

fn refuse_network(path: &Path) -> Result<(), Error> {
    // A folder that is not there yet is reported by whoever needs it.
    let Ok(found) = rustix::fs::statfs(path) else {
        return Ok(());
    };
    // The width and sign of the field differ between platforms; the magic numbers have 32 bits.
    #[allow(clippy::unnecessary_cast, clippy::cast_possible_truncation)]
    match network_filesystem(found.f_type as u32) {
        Some(filesystem) => Err(Error::NetworkFilesystem { path: path.to_owned(), filesystem }),
        None => Ok(()),
    }
}

/// The name of a filesystem on which SQLite's locks can't be relied on, by its number in statfs(2).
fn network_filesystem(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "NFS",
        0x517B => "SMB",
        0xFF53_4D42 => "CIFS",
        0xFE53_4D42 => "SMB2",
        0x5346_414F => "AFS",
        0x00C3_6400 => "Ceph",
        0x0BD0_0BD0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x0102_1997 => "9p",
        _ => return None,
    })
}

/// The folder of a file.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes a missing `.callboard` folder, for its owner only; any other missing folder is the user's to make.
pub(crate) fn make_folder(path: &Path) -> Result<(), Error> {
    let folder = folder(path);
    if folder.is_dir() {
        return Ok(());
    }
    if folder.file_name().is_none_or(|name| name != ".callboard") {
        return Err(Error::NoFolder { path: folder.to_owned() });
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Err(Error::NoFolder { path: folder.to_owned() }),
        // Another process may have made it in the meantime.
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(failed(folder, &e)),
        _ => Ok(()),
    }
}

/// Creates the empty file, for its owner only, so that SQLite never creates it with the umask's mode.
pub(crate) fn create(path: &Path) -> Result<(), Error> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
        .map(drop)
        .map_err(|e| failed(path, &e))
}

/// Opens or creates a file whose lock stands for something.
pub(crate) fn open_lock(lock: &Path) -> Result<std::fs::File, Error> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
        .open(lock)
        .map_err(|e| match e.kind() {
            // Such as one that an administrator's run left: it stands for the database, not for its folder.
            io::ErrorKind::PermissionDenied if lock.exists() => Error::LockNotOurs { path: lock.to_owned() },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Error::ReadOnly { path: folder(lock).to_owned() }
            }
            io::ErrorKind::NotFound => Error::NoFolder { path: folder(lock).to_owned() },
            _ if e.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
                Error::Symlink { path: lock.to_owned() }
            }
            _ => failed(lock, &e),
        })
}

/// What tells a file from another one that gets its name: device and inode. None where there is no file.
pub(crate) fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::symlink_metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

/// Whether a rollback journal with a header lies beside the file: whoever opens the file next restores it from there.
/// A commit removes the journal or clears its header.
pub(crate) fn has_hot_journal(path: &Path) -> bool {
    const HEADER: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let mut journal = path.as_os_str().to_owned();
    journal.push("-journal");
    let mut found = [0; HEADER.len()];
    let read = std::fs::File::open(journal).and_then(|mut file| file.read_exact(&mut found));
    read.is_ok() && found == HEADER
}

pub(crate) fn lock_path(path: &Path) -> PathBuf {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    folder(path).join(format!(".{name}.migrate.lock"))
}

pub(crate) fn failed(path: &Path, e: &io::Error) -> Error {
    Error::Io { path: path.to_owned(), reason: e.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_with_a_header_is_hot() -> std::io::Result<()> {
        let dir = std::env::temp_dir().join(format!("callboard-journal-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&dir)?;
        let file = dir.join("board.db");
        let mut found = vec![has_hot_journal(&file)];
        for bytes in [&b""[..], &[0; 512], b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7\0\0"] {
            std::fs::write(dir.join("board.db-journal"), bytes)?;
            found.push(has_hot_journal(&file));
        }
        std::fs::remove_dir_all(&dir)?;
        assert_eq!(found, [false, false, false, true]);
        Ok(())
    }

    #[test]
    fn network_filesystems_are_known_and_local_ones_are_not() {
        assert_eq!(network_filesystem(0x6969), Some("NFS"));
        assert_eq!(network_filesystem(0xFF53_4D42), Some("CIFS"));
        for local in [0xEF53, 0x0102_1994, 0x5846_5342, 0x9123_683E, 0x794c_7630] {
            assert_eq!(network_filesystem(local), None, "{local:x}");
        }
    }
}
