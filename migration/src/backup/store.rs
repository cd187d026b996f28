//! A folder of backups: names that never collide, files for their owner only, and nothing half-written under a final
//! name.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use chrono::{SubsecRound, TimeDelta, Utc};
use rustix::fs::OFlags;
use sea_orm::prelude::DateTimeUtc;
use sha2::{Digest, Sha256};

use super::Keep;
use super::manifest::{Backup, Manifest};
use crate::error::Error;
use crate::runner::{Event, Patience, failed, lock_file};
use crate::target::Kind;

const PARTIAL: &str = ".partial-";
const LOCK: &str = ".lock";

/// A folder of backups that this process alone writes to.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    /// Held until the store is dropped.
    _lock: File,
}

/// A backup that is being written. Dropped before it is published, its file is removed.
#[derive(Debug)]
pub(crate) struct Partial {
    folder: PathBuf,
    /// What the file is called until it is complete.
    pub path: PathBuf,
    pub id: String,
    pub created_at: DateTimeUtc,
    /// The name that it gets, without extension.
    stem: String,
    published: bool,
}

impl Store {
    /// Makes the folder if it is missing, waits for its lock, and removes what a killed process left.
    pub(crate) async fn open(
        folder: &Path,
        patience: &mut Patience,
        events: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Self, Error> {
        if !folder.is_dir() {
            match DirBuilder::new().mode(0o700).recursive(true).create(folder) {
                Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(failed(folder, &e)),
                _ => {}
            }
        }
        let lock = lock_file(&folder.join(LOCK), "the backups' lock", patience, events).await?;
        let store = Self { folder: folder.to_owned(), _lock: lock };
        store.sweep()?;
        Ok(store)
    }

    /// Removes what a killed process left; whoever wrote it is gone: it would hold the lock. Nothing else: a copy of a
    /// backup may lie here without its manifest.
    fn sweep(&self) -> Result<(), Error> {
        let names = names(&self.folder)?;
        let drafts = || names.iter().filter_map(|name| name.strip_prefix(PARTIAL)).filter(|name| is_ours(stem(name)));
        // A draft of a manifest stands for data that have their name already, or still.
        for draft in drafts().filter(|draft| draft.ends_with(".json") && !names.iter().any(|name| name == draft)) {
            for kind in [Kind::Sqlite, Kind::Postgres] {
                // What can't be removed is tried again by the next run.
                let _ = std::fs::remove_file(self.folder.join(format!("{}.{}", stem(draft), extension(kind))));
            }
        }
        for draft in drafts() {
            let _ = std::fs::remove_file(self.folder.join(format!("{PARTIAL}{draft}")));
        }
        Ok(())
    }

    /// Reserves a name and makes the empty file, which only its owner can read. `label` is the source's own name.
    pub(crate) fn begin(&self, label: &str) -> Result<Partial, Error> {
        loop {
            let created_at = Utc::now().trunc_subsecs(6);
            let random = uuid::Uuid::now_v7().as_u128() & 0xff_ffff;
            let id = format!("{}-{random:06x}", created_at.format("%Y%m%dT%H%M%S%.6fZ"));
            let stem = format!("{}-{id}", plain(label));
            let path = self.folder.join(format!("{PARTIAL}{stem}"));
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Ok(_) => {
                    let folder = self.folder.clone();
                    return Ok(Partial { folder, path, id, created_at, stem, published: false });
                }
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
                Err(e) => return Err(failed(&path, &e)),
            }
        }
    }

    /// Removes what is neither among the newest of its place nor young enough; never `taken`.
    pub(crate) fn prune(&self, keep: Keep, taken: &Backup) {
        let (found, _) = list(&self.folder);
        let of_place = found.iter().filter(|b| b.manifest.source.is_at(&taken.manifest.source));
        let days = TimeDelta::try_days(i64::from(keep.days)).unwrap_or(TimeDelta::MAX);
        let limit = Utc::now().checked_sub_signed(days).unwrap_or(DateTimeUtc::MIN_UTC);
        // The newest comes first; a clock that was set back puts others before the one just taken.
        let others = of_place.filter(|b| b.manifest.id != taken.manifest.id);
        for old in others.skip(keep.newest.max(1) - 1).filter(|b| b.manifest.created_at < limit) {
            remove(&self.folder, old);
        }
    }
}

/// Removes a backup: first it stops being one, then its file goes. What a kill leaves is swept by the next run.
pub(crate) fn remove(folder: &Path, backup: &Backup) {
    let json = backup.path.with_extension("json");
    let name = json.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let draft = folder.join(format!("{PARTIAL}{name}"));
    if std::fs::rename(&json, &draft).is_ok() {
        let _ = std::fs::remove_file(&backup.path);
        let _ = std::fs::remove_file(&draft);
    }
}

/// Brings a file that is written to the disk, and gives its size and SHA-256.
pub(crate) fn finish(path: &Path) -> Result<(u64, String), Error> {
    let io = |e: io::Error| failed(path, &e);
    let mut file = open_plain(path)?;
    file.sync_all().map_err(io)?;
    digest(&mut file).map_err(io)
}

