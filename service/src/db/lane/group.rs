//! The queue, and the groups that are taken from it: some verbs, one transaction, one COMMIT.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connection::{Link, Place};
use super::driver::Seat;
use super::error::Refused;
use super::job::{Fate, Job};
use super::options::{LaneCounts, WriteLane};

/// Between two looks whether another process still writes. SQLite's own handler naps up to 100 ms, in which a process that
/// writes without a pause begins hundreds of times: who waits would hardly ever look between two of its transactions.
const NAP: Duration = Duration::from_micros(500);

/// What the lane's thread and its callers share.
pub(super) struct Shared {
    queue: Mutex<VecDeque<Box<dyn Job>>>,
    /// So many wait as were in the last group.
    complete: Condvar,
    last: Last,
    seat: Seat,
    limits: WriteLane,
    /// Cannot be opened, or is closed: everything is done on SeaORM's connection.
    is_shut: AtomicBool,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    groups: AtomicU64,
    verbs: AtomicU64,
    largest: AtomicU64,
    elsewhere: AtomicU64,
    skipped: AtomicU64,
}

/// The last group: by it is known how long it pays to wait for another of its size.
#[derive(Default)]
struct Last {
    verbs: AtomicUsize,
    /// What its COMMIT took, in nanoseconds.
    commit: AtomicU64,
}

/// How a round ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Round {
    /// Nobody waited.
    Idle,
    /// A group was answered.
    Done,
    /// Another process writes: the group waits in the queue again.
    Busy,
}

/// Why a group ended before its COMMIT was tried.
enum Stopped {
    Begin(Refused),
    /// This one's failure took the whole transaction with it.
    Lost(usize),
    /// One of them left what it must not, and had no savepoint.
    Mixed,
}

impl Shared {
    pub(super) fn new(place: Place, limits: WriteLane) -> Self {
        let seat = Seat::new(Link::new(place));
        let (queue, complete) = (Mutex::default(), Condvar::new());
        let (last, is_shut, counts) = (Last::default(), AtomicBool::new(false), Counts::default());
        Self { queue, complete, last, seat, limits, is_shut, counts }
    }

