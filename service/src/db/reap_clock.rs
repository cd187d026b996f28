//! When a claim takes back what ran out, even where it finds enough to do.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// When this process last took back what ran out, shared by all transactions of a board.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReapClock(Arc<Mutex<Option<Instant>>>);

/// How often a claim takes back what ran out even when it finds enough to do.
const REAP_EVERY: Duration = Duration::from_secs(30);

impl ReapClock {
    fn last(&self) -> MutexGuard<'_, Option<Instant>> {
        // A poisoned lock only means that another task panicked while it held an Instant.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it is long ago; asking starts nothing anew.
    pub(super) fn is_due(&self) -> bool {
        self.last().is_none_or(|at| at.elapsed() >= REAP_EVERY)
    }

    /// Whether it is long ago; if so, the time starts anew.
    pub(super) fn take_due(&self) -> bool {
        let mut last = self.last();
        let due = last.is_none_or(|at| at.elapsed() >= REAP_EVERY);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}
