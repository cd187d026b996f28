//! Whether a claim is worth trying by the text for plain ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many claims go the other way after one that was not plain: where something asks for a capability, most are not.
const AFTER_A_MISS: u32 = 64;

/// What became of the last plain claims of a board's, shared by all of its clones. Only the cost depends on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct PlainClaims(Arc<AtomicU32>);

impl PlainClaims {
    pub(crate) fn is_worth_it(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err()
    }

    pub(crate) fn missed(&self) {
        self.0.store(AFTER_A_MISS, Ordering::Relaxed);
    }
}
