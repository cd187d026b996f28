//! What there is for claims now, and when there may be more by time alone.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::super::connect::Db;
use crate::clock::{Clock, Timestamp};
use crate::error::Result;

/// What a look found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prospect {
    /// Somebody may find something to claim, or to take back.
    pub has_work: bool,
    /// When to look again, where nothing is told before.
    pub again_in: Duration,
}

/// Looks by one statement, outside of a transaction, which is cheap however large the board is.
pub(super) async fn look(db: &Db, clock: Clock) -> Prospect {
    match ask(db, clock).await {
        Ok(prospect) => prospect,
        Err(error) => {
            // Whoever waits asks the board itself then, and is told what is wrong with it.
            tracing::debug!(%error, "a look for work failed");
            Prospect { has_work: true, again_in: db.poll }
        }
    }
}

async fn ask(db: &Db, clock: Clock) -> Result<Prospect> {
    let _asking = db.asking();
    let Some(row) = db.reader.query_one_raw(db.dialect.prospect(clock.now())).await? else {
        return Ok(Prospect { has_work: false, again_in: db.poll });
    };
    let now: Timestamp = row.try_get("", "now")?;
    let mut again_in = db.poll;
    for ends in ["backoff", "lease", "deadline"] {
        if let Some(end) = row.try_get::<Option<Timestamp>>("", ends)? {
            // A moment later, so that it is over by every clock that rounds.
            let left = (end - now).to_std().unwrap_or_default() + Duration::from_millis(1);
            again_in = again_in.min(left);
        }
    }
    Ok(Prospect { has_work: row.try_get("", "has_work")?, again_in })
}
