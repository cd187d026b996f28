//! Commits on SQLite, as the file itself tells of them.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, ConnectOptions};

use super::super::connect::Db;
use super::REOPEN;
use super::written::Written;

/// How often SQLite is asked where the kernel does not tell.
const TICK: Duration = Duration::from_millis(30);

/// How long after a write SQLite is asked again, each time twice as long: the journal is written first, then synced, and only
/// then is it committed, of which the kernel does not tell. So for two seconds, which is a slow disk.
const AGAIN: Duration = Duration::from_millis(4);
const TIMES: u32 = 9;

/// A connection of its own, whose `data_version` changes with every commit of another one.
///
/// It is asked when the kernel tells that the file or its journal was written: to ask it again and again would cost a process
/// that waits for hours more than a hundredth of a core.
pub(super) struct Files {
    options: SqliteConnectOptions,
    paths: [PathBuf; 2],
    conn: Option<SqliteConnection>,
    version: i64,
    written: Option<Written>,
    /// How often SQLite was asked again since the last write; none when it is quiet.
    again: Option<u32>,
    /// Which files the kernel tells of.
    watched: [Option<u64>; 2],
}

impl Files {
    pub async fn open(db: &Db) -> Self {
        let options = db.reader.get_sqlite_connection_pool().connect_options();
        let file = options.get_filename().to_owned();
        let mut journal = file.clone().into_os_string();
        journal.push("-wal");
        let paths = [file, PathBuf::from(journal)];
        let options = (*options).clone().read_only(true);
        let mut files = Self { options, paths, conn: None, version: 0, written: None, again: None, watched: [None; 2] };
        files.watch();
        files.ask().await;
        files
    }

    /// Waits for a commit of somebody else's, or for a connection that may have missed one.
    pub async fn changed(&mut self) {
        loop {
            let is_lost = self.conn.is_none();
            // A journal that was removed and made again is another file.
            let is_other = self.written.is_none() || self.inodes() != self.watched;
            if is_other {
                self.watch();
            }
            if (is_lost || is_other) && self.ask().await {
                return;
            }
            match &self.written {
                _ if self.conn.is_none() => tokio::time::sleep(REOPEN).await,
                Some(written) => {
                    let told = match self.again {
                        Some(times) => tokio::time::timeout(AGAIN * 2u32.pow(times), written.wait()).await.ok(),
                        None => Some(written.wait().await),
                    };
                    match told {
                        Some(Ok(())) => self.again = Some(0),
                        Some(Err(error)) => {
                            tracing::debug!(%error, "the kernel tells of the file no more");
                            self.written = None;
                        }
                        None => self.again = self.again.map(|times| times + 1).filter(|times| *times < TIMES),
                    }
                }
                None => tokio::time::sleep(TICK).await,
            }
            if self.conn.is_some() && self.ask().await {
                return;
            }
        }
    }

    fn inodes(&self) -> [Option<u64>; 2] {
        self.paths.each_ref().map(|path| fs::metadata(path).ok().map(|meta| meta.ino()))
    }

    /// Lets the kernel tell of the files that are there: in another journal mode there is no `-wal`.
    fn watch(&mut self) {
        self.watched = self.inodes();
        let there = self.paths.iter().zip(self.watched).filter_map(|(path, inode)| inode.map(|_| path.as_path()));
        self.written = Written::of(there).ok();
    }

    /// Asks SQLite whether anything was committed since it was asked before.
    async fn ask(&mut self) -> bool {
        match self.version().await {
            Ok(version) => std::mem::replace(&mut self.version, version) != version,
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
