//! What a caller says of a step.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use super::error::StepError;
use crate::error::{Error, Result};
use crate::rules;

/// The largest output of a step, written as JSON: 8 MiB.
pub const MAX_STEP_OUTPUT: usize = 8 * 1024 * 1024;

/// A step by name, with what differs from the defaults.
///
/// ```
/// use callboard_service::workflow::Step;
/// use std::time::Duration;
///
/// let step = Step::new("search").agent("searcher").attempts(5).timeout(Duration::from_secs(60));
/// # let _ = step;
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub(super) name: String,
    pub(super) agent: String,
    pub(super) attempts: i64,
    pub(super) timeout: Option<Duration>,
    pub(super) backoff: Duration,
    pub(super) input: Option<String>,
}

impl Step {
    /// A step of that name: three attempts, no time-out, and 10 seconds before the second attempt.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            agent: String::new(),
            attempts: 3,
            timeout: None,
            backoff: Duration::from_secs(10),
            input: None,
        }
    }

    /// Who does it, as timelines show it.
    #[must_use]
    pub fn agent(mut self, name: impl Into<String>) -> Self {
        self.agent = name.into();
        self
    }

    /// How often it is tried, 1 to 100.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = i64::from(attempts);
        self
    }

    /// How long one attempt may take; what is not done then is dropped and counts as failed.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The pause before the second attempt, doubled with each further one up to an hour, times random(0.5..1).
    #[must_use]
    pub fn backoff(mut self, backoff: Duration) -> Self {
        self.backoff = backoff;
        self
    }

    /// What it works on, for timelines: its first 500 characters are kept.
    #[must_use]
    pub fn input(mut self, summary: impl Into<String>) -> Self {
        self.input = Some(summary.into());
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        rules::line("step", &self.name)?;
        if !self.agent.is_empty() {
            rules::line("agent", &self.agent)?;
        }
        if !(1..=100).contains(&self.attempts) {
            return Err(Error::invalid("attempts", self.attempts.to_string(), "must be between 1 and 100"));
        }
        Ok(())
    }
}

impl From<&str> for Step {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<String> for Step {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

/// A step that was asked for, with its place in the run.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub number: i64,
    pub occurrence: i64,
    pub step: Step,
}

/// An output as it is stored; too large ones are refused for good, since another attempt would give as much.
pub(super) fn encode<T: Serialize>(step: &str, output: &T) -> Result<Value, StepError> {
    let value = serde_json::to_value(output).map_err(|e| {
        StepError::new(format!("the output of step '{step}' cannot be written as JSON: {e}")).permanent()
    })?;
    check_output(step, &value)?;
    Ok(value)
}

/// Refuses an output that is larger than [`MAX_STEP_OUTPUT`], or that PostgreSQL could not hold.
pub(crate) fn check_output(step: &str, value: &Value) -> Result<(), StepError> {
    let written = value.to_string();
    if written.len() > MAX_STEP_OUTPUT {
        let size = written.len();
        return Err(StepError::new(format!(
            "the output of step '{step}' has {size} bytes as JSON, and at most {MAX_STEP_OUTPUT} are stored: \
             write it to a file or a table and return where it is"
        ))
        .permanent());
    }
    if rules::holds_nul(value) {
        let why = format!("the output of step '{step}' holds the character U+0000, which JSON columns cannot hold");
        return Err(StepError::new(why).permanent());
    }
    Ok(())
}

/// The beginning of a text or a value, for a timeline: at most 500 characters on one line.
pub(crate) fn summary(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(500) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// The summary of an output: of its text where it is one, else of its JSON.
pub(crate) fn summary_of(output: &Value) -> Option<String> {
    match output {
        Value::Null => None,
        Value::String(text) => Some(summary(text)),
        // The head is enough, however large the value.
        other => Some(summary(&other.to_string())),
    }
}
