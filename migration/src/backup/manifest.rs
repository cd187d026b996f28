//! The manifest beside a backup: what it holds, and what it must still be when it is restored.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use sea_orm::prelude::DateTimeUtc;
use serde::{Deserialize, Serialize};

use super::postgres::Rights;
use super::store;
use crate::error::Error;
use crate::target::Kind;

/// The version of the manifest's own form.
const VERSION: u32 = 1;
/// A manifest has a line a table: one beyond this is none of ours.
const LONGEST: u64 = 4 << 20;

/// Why a backup was taken.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// By `backup`.
    Asked,
    /// Before `up`.
    Up,
    /// Before `down`.
    Down,
    /// Of what a `restore` overwrote.
    Restore,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Asked => "by hand",
            Self::Up => "before up",
            Self::Down => "before down",
            Self::Restore => "before restore",
        })
    }
}

/// Which database a backup is of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The absolute path of a SQLite file, or `postgres://HOST:PORT/DATABASE`; never a password.
    pub location: String,
    /// The PostgreSQL schema.
    pub schema: Option<String>,
    /// What stays the same when the database is moved: when its first migration was applied, to the microsecond.
    pub origin: Option<String>,
}

impl Source {
    /// Whether both are at the same place.
    pub fn is_at(&self, other: &Self) -> bool {
        self.location == other.location && self.schema == other.schema
    }

    /// Whether both are the same database: at the same place, or moved from one that is empty now. A copy of a database
    /// is another one, although both began alike.
    pub fn is_same(&self, other: &Self) -> bool {
        let began_alike = self.origin.is_some() && self.origin == other.origin;
        let is_moved = || !self.location.contains("://") && !Path::new(&self.location).exists();
        self.is_at(other) || (began_alike && is_moved())
    }
}

/// What is known of a backup. It is written last: a file without one is no backup.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub manifest_version: u32,
    /// Time and random part: unique also within a second.
    pub id: String,
    /// The name of the backup's file, in the manifest's own folder.
    pub file: String,
    pub database: Kind,
    pub source: Source,
    pub reason: Reason,
    /// The run over many databases that it belongs to.
    pub run: Option<String>,
    pub created_at: DateTimeUtc,
    /// The version of Callboard that took it.
    pub product_version: String,
    /// The newest migration applied; none when there was no history.
    pub schema_version: Option<String>,
    pub bytes: u64,
    /// Of the file, in hex.
    pub sha256: String,
    /// SHA-256 of the schema as text, in hex.
    pub fingerprint: String,
    /// The rows of each table.
    pub rows: BTreeMap<String, u64>,
    /// PostgreSQL: the owners and rights, for tables that are no longer there when it is restored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<Rights>,
}

impl Manifest {
    /// Reads one, trusting nothing in it.
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let unusable = |reason: String| Error::BackupUnusable { path: path.to_owned(), reason };
        let file = store::open_plain(path)?;
        let mut text = String::new();
        file.take(LONGEST + 1)
            .read_to_string(&mut text)
            .map_err(|e| unusable(format!("its manifest can't be read: {e}")))?;
        if text.len() as u64 > LONGEST {
            return Err(unusable("its manifest is too long".to_owned()));
        }
        let manifest: Self =
            serde_json::from_str(&text).map_err(|e| unusable(format!("its manifest is not a manifest: {e}")))?;
        if manifest.manifest_version != VERSION {
            let reason =
                format!("its manifest has version {}, and this build knows {VERSION}", manifest.manifest_version);
            return Err(unusable(reason));
        }
        let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        // The name of the file is not the manifest's to choose: it could lead out of the folder.
        if manifest.file != format!("{stem}.{}", store::extension(manifest.database)) || !stem.ends_with(&manifest.id) {
            return Err(unusable("its manifest names another file".to_owned()));
        }
        Ok(manifest)
    }

    pub(super) fn version() -> u32 {
        VERSION
    }

    /// The rows of all tables.
    pub fn all_rows(&self) -> u64 {
        self.rows.values().fold(0, |sum, n| sum.saturating_add(*n))
    }
}

/// A backup where it lies.
#[derive(Clone, Debug, Serialize)]
pub struct Backup {
    /// The backup's file.
    #[serde(serialize_with = "as_text")]
    pub path: PathBuf,
    pub manifest: Manifest,
}

/// A path as text. A name that is not UTF-8 has replacement characters in it: JSON has no other way to show it.
pub(super) fn as_text<S: serde::Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&path.to_string_lossy())
}
