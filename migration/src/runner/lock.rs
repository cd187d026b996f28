//! Waiting for the lock: always by polling, so that the wait ends on time and holds nothing.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::event::Event;
use super::file;
use crate::error::Error;

/// The time that a run may spend waiting, over all its locks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    since: Instant,
    at_most: Duration,
    told: bool,
}

impl Patience {
    pub(crate) fn new(at_most: Duration) -> Self {
        Self { since: Instant::now(), at_most, told: false }
    }

    pub(crate) fn left(&self) -> Duration {
        self.at_most.saturating_sub(self.since.elapsed())
    }

    /// Sleeps a little, or gives up.
    pub(crate) async fn wait(&mut self, what: &str, events: &mut (dyn FnMut(&Event) + Send)) -> Result<(), Error> {
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

    pub(crate) fn gave_up(&self, what: &str) -> Error {
        Error::LockBusy { what: what.to_owned(), waited: self.since.elapsed() }
    }
}

/// Takes the lock of a SQLite file. The kernel frees it when the process ends, however it ends.
///
/// The lock file stays: removing it would let a third process lock a new file of that name.
pub(crate) async fn take(
    path: &Path,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<File, Error> {
    lock_file(&file::lock_path(path), "the migration lock", patience, events).await
}

/// Takes the lock of a file, which is made if it is missing.
pub(crate) async fn lock_file(
    path: &Path,
    what: &str,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<File, Error> {
    let lock = file::open_lock(path)?;
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => patience.wait(what, events).await?,
            Err(TryLockError::Error(e)) => return Err(file::failed(path, &e)),
        }
    }
}
