//! How SQLite's write lane works, and what it counts.

use std::time::Duration;

/// SQLite: how the hot verbs share their commits ([`super::OpenOptions::lane`]).
///
/// Claim, start, heartbeat, complete, fail and their like that are called at the same time are done in one transaction, and
/// each is answered for itself when it is committed: together they wait for the disk once. Who calls alone is done at once,
/// in a transaction of its own. Only after calls that met others a caller lets other tasks of its thread come first, once,
/// and the lane's thread waits until as many have come as shared the last transaction, for at most half of its COMMIT's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteLane {
    /// The most verbs in one transaction; 0 switches the lane off, and they are done like all others.
    pub max_group: u32,
    /// How long a transaction takes in further verbs: so long others may have to wait for theirs.
    pub max_time: Duration,
}

impl Default for WriteLane {
    fn default() -> Self {
        Self { max_group: 64, max_time: Duration::from_millis(20) }
    }
}

impl WriteLane {
    /// No lane: for a program that makes one call and ends. With `max_connections: 1` it opens the file once.
    pub fn off() -> Self {
        Self { max_group: 0, ..Self::default() }
    }
}

/// What a board's write lane has done since the board was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LaneCounts {
    /// Transactions.
    pub groups: u64,
    /// Verbs in them, refused ones among them; one that is done again counts again.
    pub verbs: u64,
    /// The most verbs that shared a transaction.
    pub largest: u64,
    /// Verbs that were taken back and done on the board's other connection.
    pub elsewhere: u64,
    /// Verbs that were not begun, because their callers had gone.
    pub skipped: u64,
    /// Verbs that wait now.
    pub waiting: u64,
}

/// What has become of a board's short questions ([`super::OpenOptions::inline_reads`]) since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct InlineCounts {
    /// Answered on the thread that asked.
    pub answered: u64,
    /// Asked there, and answered by the board's other connection.
    pub elsewhere: u64,
}
