//! Backups: taken before a database is changed, checked, listed, and restored.
//!
//! A backup is a file and a manifest beside it, in a folder of the database's own. It is checked before it gets its
//! name, and again before it is used.

mod aside;
mod check;
mod manifest;
mod overwrite;
mod postgres;
mod restore;
pub(crate) mod sqlite;
pub(crate) mod store;
mod take;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

pub use check::check;
pub use manifest::{Backup, Manifest, Reason, Source};
pub use postgres::{Given, Rightful, Rights, Scratch, scratch};
pub(crate) use restore::after_commit;
pub use restore::{Careful, Restored, foresee, restore};
pub use take::take;
pub(crate) use take::{Found, before, refuse_full, refuse_no_space, size_of_copy};

use crate::error::Error;
use crate::runner::Options;

/// Which backups of a database stay when a new one was taken: the newest so many, and all younger than so many days.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Keep {
    pub newest: usize,
    pub days: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self { newest: 10, days: 14 }
    }
}

/// Where backups go, and how many are kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Whether `up` and `down` take one of a database that holds rows.
    pub before_changes: bool,
    /// The folder. None is `<file>.backups` beside a SQLite file; a PostgreSQL database has no place of its own.
    pub folder: Option<PathBuf>,
    /// None keeps all.
    pub keep: Option<Keep>,
    /// The run over many databases that the backup belongs to.
    pub run: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { before_changes: true, folder: None, keep: Some(Keep::default()), run: None }
    }
}

/// Where the backups of PostgreSQL databases go when nothing else is said, by the caller's XDG_STATE_HOME and HOME: they
/// have no place of their own on this machine. Empty ones count as none.
pub fn state_folder(xdg_state_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let set = |value: Option<OsString>| value.filter(|v| !v.is_empty()).map(PathBuf::from);
    let state = set(xdg_state_home).or_else(|| set(home).map(|home| home.join(".local/state")))?;
    Some(state.join("callboard/backups"))
}

/// The folder of a database's backups; it may not exist yet.
///
/// # Errors
/// [`Error::NoBackupFolder`] for a PostgreSQL database when none is set; [`Error::Symlink`] where the default one is a link.
pub fn folder(options: &Options) -> Result<PathBuf, Error> {
    if let Some(folder) = &options.backups.folder {
        return Ok(folder.clone());
    }
    match options.url.sqlite_path() {
        Some(path) => {
            let mut name = path.as_os_str().to_owned();
            name.push(".backups");
            let folder = PathBuf::from(name);
            // One of the user's own choice may be a link; what a link put here leads to nobody has chosen.
            match std::fs::symlink_metadata(&folder) {
                Ok(meta) if meta.is_symlink() => Err(Error::Symlink { path: folder }),
                _ => Ok(folder),
            }
        }
        None => Err(Error::NoBackupFolder { target: options.url.to_string() }),
    }
}

/// The backups in a database's folder, the newest first, those of other databases among them; and for each manifest
/// that can't be used, why.
///
/// # Errors
/// As [`folder`].
pub fn list(options: &Options) -> Result<(Vec<Backup>, Vec<Error>), Error> {
    Ok(store::list(&folder(options)?))
}

/// Finds a backup by the path of its file, by its id, or by a prefix of the id that fits no other.
///
/// # Errors
/// There is none, more than one, or its manifest can't be used.
pub fn find(options: &Options, given: &str) -> Result<Backup, Error> {
    let path = Path::new(given);
    if given.contains('/') || path.extension().is_some_and(|e| e == "db" || e == "dump" || e == "json") {
        let json = path.with_extension("json");
        if !json.exists() {
            let reason = if path.exists() { "it has no manifest beside it" } else { "there is no such file" };
            return Err(Error::BackupUnusable { path: path.to_owned(), reason: reason.to_owned() });
        }
        let manifest = Manifest::read(&json)?;
        return Ok(Backup { path: json.with_file_name(&manifest.file), manifest });
    }
    let (found, _) = list(options)?;
    let fits: Vec<&Backup> = found.iter().filter(|b| !given.is_empty() && b.manifest.id.starts_with(given)).collect();
    match fits.as_slice() {
        [backup] => Ok((*backup).clone()),
        several => {
            let near = if several.is_empty() { found.iter().take(3).collect() } else { several.to_vec() };
            let near = near.iter().map(|b| b.manifest.id.clone()).collect();
            Err(Error::UnknownBackup { given: given.to_owned(), near, folder: folder(options)? })
        }
    }
}
