//! Which items may go, why, and until when an archive is kept.

use callboard_entity::{WorkItemArchiveReason as Reason, WorkItemStatus as Status, work_items};
use chrono::TimeDelta;

use crate::clock::{Timestamp, micros};

/// Why an item goes that is finished or dead, by its row alone; none for any other.
pub(crate) fn reason_of(item: &work_items::Model) -> Option<Reason> {
    match item.status {
        Status::Done | Status::Cancelled => Some(Reason::Completed),
        _ if item.dead_at.is_some() => Some(Reason::Failed),
        _ => None,
    }
}

/// Whether an item may go for this reason, by its row alone.
pub(crate) fn fits(item: &work_items::Model, reason: Reason) -> bool {
    let finished = matches!(item.status, Status::Done | Status::Cancelled);
    match reason {
        Reason::Completed => finished,
        Reason::Failed => !finished && item.dead_at.is_some(),
        Reason::Stale | Reason::Orphaned => !finished,
    }
}

/// Until when an archive is kept that is made now.
pub(crate) fn expiry(now: Timestamp, days: i64) -> Timestamp {
    micros(now + TimeDelta::days(days))
}
