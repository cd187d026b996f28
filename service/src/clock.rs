//! The clock that verbs read: UTC, cut to microseconds so that both databases give back what was written.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// A point in time as Callboard stores it: UTC, microseconds.
pub type Timestamp = DateTime<Utc>;

/// Where a board takes the time from.
///
/// An offset serves tests that need workers whose clocks disagree; products use [`Clock::system`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    offset: TimeDelta,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// The system's clock, wrong by `offset`.
    pub fn skewed(offset: TimeDelta) -> Self {
        Self { offset }
    }

    /// Now, in microseconds.
    pub fn now(&self) -> Timestamp {
        micros(Utc::now() + self.offset)
    }
}

/// Cuts a time to microseconds: SQLite would keep nanoseconds, PostgreSQL would not, and they must read back the same.
pub fn micros(at: Timestamp) -> Timestamp {
    at.trunc_subsecs(6)
}
