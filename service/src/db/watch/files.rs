//! Commits on SQLite, as the file itself tells of them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, ConnectOptions};

use super::super::connect::Db;
use super::REOPEN;

/// How often the file's times are looked at.
const TICK: Duration = Duration::from_millis(30);
/// After so many ticks SQLite is asked in any case: two commits within one step of the system's clock leave one time.
const SURE: u32 = 10;

/// A connection of its own, whose `data_version` changes with every commit of another one.
///
/// Asking it costs a hop to the thread of the connection, and a process that waits would ask it for hours. So the times of
/// the file and its journal are looked at first, which costs a hundredth of it.
pub(super) struct Files {
    options: SqliteConnectOptions,
    paths: [PathBuf; 2],
    conn: Option<SqliteConnection>,
    version: i64,
    stamps: [Option<Stamp>; 2],
    ticks: u32,
}

/// What differs of a file after it was written: which file it is, its size and time.
type Stamp = (u64, u64, i64, i64);

impl Files {
    pub async fn open(db: &Db) -> Self {
        let options = db.reader.get_sqlite_connection_pool().connect_options();
        let file = options.get_filename().to_owned();
        let mut journal = file.clone().into_os_string();
        journal.push("-wal");
        let paths = [file, PathBuf::from(journal)];
        let options = (*options).clone().read_only(true);
        let mut files = Self { options, paths, conn: None, version: 0, stamps: [None; 2], ticks: 0 };
        files.ask().await;
        files
    }

    /// Waits for a commit of somebody else's, or for a connection that may have missed one.
    pub async fn changed(&mut self) {
        loop {
            if self.conn.is_none() {
                if self.ask().await {
                    return;
                }
                tokio::time::sleep(REOPEN).await;
                continue;
            }
            tokio::time::sleep(TICK).await;
            self.ticks += 1;
            let is_written = self.paths.each_ref().map(|path| stamp(path)) != self.stamps;
            if (is_written || self.ticks >= SURE) && self.ask().await {
                return;
            }
        }
    }

    /// Asks SQLite whether anything was committed since it was asked before.
    async fn ask(&mut self) -> bool {
        // Before the answer: what is written after it has another time then.
        let stamps = self.paths.each_ref().map(|path| stamp(path));
        match self.version().await {
            Ok(version) => {
                (self.stamps, self.ticks) = (stamps, 0);
                std::mem::replace(&mut self.version, version) != version
            }
            Err(error) => {
                tracing::debug!(%error, "cannot ask the file for commits");
                (self.conn, self.version) = (None, 0);
                false
            }
        }
    }

    async fn version(&mut self) -> Result<i64, sqlx::Error> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            None => self.conn.insert(self.options.connect().await?),
        };
        sqlx::query_scalar("PRAGMA data_version").fetch_one(conn).await
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let meta = fs::metadata(path).ok()?;
    Some((meta.ino(), meta.size(), meta.mtime(), meta.mtime_nsec()))
}
