//! Watching a board for work: one watcher for all that wait in this process, so that waiting costs next to nothing.
//!
//! It is told of commits by the database ([`listen`] on PostgreSQL, [`files`] on SQLite), asks by one small statement
//! whether there is anything to claim, and only then wakes those who wait. It looks by itself, too: when the next lease,
//! backoff or deadline ends, and every few seconds ([`super::OpenOptions::poll`]), by which it finds what nobody told of:
//! commits of an app's own transactions, and what was told while the connection was lost.

mod bell;
mod files;
mod listen;
mod prospect;
mod written;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;

pub(super) use bell::Bell;
pub(crate) use bell::News;
use files::Files;
use listen::Listen;

use super::connect::Db;
use super::dialect::Dialect;
use crate::board::Callboard;
use crate::clock::Clock;

/// How long a source waits before it opens a lost connection once more.
const REOPEN: Duration = Duration::from_secs(5);
/// The least time between two looks, however much is told.
const APART: Duration = Duration::from_millis(20);

/// The watcher of a board, while anybody waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watchers(Arc<Mutex<Weak<Running>>>);

#[derive(Debug)]
struct Running {
    news: watch::Receiver<u64>,
    task: JoinHandle<()>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A look-out for work, made by [`Callboard::watch`].
#[derive(Debug)]
pub struct Watch {
    db: Db,
    clock: Clock,
    news: watch::Receiver<u64>,
    /// It ends with the last one who waits.
    _running: Arc<Running>,
}

impl Callboard {
    /// Looks out for work from now on: whatever becomes claimable after this call is told by [`Watch::changed`].
    ///
    /// So it is called before the look that finds nothing, and no work is lost between the two. Everybody who waits in this
    /// process shares one watcher: on PostgreSQL a connection of its own that listens, on SQLite one that asks the file.
    /// Where that connection cannot be had, as behind a pooler, it is a look every five seconds
    /// ([`crate::OpenOptions::poll`]).
    ///
    /// # Example
    /// ```no_run
    /// use callboard_service::item::Ready;
    ///
    /// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
    /// let mut watch = board.watch().await;
    /// while board.read(&Ready::of("coder")).await?.items.is_empty() {
    ///     watch.changed().await;
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn watch(&self) -> Watch {
        Watch::join(self.db.clone(), self.clock).await
    }
}

impl Watch {
    async fn join(db: Db, clock: Clock) -> Self {
        let running = db.watchers.running(&db, clock);
        let mut news = running.news.clone();
        // Until the watcher stands: what is committed from then on, it will tell. An error is that of a watcher whose
        // runtime is gone, and the next `changed` begins another one.
        let _ = news.wait_for(|told| *told > 0).await;
        Self { db, clock, news, _running: running }
    }

    /// Waits until there may be something to claim that was not there at the last call, or when the watch began.
    ///
    /// There need not be: others may have been faster, or it may be for others. Dropping the future loses nothing.
    pub async fn changed(&mut self) {
        if self.news.changed().await.is_err() {
            *self = Self::join(self.db.clone(), self.clock).await;
        }
    }

    /// Takes all that was told up to now as seen.
    pub(crate) fn catch_up(&mut self) {
        self.news.mark_unchanged();
    }
}

impl Watchers {
    fn running(&self, db: &Db, clock: Clock) -> Arc<Running> {
        // A poisoned lock only means that another task panicked while it held a pointer.
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = kept.upgrade().filter(|running| !running.task.is_finished()) {
            return running;
        }
        let (tell, news) = watch::channel(0);
        let task = tokio::spawn(watch(db.clone(), clock, tell));
        let running = Arc::new(Running { news, task });
        *kept = Arc::downgrade(&running);
        running
    }
}

/// What tells of commits.
enum Source {
    Files(Box<Files>),
    Listen(Listen),
}

impl Source {
    async fn open(db: &Db) -> Self {
        match db.dialect {
            Dialect::Sqlite => Self::Files(Box::new(Files::open(db).await)),
            Dialect::Postgres => Self::Listen(Listen::open(db).await),
        }
    }

    async fn changed(&mut self) {
        match self {
            Self::Files(files) => files.changed().await,
            Self::Listen(listen) => listen.changed().await,
        }
    }
}

async fn watch(db: Db, clock: Clock, tell: watch::Sender<u64>) {
    let mut source = Source::open(&db).await;
    let more = |told: &mut u64| *told += 1;
    tell.send_modify(more);
    let mut look = prospect::look(&db, clock).await;
    loop {
        let looked = Instant::now();
        // Whether it was told of a commit, or the time has come, is all the same: it looks.
        let _ = tokio::time::timeout(look.again_in, source.changed()).await;
        tokio::time::sleep_until(looked + APART).await;
        look = prospect::look(&db, clock).await;
        if look.has_work {
            tell.send_modify(more);
        }
    }
}
