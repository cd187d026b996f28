//! Gives the failed steps of a run further attempts.

use callboard_entity::WorkflowStepStatus as Status;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::advance::advance;
use super::journal::{Journal, refused_run};
use super::resume::ResumedRun;
use super::rows;
use super::state::{self, RunEvent};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::rules;

/// Lets a failed run go on, with further attempts for the steps that failed for good.
///
/// # Errors
/// `Transition` for a run that has not failed; `NotFound` for the run, and for a step that did not fail; `Invalid` for
/// attempts outside 1 to 100.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RetryRun {
    /// By its id or its `workflow_id`.
    pub run: Ref,
    /// Only this step; every failed one where none is named.
    #[serde(default)]
    pub step: Option<String>,
    /// How many further attempts each gets, 1 to 100.
    pub attempts: i64,
}

impl RetryRun {
    /// One further attempt for every failed step.
    pub fn of(run: impl Into<Ref>) -> Self {
        Self { run: run.into(), step: None, attempts: 1 }
    }
}

impl Verb for RetryRun {
    type Output = ResumedRun;

    async fn apply(&self, tx: &Tx) -> Result<ResumedRun> {
        if !(1..=100).contains(&self.attempts) {
            return Err(Error::invalid("attempts", self.attempts.to_string(), "must be between 1 and 100"));
        }
        let found = rows::find(tx, &self.run).await?;
        let mut journal = Journal::open(tx, found.id).await?;
        if state::next_run(journal.run.status, RunEvent::Resume).is_none() {
            return Err(refused_run(&journal.run, RunEvent::Resume));
        }
        let failed: Vec<_> =
            rows::steps(tx, found.id).await?.into_iter().filter(|step| step.status == Status::Failed).collect();
        if let Some(name) = &self.step
            && !failed.iter().any(|step| step.name == *name)
        {
            let near = rules::near(name, failed.iter().map(|step| step.name.as_str()));
            return Err(Error::NotFound { entity: "failed step", name: name.clone(), near });
        }
        for step in failed.iter().filter(|step| self.step.as_ref().is_none_or(|name| step.name == *name)) {
            let mut again = step.clone();
            again.max_attempts = step.attempt + self.attempts;
            again.next_attempt_at = None;
            if let Some(Value::Object(context)) = &mut again.error_context {
                context.remove("permanent");
            }
            journal.write_step(step, &mut again).await?;
            let data = json!({ "max_attempts": again.max_attempts });
            journal.note("step_retried", Some(step.id), None, Some(data));
        }
        journal.move_run(RunEvent::Resume, None)?;
        advance(&mut journal).await?;
        let by_code = journal.run.template_id.is_none();
        let run = journal.close().await?;
        Ok(ResumedRun { items: rows::waited_for(tx, run.id).await?, run, already: false, by_code })
    }
}
