//! Removes from a project's store what no artifact refers to.

use std::collections::HashSet;
use std::os::fd::OwnedFd;
use std::sync::Arc;

use callboard_entity::{board_artifacts as artifacts, board_projects as projects};
use chrono::{DateTime, TimeDelta};
use rustix::fs::{AtFlags, Dir, FileType, statat, unlinkat};
use rustix::io::Errno;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store::{NEW, Store, StoreLock, is_hash};
use crate::archive::archived_contents;
use crate::board::Callboard;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Conflict, Error, Result};
use crate::file::Root;
use crate::id::Ref;
use crate::project;

/// For how long a content is left alone after it was stored, in seconds: an hour.
pub const DEFAULT_GRACE: i64 = 3600;
/// The shortest time that may be asked for, in seconds.
pub const MIN_GRACE: i64 = 60;
/// The longest, in seconds: a year.
const MAX_GRACE: i64 = 365 * 86_400;
/// How many contents are judged at a time, and told one by one in all.
const BATCH: usize = 500;

/// Which store is to be tidied; [`Callboard::collect_artifacts`] asks this, and tidies it.
///
/// # Errors
/// `NotFound`; `Invalid` for a grace period outside of a minute to a year, and where no project is named and the board
/// has several.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct CollectArtifacts {
    /// By slug or id; the board's default one where none is named.
    pub project: Option<Ref>,
    /// What was stored less than so many seconds ago stays: 60 to 31,536,000; 3,600 where nothing is named.
    pub grace_seconds: Option<i64>,
}

/// Which store it is, and what is old enough.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectPlan {
    /// Whose root has the store.
    pub project: projects::Model,
    /// What was stored later stays.
    pub before: Timestamp,
}

/// What was removed, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    /// The project's slug.
    pub project: String,
    /// How many contents were removed.
    pub removed: u64,
    /// Their size, in bytes.
    pub bytes: u64,
    /// The first 500 of them, in the order of their digests.
    pub files: Vec<CollectedFile>,
    /// How many remains of additions that were broken off were removed.
    pub remains: u64,
    /// How many contents artifacts, or archives, refer to.
    pub kept: u64,
    /// How many were stored within the grace period, and so were not judged.
    pub too_new: u64,
    /// How many files are not the store's: they are left alone.
    pub strange: u64,
}

/// A content that nothing refers to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectedFile {
    /// Its SHA-256, in hex.
    pub content_hash: String,
    /// In bytes.
    pub size_bytes: u64,
    /// When it was stored.
    pub stored_at: Timestamp,
}

impl Query for CollectArtifacts {
    type Output = CollectPlan;

    async fn fetch(&self, tx: &Tx) -> Result<CollectPlan> {
        let seconds = self.grace_seconds.unwrap_or(DEFAULT_GRACE);
        if !(MIN_GRACE..=MAX_GRACE).contains(&seconds) {
            let rule = format!("must be {MIN_GRACE} to {MAX_GRACE} seconds: who adds an artifact now needs that time");
            return Err(Error::invalid("grace", seconds.to_string(), rule));
        }
        let project = project::resolve(tx, self.project.as_ref()).await?;
        Ok(CollectPlan { project, before: tx.now - TimeDelta::seconds(seconds) })
    }
}

/// Those of these contents that artifacts, whosever they are, or archives refer to.
struct Referred<'a>(&'a [String]);

impl Query for Referred<'_> {
    type Output = HashSet<String>;

    async fn fetch(&self, tx: &Tx) -> Result<HashSet<String>> {
        let rows: Vec<String> = artifacts::Entity::find()
            .select_only()
            .column(artifacts::Column::ContentHash)
            .filter(artifacts::Column::ContentHash.is_in(self.0.iter().map(String::as_str)))
            .filter(artifacts::Column::Path.is_not_null())
            .distinct()
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let mut referred: HashSet<String> = rows.into_iter().collect();
        // In the same view of the board: an item that is archived, or put back, meanwhile is seen on one side.
        if self.0.iter().any(|hash| !referred.contains(hash)) {
            referred.extend(archived_contents(tx).await?);
        }
        Ok(referred)
    }
}

/// The projects of these ids that this board does not have.
struct Foreign<'a>(&'a [Uuid]);

impl Query for Foreign<'_> {
    type Output = Vec<Uuid>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<Uuid>> {
        let own: Vec<Uuid> = projects::Entity::find()
            .select_only()
            .column(projects::Column::Id)
            .filter(projects::Column::Id.is_in(self.0.iter().copied()))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        Ok(self.0.iter().copied().filter(|id| !own.contains(id)).collect())
    }
}

/// A content in the store.
#[derive(Clone, Debug)]
struct Found {
    name: String,
    size: u64,
    at: Timestamp,
}

/// Old contents with the folders that they lie in.
type Old = Vec<(Arc<OwnedFd>, Found)>;

