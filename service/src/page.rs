//! Lists in pages: each page starts after the last row of the one before, so rows that come or go shift nothing.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{Error, Result};

/// How many rows a page has where no limit is named.
pub const DEFAULT: u64 = 50;
/// The most rows of one page.
pub const MOST: u64 = 500;

/// Some rows of a list, and where the next page starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// At most as many as the limit.
    pub rows: Vec<T>,
    /// Given as `after` for the next page; `None` where this page is the last.
    pub next: Option<Uuid>,
}

impl<T> Page<T> {
    /// A page of at most `limit` from `rows`, of which one more was asked for to see whether there is a next page.
    pub(crate) fn cut(mut rows: Vec<T>, limit: u64, id: impl Fn(&T) -> Uuid) -> Self {
        let more = rows.len() as u64 > limit;
        rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(id);
        Self { rows, next }
    }

    /// The same page with other rows.
    pub(crate) fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(f).collect(), next: self.next }
    }
}

/// The number of rows that a page may have: 1 to [`MOST`], [`DEFAULT`] where none is named.
pub(crate) fn limit(asked: Option<u64>) -> Result<u64> {
    let limit = asked.unwrap_or(DEFAULT);
    if (1..=MOST).contains(&limit) {
        return Ok(limit);
    }
    Err(Error::invalid("limit", limit.to_string(), format!("must be 1 to {MOST}")))
}
