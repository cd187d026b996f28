//! SQLite's write lane: the hot verbs, without a thread's hop for every statement, and several to one COMMIT.
//!
//! A verb goes into a queue. Whoever has the turn to write takes a group from it: the lane's thread or, where a commit does
//! not wait for the disk, the caller itself if nobody else writes. A verb is a future whose statements are done on the
//! spot (`connection.rs`), so that it ends at the first look, on the thread that looks. SeaORM's writer takes the same
//! turn, so that the two never meet in SQLite's busy handler. docs/adr/0009 says why.

mod connection;
mod driver;
mod error;
mod group;
mod inline;
mod job;
mod options;
mod rows;
mod value;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, OwnedMutexGuard};

pub(super) use self::connection::Link;
use self::connection::Place;
use self::group::{Round, Shared};
pub(super) use self::inline::Inline;
pub use self::job::OnLane;
use self::job::Waiting;
pub use self::options::{InlineCounts, LaneCounts, WriteLane};
use super::caller::Caller;
use super::connect::{OpenOptions, Synchronous};
use super::error::DatabaseError;
use crate::error::Result;

/// After so many verbs on its own thread a caller lets other tasks run.
const IN_A_ROW: u32 = 16;
/// So many verbs after one that was not alone expect company.
const TOGETHER: u32 = 64;

/// The right to write, in this process: whoever comes first has it first, the lane or SeaORM's connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turn(Arc<Mutex<()>>);

/// Held while a transaction writes.
pub(crate) type Held = OwnedMutexGuard<()>;

impl Turn {
    /// Waits for the turn, at most so long.
    pub(super) async fn take(&self, patience: Duration) -> Result<Held> {
        let turn = tokio::time::timeout(patience, Arc::clone(&self.0).lock_owned()).await;
        Ok(turn.map_err(|_| timed_out())?)
    }
}

fn timed_out() -> DatabaseError {
    DatabaseError::TimedOut("this process's turn to write did not come in time".to_owned())
}

/// The lane of one board, shared by its clones. Its thread ends with the last of them.
#[derive(Clone)]
pub(crate) struct Lane(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    turn: Turn,
    patience: Duration,
    /// Whether callers may commit on their own threads.
    may_inline: AtomicBool,
    in_a_row: AtomicU32,
    /// Callers that are inside of [`Lane::run`].
    inside: AtomicU32,
    /// How many verbs more expect that others are called at the same time.
    together: AtomicU32,
    /// A caller has the turn, and will look at the queue again.
    at_work: AtomicBool,
    bell: OnceLock<Option<SyncSender<()>>>,
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane").field("counts", &self.counts()).finish_non_exhaustive()
    }
}

impl Lane {
    /// The lane of a database file; `None` where it is switched off. Nothing is opened yet.
    pub(super) fn new(path: PathBuf, options: &OpenOptions, turn: Turn) -> Option<Self> {
        if options.lane.max_group == 0 {
            return None;
        }
        let place = place(path, options);
        let inner = Inner {
            shared: Arc::new(Shared::new(place, options.lane)),
            turn,
            patience: options.busy_timeout,
            // With FULL every commit waits for the disk, which must not be an async worker's business.
            may_inline: AtomicBool::new(options.synchronous == Synchronous::Normal),
            in_a_row: AtomicU32::new(0),
            inside: AtomicU32::new(0),
            together: AtomicU32::new(0),
            at_work: AtomicBool::new(false),
            bell: OnceLock::new(),
        };
        Some(Self(Arc::new(inner)))
    }

    /// Runs a verb in a transaction that others may share; `None` where SeaORM's connection has to do it.
    ///
    /// A caller that goes away meanwhile does not know whether it was done, as with any lost answer.
    pub(super) async fn run<T: Send>(&self, verb: OnLane<T>, caller: Caller) -> Option<Result<T>> {
        let inner = &*self.0;
        if inner.shared.is_shut() {
            return None;
        }
        let (job, mut waiting) = verb.into_job(caller);
        let company = inner.come_in();
        inner.shared.push(job);
        if company.is_likely {
            // Whoever is about to call does so now, and one COMMIT serves all.
            tokio::task::yield_now().await;
            if let Ok(answer) = waiting.answer.try_recv() {
                return answer.into_result();
            }
        }
        if !inner.run_here() {
            inner.ring();
        } else if let Ok(answer) = waiting.answer.try_recv() {
            if !company.is_likely && inner.in_a_row.fetch_add(1, Ordering::Relaxed) % IN_A_ROW == IN_A_ROW - 1 {
                // A task that never waits would keep its thread from all others.
                tokio::task::yield_now().await;
            }
            return answer.into_result();
        }
        inner.wait(waiting).await
    }