    /// A panic while the queue was locked cannot have left it half changed.
    fn queue(&self) -> MutexGuard<'_, VecDeque<Box<dyn Job>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, job: Box<dyn Job>) {
        let mut queue = self.queue();
        queue.push_back(job);
        if queue.len() == self.last.verbs.load(Ordering::Relaxed) {
            self.complete.notify_one();
        }
    }

    /// Waits until as many have come as the last group had, for at most half of what its COMMIT took.
    ///
    /// Those who were answered together are likely to call again together. Without this the first of them has a COMMIT of its
    /// own, and the others wait for it.
    pub(super) fn gather(&self) {
        let verbs = self.last.verbs.load(Ordering::Relaxed);
        let most = Duration::from_nanos(self.last.commit.load(Ordering::Relaxed) / 2).min(self.limits.max_time);
        if verbs > 1 {
            let incomplete = |queue: &mut VecDeque<_>| queue.len() < verbs;
            // A panic while the queue was locked cannot have left it half changed.
            drop(self.complete.wait_timeout_while(self.queue(), most, incomplete));
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.queue().is_empty()
    }

    pub(super) fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::Acquire)
    }

    pub(super) fn has_connection(&self) -> bool {
        self.seat.link.is_open()
    }

    pub(super) fn max_time(&self) -> Duration {
        self.limits.max_time
    }

    /// Opens the connection at its first use; gives whether a commit never waits for readers.
    pub(super) fn open(&self) -> bool {
        match self.seat.link.open() {
            Ok(is_wal) => is_wal,
            Err(error) => {
                tracing::debug!(%error, "there is no write lane");
                self.shut();
                false
            }
        }
    }

    /// Sends everybody who waits, and who will come, to SeaORM's connection.
    pub(super) fn shut(&self) {
        self.is_shut.store(true, Ordering::Release);
        let waiting = std::mem::take(&mut *self.queue());
        waiting.into_iter().for_each(|job| job.tell(Fate::Elsewhere));
    }

    /// The caller has the turn: nobody writes meanwhile.
    pub(super) fn close(&self) {
        self.shut();
        self.seat.link.close();
    }

    /// Takes a group from the queue and answers each of it. The caller has the turn.
    pub(super) fn round(&self, patience: Duration) -> Round {
        if !self.has_connection() {
            self.open();
        }
        if self.is_shut() {
            self.shut();
            return Round::Idle;
        }
        let mut group = self.take();
        if group.is_empty() {
            return Round::Idle;
        }
        // A savepoint is a fifth of what a verb costs, and few are refused when they have changed something already.
        let mut bare = true;
        while !group.is_empty() {
            let fate = match self.try_group(&mut group, patience, bare) {
                Ok(()) => Fate::Done,
                Err(Stopped::Lost(at)) => {
                    // It is answered with its own failure; the others are done without it.
                    group.remove(at).tell(Fate::Done);
                    continue;
                }
                Err(Stopped::Mixed) => {
                    bare = false;
                    continue;
                }
                Err(Stopped::Begin(Refused::Busy(_))) if patience.is_zero() => {
                    self.put_back(group);
                    return Round::Busy;
                }
                Err(Stopped::Begin(refused)) => Fate::Failed(refused.into()),
            };
            group.drain(..).for_each(|job| job.tell(fate.clone()));
        }
        Round::Done
    }

    /// The oldest in the queue whose callers still wait.
    fn take(&self) -> Vec<Box<dyn Job>> {
        let mut queue = self.queue();
        let most = usize::try_from(self.limits.max_group).unwrap_or(1).max(1);
        let mut group = Vec::with_capacity(queue.len().min(most));
        while group.len() < most
            && let Some(mut job) = queue.pop_front()
        {
            if job.take() {
                group.push(job);
            } else {
                self.counts.skipped.fetch_add(1, Ordering::Relaxed);
            }
        }
        group
    }

    /// In front of all others, in the same order.
    fn put_back(&self, group: Vec<Box<dyn Job>>) {
        let mut queue = self.queue();
        for mut job in group.into_iter().rev() {
            job.put_back();
            queue.push_front(job);
        }
    }

    /// Runs the group in one transaction, and commits. What does not begin within the limit of time goes back.
    ///
    /// A COMMIT that fails has failed for each of the group, which is told so here.
    fn try_group(&self, group: &mut Vec<Box<dyn Job>>, patience: Duration, bare: bool) -> Result<(), Stopped> {
        self.begin(patience).map_err(Stopped::Begin)?;
        let begun = Instant::now();
        let bare = bare || group.len() == 1;
        let (mut refused, mut elsewhere) = (0, 0);
        for at in 0..group.len() {
            if at > 0 && begun.elapsed() >= self.limits.max_time {
                self.put_back(group.split_off(at));
                break;
            }
            match group[at].run(&self.seat, bare) {
                None => {
                    self.seat.link.rollback();
                    return Err(Stopped::Lost(at));
                }
                Some(standing) if standing.left && group.len() > 1 => {
                    self.seat.link.rollback();
                    return Err(Stopped::Mixed);
                }
                Some(standing) => {
                    refused += usize::from(standing.refused);
                    elsewhere += u64::from(standing.unfit.is_some());
                }
            }
        }
        let done = u64::try_from(group.len()).unwrap_or(u64::MAX);
        self.counts.elsewhere.fetch_add(elsewhere, Ordering::Relaxed);
        self.counts.groups.fetch_add(1, Ordering::Relaxed);
        self.counts.verbs.fetch_add(done, Ordering::Relaxed);
        self.counts.largest.fetch_max(done, Ordering::Relaxed);
        if refused == group.len() {
            // Nothing was written.
            self.seat.link.rollback();
            return Ok(());
        }
        let written = Instant::now();
        if let Err(error) = self.seat.link.commit() {
            group.drain(..).for_each(|job| job.tell(Fate::Failed(error.clone())));
        }
        self.last.verbs.store(group.len(), Ordering::Relaxed);
        let took = u64::try_from(written.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.last.commit.store(took, Ordering::Relaxed);
        Ok(())
    }

    /// Begins as soon as no other process writes, looking again after each nap until the patience ends.
    fn begin(&self, patience: Duration) -> Result<(), Refused> {
        let begun = Instant::now();
        loop {
            match self.seat.link.begin(patience) {
                Err(Refused::Busy(_)) if begun.elapsed() < patience => std::thread::sleep(NAP),
                tried => return tried,
            }
        }
    }

    pub(super) fn counts(&self) -> LaneCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        LaneCounts {
            groups: read(&self.counts.groups),
            verbs: read(&self.counts.verbs),
            largest: read(&self.counts.largest),
            elsewhere: read(&self.counts.elsewhere),
            skipped: read(&self.counts.skipped),
            waiting: u64::try_from(self.queue().len()).unwrap_or(u64::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::db::connect::Synchronous;
    use crate::db::lane::connection::Verb;

    /// Adds a row, and tells what became of it.
    struct Add(Arc<Mutex<Vec<bool>>>);

    impl Job for Add {
        fn take(&mut self) -> bool {
            true
        }

        fn put_back(&mut self) {}

        fn run(&mut self, seat: &Seat, bare: bool) -> Option<Verb> {
            let link = &seat.link;
            link.enter(bare);
            let added = link.write("INSERT INTO counts VALUES (1)", &[]);
            let standing = link.leave();
            added.ok().and(standing)
        }

        fn tell(self: Box<Self>, fate: Fate) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).push(matches!(fate, Fate::Done));
        }
    }

    #[test]
    fn a_poisoned_lock_keeps_nobody_from_the_lane() -> Result<(), Box<dyn std::error::Error>> {
        let scratch = tempfile::tempdir()?;
        let path = scratch.path().join("board.db");
        let reader = rusqlite::Connection::open(&path)?;
        reader.execute_batch("CREATE TABLE counts (n integer)")?;
        let place = Place { path, synchronous: Synchronous::Normal, told: None, declared_only: false };
        let shared = Arc::new(Shared::new(place, WriteLane::default()));
        let answers = Arc::new(Mutex::default());
        for poisoned in [false, true] {
            if poisoned {
                let held = Arc::clone(&shared);
                let panics = std::thread::spawn(move || {
                    let _queue = held.queue();
                    held.seat.link.poison();
                });
                assert!(panics.join().is_err());
            }
            assert_eq!((shared.queue.is_poisoned(), shared.seat.link.is_poisoned()), (poisoned, poisoned));
            shared.push(Box::new(Add(Arc::clone(&answers))));
            assert_eq!(shared.round(Duration::ZERO), Round::Done);
            assert!(shared.is_idle());
        }
        assert_eq!(*answers.lock().map_err(|e| e.to_string())?, [true, true]);
        assert_eq!(reader.query_row("SELECT count(*) FROM counts", [], |row| row.get::<_, i64>(0))?, 2);
        Ok(())
    }

    fn shared(scratch: &tempfile::TempDir) -> Arc<Shared> {
        let place = Place {
            path: scratch.path().join("board.db"),
            synchronous: Synchronous::Full,
            told: None,
            declared_only: false,
        };
        Arc::new(Shared::new(place, WriteLane { max_time: Duration::from_secs(600), ..WriteLane::default() }))
    }

    #[test]
    fn a_group_waits_for_as_many_as_the_last_one_had() -> Result<(), Box<dyn std::error::Error>> {
        let scratch = tempfile::tempdir()?;
        let shared = shared(&scratch);
        let answers = Arc::new(Mutex::default());
        shared.last.verbs.store(3, Ordering::Relaxed);
        shared.last.commit.store(600_000_000_000, Ordering::Relaxed);
        let (waiting, begun) = (Arc::clone(&shared), Instant::now());
        let gathers = std::thread::spawn(move || {
            waiting.gather();
            waiting.queue().len()
        });
        for _ in 0..3 {
            shared.push(Box::new(Add(Arc::clone(&answers))));
        }
        assert_eq!(gathers.join().map_err(|_| "the thread panicked")?, 3);
        assert!(begun.elapsed() < Duration::from_secs(300), "it waited for more");
        Ok(())
    }

    #[test]
    fn nobody_waits_longer_than_half_a_commit() -> Result<(), Box<dyn std::error::Error>> {
        let scratch = tempfile::tempdir()?;
        let shared = shared(&scratch);
        for (verbs, commit, least) in [(1, 600_000_000_000, 0), (2, 20_000_000, 10)] {
            shared.last.verbs.store(verbs, Ordering::Relaxed);
            shared.last.commit.store(commit, Ordering::Relaxed);
            let begun = Instant::now();
            shared.gather();
            let took = begun.elapsed();
            assert!(took >= Duration::from_millis(least) && took < Duration::from_secs(300), "{took:?} after {verbs}");
        }
        Ok(())
    }
}