impl Partial {
    /// Gives it its final name, and writes the manifest, which makes a backup of it.
    pub(crate) fn publish(mut self, manifest: Manifest) -> Result<Backup, Error> {
        let path = self.folder.join(&manifest.file);
        let json = path.with_extension("json");
        let draft = self.folder.join(format!("{PARTIAL}{}.json", self.stem));
        let written = write_manifest(&draft, &manifest)
            .and_then(|()| std::fs::rename(&self.path, &path))
            .and_then(|()| std::fs::rename(&draft, &json))
            .and_then(|()| File::open(&self.folder)?.sync_all());
        if let Err(e) = written {
            for file in [&draft, &json, &path] {
                let _ = std::fs::remove_file(file);
            }
            return Err(failed(&path, &e));
        }
        self.published = true;
        Ok(Backup { path, manifest })
    }

    /// The name of the file that it becomes.
    pub(crate) fn file(&self, kind: Kind) -> String {
        format!("{}.{}", self.stem, extension(kind))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.published {
            let _ = std::fs::remove_file(&self.path);
            for sidecar in ["-journal", "-wal", "-shm"] {
                let mut name = self.path.clone().into_os_string();
                name.push(sidecar);
                let _ = std::fs::remove_file(name);
            }
        }
    }
}

fn write_manifest(path: &Path, manifest: &Manifest) -> io::Result<()> {
    let mut text = serde_json::to_string_pretty(manifest)?;
    text.push('\n');
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Size and SHA-256 of what is left to read.
pub(crate) fn digest(file: &mut File) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 20];
    let mut bytes = 0_u64;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hash.update(&buffer[..n]);
        bytes += n as u64;
    }
    Ok((bytes, hex(&hash.finalize())))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Opens a regular file that has one name, following no link, for reading.
pub(super) fn open_plain(path: &Path) -> Result<File, Error> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    let file = file.map_err(|e| match e.raw_os_error() {
        Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => Error::Symlink { path: path.to_owned() },
        _ => failed(path, &e),
    })?;
    let meta = file.metadata().map_err(|e| failed(path, &e))?;
    if !meta.is_file() {
        return Err(Error::NotAFile { path: path.to_owned() });
    }
    if meta.nlink() > 1 {
        return Err(Error::HardLinks { path: path.to_owned(), links: meta.nlink() });
    }
    Ok(file)
}

/// The extension of a backup's file.
pub(super) fn extension(kind: Kind) -> &'static str {
    match kind {
        Kind::Sqlite => "db",
        Kind::Postgres => "dump",
    }
}

/// The backups of a folder, the newest first, and the manifests that can't be used, each with why.
pub(super) fn list(folder: &Path) -> (Vec<Backup>, Vec<Error>) {
    let mut found = Vec::new();
    let mut broken = Vec::new();
    let names = names(folder).unwrap_or_else(|e| {
        broken.push(e);
        Vec::new()
    });
    for name in names.into_iter().filter(|n| n.ends_with(".json") && !n.starts_with(PARTIAL)) {
        let path = folder.join(&name);
        match Manifest::read(&path) {
            Ok(manifest) => found.push(Backup { path: folder.join(&manifest.file), manifest }),
            // Someone else's JSON is none of ours.
            Err(e) if is_ours(name.trim_end_matches(".json")) => broken.push(e),
            Err(_) => {}
        }
    }
    found.sort_by(|a, b| (b.manifest.created_at, &b.manifest.id).cmp(&(a.manifest.created_at, &a.manifest.id)));
    (found, broken)
}

/// The names in a folder; none where there is no folder.
fn names(folder: &Path) -> Result<Vec<String>, Error> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect()),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(failed(folder, &e)),
    }
}

/// A name of ours without what its kind of file adds to it; an id has a dot of its own.
fn stem(name: &str) -> &str {
    let endings = [".json", ".dump", ".db", "-journal", "-wal", "-shm"];
    endings.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// Whether a name without extension ends like an id: `20261121T101112.123456Z-0a1b2c`.
fn is_ours(stem: &str) -> bool {
    let shape = "00000000T000000.000000Z-xxxxxx";
    let Some(tail) = stem.len().checked_sub(shape.len()).and_then(|at| stem.get(at..)) else {
        return false;
    };
    tail.chars().zip(shape.chars()).all(|(c, s)| match s {
        '0' => c.is_ascii_digit(),
        'x' => c.is_ascii_hexdigit(),
        _ => c == s,
    })
}

/// What of a name may stand in a file's name.
fn plain(label: &str) -> String {
    let mut out: String =
        label.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' }).take(64).collect();
    if out.is_empty() {
        out.push_str("database");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{is_ours, plain};

    #[test]
    fn only_names_with_an_id_are_ours() {
        assert!(is_ours("board-20261121T101112.123456Z-0a1b2c") && is_ours("20261121T101112.123456Z-0a1b2c"));
        for other in ["", "package", "board-20261121T101112.123456Z-0a1b2", "board-2026é121T101112.123456Z-0a1b2c"] {
            assert!(!is_ours(other), "{other}");
        }
        assert_eq!((plain("../a b.db").as_str(), plain("").as_str()), ("___a_b_db", "database"));
    }
}