    /// Closes the connection, when whoever writes is done.
    pub(crate) async fn close(&self) -> Result<()> {
        let turn = self.0.turn.take(self.0.patience).await;
        self.0.shared.close();
        turn.map(drop)
    }

    pub(crate) fn counts(&self) -> LaneCounts {
        self.0.shared.counts()
    }
}

impl Inner {
    /// Counts a caller, until it is dropped. Only who may commit on its own thread has to expect others: for the lane's
    /// thread they gather by themselves.
    fn come_in(&self) -> Company<'_> {
        if self.inside.fetch_add(1, Ordering::Relaxed) > 0 {
            self.together.store(TOGETHER, Ordering::Relaxed);
        }
        let left = self.together.load(Ordering::Relaxed);
        if left > 0 {
            // Two that count down at once may count one: it is a guess anyway.
            self.together.store(left - 1, Ordering::Relaxed);
        }
        Company { inside: &self.inside, is_likely: left > 0 && self.may_inline.load(Ordering::Relaxed) }
    }

    /// Takes rounds on the caller's thread, if it may and nobody writes or waits to; gives whether nobody is left in the
    /// queue, or another caller will look after who is. Nothing is awaited in between, so that a caller that is dropped is
    /// never dropped in the middle.
    fn run_here(&self) -> bool {
        if !self.may_inline.load(Ordering::Relaxed) {
            return false;
        }
        let begun = Instant::now();
        loop {
            let Ok(turn) = Arc::clone(&self.turn.0).try_lock_owned() else {
                // A caller that has the turn looks at the queue once more when it has given it back.
                return self.at_work.load(Ordering::SeqCst);
            };
            if !self.shared.is_shut() && !self.shared.has_connection() && !self.shared.open() {
                // With a rollback journal a commit waits for readers and for the disk, whatever `synchronous` says.
                self.may_inline.store(false, Ordering::Relaxed);
                return false;
            }
            let at_work = AtWork::begin(&self.at_work);
            let round = self.shared.round(Duration::ZERO);
            drop(turn);
            drop(at_work);
            if round != Round::Busy && self.shared.is_idle() {
                return true;
            }
            // What others put in meanwhile is done here too, which spares a thread's awakening; but not for ever.
            if round == Round::Busy || begun.elapsed() >= self.shared.max_time() {
                return false;
            }
        }
    }

    /// Wakes the lane's thread, which is started at the first time.
    fn ring(&self) {
        let bell = self.bell.get_or_init(|| {
            let (bell, rung) = sync_channel(1);
            let (shared, turn, patience) = (Arc::clone(&self.shared), self.turn.clone(), self.patience);
            let work = move || work(&shared, &turn, patience, &rung);
            let thread = std::thread::Builder::new().name("callboard-lane".to_owned()).spawn(work);
            thread.map(|_| bell).inspect_err(|error| tracing::warn!(%error, "the write lane has no thread")).ok()
        });
        let is_gone = bell.as_ref().is_none_or(|bell| matches!(bell.try_send(()), Err(TrySendError::Disconnected(()))));
        if is_gone {
            self.shared.shut();
        }
    }

    async fn wait<T: Send>(&self, mut waiting: Waiting<T>) -> Option<Result<T>> {
        let answer = match tokio::time::timeout(self.patience, &mut waiting.answer).await {
            Ok(answer) => answer,
            Err(_) if waiting.give_up() => return Some(Err(timed_out().into())),
            // It has been begun: its answer is near.
            Err(_) => waiting.answer.await,
        };
        // Without an answer the lane was shut while the verb was on its way into the queue.
        answer.ok().and_then(|answer| answer.into_result())
    }
}

fn place(path: PathBuf, options: &OpenOptions) -> Place {
    let (synchronous, told) = (options.synchronous, options.on_statement.clone());
    Place { path, synchronous, told, declared_only: false }
}

/// A caller inside of [`Lane::run`], and whether others are likely to be there at the same time.
struct Company<'a> {
    inside: &'a AtomicU32,
    is_likely: bool,
}

impl Drop for Company<'_> {
    fn drop(&mut self) {
        self.inside.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Says that a caller has the turn, until it is dropped, also by a panic.
struct AtWork<'a>(&'a AtomicBool);

impl<'a> AtWork<'a> {
    fn begin(at_work: &'a AtomicBool) -> Self {
        at_work.store(true, Ordering::SeqCst);
        Self(at_work)
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// The lane's thread: rounds, each with a turn of its own, for as long as somebody waits.
fn work(shared: &Shared, turn: &Turn, patience: Duration, rung: &Receiver<()>) {
    while rung.recv().is_ok() {
        loop {
            let held = Arc::clone(&turn.0).blocking_lock_owned();
            let round = shared.round(patience);
            drop(held);
            if round == Round::Idle {
                break;
            }
            shared.gather();
        }
    }
}