impl Callboard {
    /// Removes from a project's store the contents that no artifact of any project and no archive refers to, and the
    /// remains of additions that were broken off. What was stored within the grace period stays: its row may be on its
    /// way. Who adds meanwhile has the store's lock until its row is committed, and contents are removed only while nobody
    /// has it, 500 at a time.
    ///
    /// With `dry_run` it tells what it would remove, and removes nothing.
    ///
    /// # Errors
    /// As [`CollectArtifacts`]; `InUse` where the store also has artifacts of a project of another board, or its lock
    /// was not to be had for 30 seconds; `File` where the project has no root or the store can't be read or written.
    pub async fn collect_artifacts(&self, collect: &CollectArtifacts, dry_run: bool) -> Result<Collected> {
        let plan = self.read(collect).await?;
        let mut done = Collected { project: plan.project.slug.clone(), ..Collected::default() };
        let root = Root::open(&plan.project)?;
        let Some(store) = Store::open(&root)? else { return Ok(done) };
        self.refuse_foreign(&store, &root).await?;
        let mut old: Old = Vec::new();
        for number in 0..256_u32 {
            let name = format!("{number:02x}");
            let Some(part) = store.part(&name)? else { continue };
            let part = Arc::new(part);
            let (contents, strange) = contents(&part, &name).map_err(|error| store.failed(&error))?;
            done.strange += strange;
            for content in contents {
                if content.at >= plan.before {
                    done.too_new += 1;
                    continue;
                }
                old.push((Arc::clone(&part), content));
                if old.len() == BATCH {
                    self.collect_batch(&store, std::mem::take(&mut old), dry_run, &mut done).await?;
                }
            }
        }
        self.collect_batch(&store, old, dry_run, &mut done).await?;
        done.remains = remains(&store, plan.before, dry_run).map_err(|error| store.failed(&error))?;
        Ok(done)
    }

    async fn refuse_foreign(&self, store: &Store, root: &Root) -> Result<()> {
        let owners = store.owners()?;
        let ids: Vec<Uuid> = owners.iter().map(|(id, _)| *id).collect();
        let foreign = self.read(&Foreign(&ids)).await?;
        let named = owners.into_iter().filter(|(id, _)| foreign.contains(id));
        let named: Vec<String> =
            named.map(|(id, slug)| format!("'{slug}' (.callboard/artifacts/projects/{id})")).collect();
        if named.is_empty() {
            return Ok(());
        }
        let what = format!("collecting artifacts in {}", root.path().display());
        let because = format!(
            "artifacts of projects that this board does not have lie there too: {}; where their board is gone, remove \
             these files first",
            named.join(", ")
        );
        Err(Conflict::InUse { what, because }.into())
    }

    async fn collect_batch(&self, store: &Store, batch: Old, dry_run: bool, done: &mut Collected) -> Result<()> {
        if batch.is_empty() {
            return Ok(());
        }
        let lock = if dry_run { None } else { Some(lock_alone(store).await?) };
        // Asked under the lock: whoever had it before has committed.
        let names: Vec<String> = batch.iter().map(|(_, found)| found.name.clone()).collect();
        let referred = self.read(&Referred(&names)).await?;
        for (part, found) in &batch {
            if referred.contains(&found.name) {
                done.kept += 1;
            } else if !is_still(part, found) {
                done.too_new += 1;
            } else {
                if !dry_run {
                    unlinkat(&**part, &found.name, AtFlags::empty()).map_err(|error| store.failed(&error))?;
                }
                done.tell(found);
            }
        }
        drop(lock);
        Ok(())
    }
}

/// Waits for the store on a thread that may wait.
async fn lock_alone(store: &Store) -> Result<StoreLock> {
    let store = store.clone();
    let waited = tokio::task::spawn_blocking(move || store.lock(true)).await;
    waited.map_err(|error| Error::Stored { what: "a lock".to_owned(), why: error.to_string() })?
}

impl Collected {
    fn tell(&mut self, found: &Found) {
        self.removed += 1;
        self.bytes += found.size;
        if self.files.len() < BATCH {
            let Found { name, size, at } = found.clone();
            self.files.push(CollectedFile { content_hash: name, size_bytes: size, stored_at: at });
        }
    }
}

/// Whether it is the one that was seen: one that was added again since is newer.
fn is_still(part: &OwnedFd, seen: &Found) -> bool {
    stat(part, &seen.name).is_ok_and(|now| now.is_some_and(|now| now.at == seen.at && now.size == seen.size))
}

/// A regular file of a folder; none for what is none.
fn stat(folder: &OwnedFd, name: &str) -> Result<Option<Found>, Errno> {
    let stat = statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Ok(None);
    }
    let nanos = u32::try_from(stat.st_mtime_nsec).unwrap_or(0);
    // A time that no calendar has is that of no old file.
    let at = DateTime::from_timestamp(stat.st_mtime, nanos).unwrap_or(DateTime::<chrono::Utc>::MAX_UTC);
    Ok(Some(Found { name: name.to_owned(), size: u64::try_from(stat.st_size).unwrap_or(0), at }))
}

/// The names in a folder, sorted.
pub(super) fn names(folder: &OwnedFd) -> Result<Vec<String>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        // What is not UTF-8 is not ours.
        if let Ok(name) = entry?.file_name().to_str()
            && !matches!(name, "." | "..")
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// The contents of a folder of two letters, and how many files are none.
fn contents(folder: &OwnedFd, first: &str) -> Result<(Vec<Found>, u64), Errno> {
    let (mut found, mut strange) = (Vec::new(), 0);
    for name in names(folder)? {
        let is_content = is_hash(&name) && name.starts_with(first);
        match if is_content { stat(folder, &name) } else { Ok(None) } {
            Ok(Some(content)) => found.push(content),
            // Another collector was faster.
            Err(Errno::NOENT) => {}
            Ok(None) => strange += 1,
            Err(error) => return Err(error),
        }
    }
    Ok((found, strange))
}

/// Removes what additions left that never came to their end; gives how many.
fn remains(store: &Store, before: Timestamp, dry_run: bool) -> Result<u64, Errno> {
    let mut removed = 0;
    for name in names(store.folder())?.iter().filter(|name| name.starts_with(NEW)) {
        match stat(store.folder(), name) {
            Ok(Some(found)) if found.at < before => {}
            Ok(_) | Err(Errno::NOENT) => continue,
            Err(error) => return Err(error),
        }
        if !dry_run {
            match unlinkat(store.folder(), name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                Err(error) => return Err(error),
            }
        }
        removed += 1;
    }
    Ok(removed)
}
