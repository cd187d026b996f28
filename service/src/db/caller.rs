//! What a transaction knows beside its connection.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::dialect::Dialect;
use crate::actor::Actor;
use crate::clock::Clock;
use crate::gate::Looks;

/// Who runs a verb, and on which board.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub dialect: Dialect,
    pub clock: Clock,
    pub reaper: ReapClock,
    pub looks: Looks,
    pub session: Option<Uuid>,
    pub actor: Actor,
}

/// When this process last took back what ran out, shared by all transactions of a board.
#[derive(Clone, Debug, Default)]
pub(crate) struct ReapClock(Arc<Mutex<Option<Instant>>>);

/// How often a claim takes back what ran out even when it finds enough to do.
const REAP_EVERY: Duration = Duration::from_secs(30);

impl ReapClock {
    /// Whether 30 seconds have gone by since this process last asked; asking starts them anew.
    pub(super) fn is_due(&self) -> bool {
        // A poisoned lock only means that another task panicked while it held an Instant.
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|at| at.elapsed() >= REAP_EVERY);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}
