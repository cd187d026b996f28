//! How far a run of the maintenance is.

use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use callboard_service::maintenance::Brought;

/// What the portions of a run brought so far.
#[derive(Debug, Default)]
pub struct Progress {
    counted: AtomicI64,
    findings: AtomicUsize,
}

impl Progress {
    pub fn take(&self, brought: Brought<'_>) {
        self.counted.fetch_add(brought.counts.iter().map(|(_, count)| count).sum(), Ordering::Relaxed);
        self.findings.fetch_add(brought.findings.len(), Ordering::Relaxed);
    }

    pub fn line(&self) -> String {
        let (counted, findings) = (self.counted.load(Ordering::Relaxed), self.findings.load(Ordering::Relaxed));
        format!("{counted} looked at, {findings} findings so far")
    }
}

#[cfg(test)]
mod tests {
    use super::{Brought, Progress};

    #[test]
    fn portions_add_up() {
        let progress = Progress::default();
        progress.take(Brought { findings: &[], counts: &[("items", 100), ("ledgers", 7)] });
        progress.take(Brought { findings: &[], counts: &[("items", 3)] });
        assert_eq!(progress.line(), "110 looked at, 0 findings so far");
    }
}
