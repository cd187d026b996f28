//! Is a backup still what its manifest says?

use std::path::Path;

use super::manifest::{Backup, Manifest};
use super::sqlite::{self, Contents};
use super::store::{digest, open_plain};
use crate::error::Error;
use crate::target::Kind;

/// Reads the whole backup: its size and SHA-256 are the manifest's, and so are the schema, its version and the rows of
/// each table in it.
///
/// # Errors
/// [`Error::BackupUnusable`] says what of it is not so.
pub async fn check(backup: &Backup) -> Result<(), Error> {
    let Manifest { bytes, sha256, .. } = &backup.manifest;
    let unusable = |reason: String| Error::BackupUnusable { path: backup.path.clone(), reason };
    let mut file = open_plain(&backup.path).map_err(|e| match e {
        Error::Io { reason, .. } => unusable(reason),
        other => unusable(other.to_string()),
    })?;
    let size = file.metadata().map_err(|e| unusable(e.to_string()))?.len();
    if size != *bytes {
        return Err(unusable(format!("it has {size} bytes where its manifest says {bytes}")));
    }
    let (_, found) = digest(&mut file).map_err(|e| unusable(e.to_string()))?;
    if found != *sha256 {
        return Err(unusable(format!("its SHA-256 is {found} where its manifest says {sha256}")));
    }
    match backup.manifest.database {
        Kind::Sqlite => sqlite::check_copy(&backup.path, &expected(&backup.manifest)).await,
        Kind::Postgres => super::postgres::check(backup).await,
    }
}

pub(super) fn expected(manifest: &Manifest) -> Contents {
    Contents {
        schema_version: manifest.schema_version.clone(),
        origin: manifest.source.origin.clone(),
        fingerprint: manifest.fingerprint.clone(),
        rows: manifest.rows.clone(),
    }
}

/// A file's inode, size and times; none where there is no file.
pub(super) type Stamp = Option<(u64, u64, i64, i64, i64)>;

/// What tells whether a file was written to in the meantime.
pub(super) fn stamp(path: &Path) -> Stamp {
    use std::os::unix::fs::MetadataExt;
    let meta = std::fs::symlink_metadata(path).ok()?;
    Some((meta.ino(), meta.len(), meta.mtime(), meta.mtime_nsec(), meta.ctime_nsec()))
}
