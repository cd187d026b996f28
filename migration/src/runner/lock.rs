//! Waiting for the lock: always by polling, so that the wait ends on time and holds nothing.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::event::Event;
use super::file;
use crate::error::Error;

/// The time that a run may spend waiting, over all its locks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    since: Instant,
    at_most: Duration,
    told: bool,
}

impl Patience {
    pub(super) fn new(at_most: Duration) -> Self {
        Self { since: Instant::now(), at_most, told: false }
    }

    pub(super) fn left(&self) -> Duration {
        self.at_most.saturating_sub(self.since.elapsed())
    }

    /// Sleeps a little, or gives up.
    pub(super) async fn wait(&mut self, what: &str, events: &mut (dyn FnMut(&Event) + Send)) -> Result<(), Error> {
        let left = self.left();
        if left.is_zero() {
            return Err(self.gave_up(what));
        }
        if !self.told {
            self.told = true;
            events(&Event::Waiting { what: what.to_owned(), at_most: left });
        }
        tokio::time::sleep(left.min(Duration::from_millis(25))).await;
        Ok(())
    }

    pub(super) fn gave_up(&self, what: &str) -> Error {
        Error::LockBusy { what: what.to_owned(), waited: self.since.elapsed() }
    }
}

/// Takes the lock of a SQLite file. The kernel frees it when the process ends, however it ends.
///
/// The lock file stays: removing it would let a third process lock a new file of that name.
pub(super) async fn take(
    path: &Path,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<File, Error> {
    let lock = file::open_lock(path)?;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => patience.wait("the migration lock", events).await?,
            Err(TryLockError::Error(e)) => return Err(file::failed(path, &e)),
        }
    }
}
