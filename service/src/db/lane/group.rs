//! The queue, and the groups that are taken from it: some verbs, one transaction, one COMMIT.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::connection::{Link, Place, Refused};
use super::job::{Fate, Job};
use super::options::{LaneCounts, WriteLane};

/// Between two looks whether another process still writes. SQLite's own handler naps up to 100 ms, in which a process that
/// writes without a pause begins hundreds of times: who waits would hardly ever look between two of its transactions.
const NAP: Duration = Duration::from_micros(500);

/// What the lane's thread and its callers share.
pub(super) struct Shared {
    queue: Mutex<VecDeque<Box<dyn Job>>>,
    link: Arc<Link>,
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
}

impl Shared {
    pub(super) fn new(place: Place, limits: WriteLane) -> Self {
        let link = Arc::new(Link::new(place));
        let (queue, counts) = (Mutex::default(), Counts::default());
        Self { queue, link, limits, is_shut: AtomicBool::new(false), counts }
    }

    /// A panic while the queue was locked cannot have left it half changed.
    fn queue(&self) -> MutexGuard<'_, VecDeque<Box<dyn Job>>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn push(&self, job: Box<dyn Job>) {
        self.queue().push_back(job);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.queue().is_empty()
    }

    pub(super) fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::Acquire)
    }

    pub(super) fn has_connection(&self) -> bool {
        self.link.is_open()
    }

    pub(super) fn max_time(&self) -> Duration {
        self.limits.max_time
    }

    /// Opens the connection at its first use; gives whether a commit never waits for readers.
    pub(super) fn open(&self) -> bool {
        match self.link.open() {
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
        self.link.close();
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
        while !group.is_empty() {
            let fate = match self.try_group(&mut group, patience) {
                Ok(()) => Fate::Done,
                Err(Stopped::Lost(at)) => {
                    // It is answered with its own failure; the others are done without it.
                    group.remove(at).tell(Fate::Done);
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
    fn try_group(&self, group: &mut Vec<Box<dyn Job>>, patience: Duration) -> Result<(), Stopped> {
        self.begin(patience).map_err(Stopped::Begin)?;
        let begun = Instant::now();
        let alone = group.len() == 1;
        let mut refused = 0;
        for at in 0..group.len() {
            if at > 0 && begun.elapsed() >= self.limits.max_time {
                self.put_back(group.split_off(at));
                break;
            }
            match group[at].run(&self.link, alone) {
                None => {
                    self.link.rollback();
                    return Err(Stopped::Lost(at));
                }
                Some(standing) => {
                    refused += usize::from(standing.refused);
                    self.counts.elsewhere.fetch_add(u64::from(standing.unfit.is_some()), Ordering::Relaxed);
                }
            }
        }
        let done = u64::try_from(group.len()).unwrap_or(u64::MAX);
        self.counts.groups.fetch_add(1, Ordering::Relaxed);
        self.counts.verbs.fetch_add(done, Ordering::Relaxed);
        self.counts.largest.fetch_max(done, Ordering::Relaxed);
        if refused == group.len() {
            // Nothing was written.
            self.link.rollback();
        } else if let Err(error) = self.link.commit() {
            group.drain(..).for_each(|job| job.tell(Fate::Failed(error.clone())));
        }
        Ok(())
    }

    /// Begins as soon as no other process writes, looking again after each nap until the patience ends.
    fn begin(&self, patience: Duration) -> Result<(), Refused> {
        let begun = Instant::now();
        loop {
            match self.link.begin(patience) {
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

        fn run(&mut self, link: &Arc<Link>, alone: bool) -> Option<Verb> {
            link.enter(alone);
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
        let place = Place { path, synchronous: Synchronous::Normal, told: None };
        let shared = Arc::new(Shared::new(place, WriteLane::default()));
        let answers = Arc::new(Mutex::default());
        for poisoned in [false, true] {
            if poisoned {
                let held = Arc::clone(&shared);
                let panics = std::thread::spawn(move || {
                    let _queue = held.queue();
                    held.link.poison();
                });
                assert!(panics.join().is_err());
            }
            assert_eq!((shared.queue.is_poisoned(), shared.link.is_poisoned()), (poisoned, poisoned));
            shared.push(Box::new(Add(Arc::clone(&answers))));
            assert_eq!(shared.round(Duration::ZERO), Round::Done);
            assert!(shared.is_idle());
        }
        assert_eq!(*answers.lock().map_err(|e| e.to_string())?, [true, true]);
        assert_eq!(reader.query_row("SELECT count(*) FROM counts", [], |row| row.get::<_, i64>(0))?, 2);
        Ok(())
    }
}
