//! How long an assignment may stay in a state before the board takes the item back.

use callboard_entity::task_assignments;
use chrono::TimeDelta;
use uuid::Uuid;

use crate::clock::{Timestamp, micros};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::setting;

/// The lease of a started assignment where neither the call nor the board's settings name another: 15 minutes.
pub const DEFAULT_LEASE_SECONDS: i64 = 15 * 60;
/// The shortest lease: 10 seconds.
pub const MIN_LEASE_SECONDS: i64 = 10;
/// The longest lease: 24 hours.
pub const MAX_LEASE_SECONDS: i64 = 24 * 60 * 60;
/// How long an agent has to accept what it was assigned, and how long a paused assignment is kept: 24 hours.
pub const DEFAULT_WAIT_SECONDS: i64 = 24 * 60 * 60;
/// The longest that an acceptance or a pause may be made: 30 days.
pub const MAX_WAIT_SECONDS: i64 = 30 * 24 * 60 * 60;

/// The lease that the call names or, where it names none, the setting's: 10 seconds to 24 hours.
pub(crate) async fn lease(tx: &Tx, project: Option<Uuid>, seconds: Option<i64>) -> Result<TimeDelta> {
    let seconds = match seconds {
        Some(seconds) => seconds,
        None => setting::lease_seconds(tx, project).await?,
    };
    if is_lease(seconds) {
        return Ok(TimeDelta::seconds(seconds));
    }
    let rule = "must be between 10 seconds and 24 hours (86400 seconds); a heartbeat extends it";
    Err(Error::invalid("lease", format!("{seconds} seconds"), rule))
}

/// Whether a lease may be so long.
pub(crate) fn is_lease(seconds: i64) -> bool {
    (MIN_LEASE_SECONDS..=MAX_LEASE_SECONDS).contains(&seconds)
}

/// An acceptance or pause deadline of 10 seconds to 30 days.
pub(crate) fn wait(seconds: Option<i64>) -> Result<TimeDelta> {
    let seconds = seconds.unwrap_or(DEFAULT_WAIT_SECONDS);
    if (MIN_LEASE_SECONDS..=MAX_WAIT_SECONDS).contains(&seconds) {
        return Ok(TimeDelta::seconds(seconds));
    }
    Err(Error::invalid("deadline", format!("{seconds} seconds"), "must be between 10 seconds and 30 days"))
}

/// The end of an agent's deadline; people have none.
pub(crate) fn until(assignment: &task_assignments::Model, from: Timestamp, length: TimeDelta) -> Option<Timestamp> {
    assignment.agent_id.map(|_| micros(from + length))
}

/// When an item whose attempt failed may be tried again: random(0.5..1) of 10 s doubled with each attempt, at most 1 h.
pub(crate) fn backoff(from: Timestamp, attempt: i64) -> Timestamp {
    let doublings = u32::try_from((attempt - 1).clamp(0, 16)).unwrap_or(16);
    let longest = (10_u64 << doublings).min(3600);
    #[allow(clippy::cast_precision_loss)]
    let seconds = longest as f64 * jitter();
    #[allow(clippy::cast_possible_truncation)]
    let micro = (seconds * 1e6) as i64;
    micros(from + TimeDelta::microseconds(micro))
}

/// The random factor of a backoff, 0.5 to 1, so that what failed together does not come back together.
pub(crate) fn jitter() -> f64 {
    0.5 + fastrand::f64() / 2.0
}
