//! What a run of the maintenance found and did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many findings the row of a run keeps; of the others it keeps the number.
pub const KEPT_FINDINGS: usize = 500;

/// How much a finding matters. They are ordered: `Low` is the least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    #[default]
    Low,
    /// To be looked at.
    Medium,
    /// To be acted upon.
    High,
    /// Something is broken.
    Critical,
}

impl Severity {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is told, and nothing was to be done.
    Reported,
    /// It was acted upon; in a dry run: it would be.
    Changed,
    /// It is left as it is although there was something to be done; the detail says why.
    Kept,
    /// It was to be acted upon, and that was refused, or somebody was faster; the detail says why.
    Missed,
}

impl Outcome {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Changed => "changed",
            Self::Kept => "kept",
            Self::Missed => "missed",
        }
    }
}

/// One row of what was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is: `stale_assignment`, `archive_expired`, ...
    pub kind: String,
    /// The key or name of the thing.
    pub subject: String,
    /// How much it matters.
    pub severity: Severity,
    /// What became of it.
    pub outcome: Outcome,
    /// What was done, or would be: `release`, `archive`, ...; none where nothing is to be done.
    pub action: Option<String>,
    /// What was seen, in words.
    pub detail: String,
}

impl Finding {
    /// Something that is told, and not acted upon.
    pub fn reported(kind: &str, subject: &str, severity: Severity, detail: impl Into<String>) -> Self {
        let (kind, subject, detail) = (kind.to_owned(), subject.to_owned(), detail.into());
        Self { kind, subject, severity, outcome: Outcome::Reported, action: None, detail }
    }

    /// The same finding, acted upon.
    pub fn changed(mut self, action: &str) -> Self {
        self.action = Some(action.to_owned());
        self.outcome = Outcome::Changed;
        self
    }

    /// The same finding, left as it is for a reason.
    pub fn kept(self, why: &str) -> Self {
        self.because(Outcome::Kept, why)
    }

    /// The same finding, which could not be acted upon.
    pub fn missed(self, why: &str) -> Self {
        self.because(Outcome::Missed, why)
    }

    fn because(mut self, outcome: Outcome, why: &str) -> Self {
        self.outcome = outcome;
        if !self.detail.is_empty() {
            self.detail.push_str("; ");
        }
        self.detail.push_str(why);
        self
    }
}

/// The `results` of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Results {
    /// Numbers by name: what was looked at, and how many findings became what.
    pub summary: BTreeMap<String, i64>,
    /// The severity of the worst finding; none where there is none.
    pub max_severity: Option<Severity>,
    /// The first [`KEPT_FINDINGS`].
    pub findings: Vec<Finding>,
    /// How many more there were.
    pub more: u64,
}

impl Results {
    /// Adds numbers to those of the same names.
    pub(super) fn count(&mut self, counts: &[(&str, i64)]) {
        for (name, n) in counts {
            *self.summary.entry((*name).to_owned()).or_default() += n;
        }
    }

    pub(super) fn add(&mut self, findings: &[Finding]) {
        for finding in findings {
            self.count(&[(finding.outcome.as_str(), 1)]);
            self.max_severity = self.max_severity.max(Some(finding.severity));
            if self.findings.len() < KEPT_FINDINGS {
                self.findings.push(finding.clone());
            } else {
                self.more += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Finding, KEPT_FINDINGS, Outcome, Results, Severity};

    #[test]
    fn the_worst_is_by_rank_and_not_by_its_letters() {
        let mut results = Results::default();
        assert_eq!(results.max_severity, None);
        let of = |severity| Finding::reported("x", "CB-1", severity, "");
        results.add(&[of(Severity::Medium), of(Severity::Critical), of(Severity::High), of(Severity::Low)]);
        assert_eq!(results.max_severity, Some(Severity::Critical));
    }

    #[test]
    fn what_is_too_much_is_counted() {
        let mut results = Results::default();
        let found = vec![Finding::reported("x", "CB-1", Severity::Low, "seen").changed("mend"); KEPT_FINDINGS + 7];
        results.add(&found);
        results.add(&[Finding::reported("x", "CB-2", Severity::Low, "seen").missed("gone")]);
        assert_eq!((results.findings.len(), results.more), (KEPT_FINDINGS, 8));
        assert_eq!((results.summary["changed"], results.summary["missed"]), (KEPT_FINDINGS as i64 + 7, 1));
        let missed = Finding::reported("x", "CB-2", Severity::Low, "seen").missed("gone");
        assert_eq!((missed.outcome, missed.detail.as_str()), (Outcome::Missed, "seen; gone"));
    }
}
