//! Driving a run whose steps are code: each output is stored with its completion, and a resumed run does not repeat it.

mod attempt;
mod begin;
mod delegate;
mod drive;
mod driver;
mod error;
mod finish;
mod functions;
mod lease;
mod options;
mod output;
mod parallel;
mod step;
mod transactional;

use std::collections::{HashMap, HashSet};

use callboard_entity::workflow_runs as runs;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use attempt::{blank_step, complete, exhausted, fail, failure, next_attempt};
pub use begin::NewRun;
pub(crate) use begin::{blank, workflow_id};
pub use delegate::Handover;
pub use drive::Drive;
use driver::Driver;
pub use error::StepError;
pub use functions::{FunctionInput, Functions};
use lease::Heart;
pub use options::{Happened, Observer, RunOptions};
pub use output::Output;
use output::check_key;
pub(crate) use output::insert;
pub use parallel::Branch;
use step::Asked;
pub use step::{MAX_STEP_OUTPUT, Step};
pub(crate) use step::{check_output, summary};

use crate::db::{BoxFuture, Tx};
use crate::error::{Error, Result};

/// A run that this process drives.
///
/// Its methods take `&mut self`: the steps of a run have an order, by which a resumed run finds what it did before.
/// What may go on at the same time is one call of [`Run::parallel`].
#[derive(Debug)]
pub struct Run {
    driver: Driver,
    run: runs::Model,
    /// The number of the step that was asked for last.
    position: i64,
    occurrences: HashMap<String, i64>,
    /// The keys of the outputs that this pass has stored.
    written: HashSet<String>,
    /// Extends the lease while the run is driven.
    heart: Heart,
}

impl Run {
    /// The run's row, as it was when it was taken.
    pub fn row(&self) -> &runs::Model {
        &self.run
    }

    /// What the run was begun with.
    ///
    /// # Errors
    /// `Invalid` where they are not what `T` needs.
    pub fn inputs<T: DeserializeOwned>(&self) -> Result<T> {
        let inputs = self.run.inputs.clone().unwrap_or(Value::Null);
        serde_json::from_value(inputs).map_err(|e| Error::invalid("inputs", &*self.run.workflow_id, e.to_string()))
    }

    /// Runs a step, or gives what it gave when it was run before.
    ///
    /// The output is stored as JSON together with the completion, exactly once; the closure runs at least once, and
    /// again with the next attempt where it fails, panics or takes longer than its time-out, and after a crash. What it
    /// gives is what was stored, read back, so a resumed run sees the same.
    ///
    /// # Errors
    /// `StepFailed` once its attempts are used up; `WorkflowDiverged` where another step was recorded at this place;
    /// `RunLost` once another runner has taken the run or it was cancelled; `Suspended` when it is paused.
    pub async fn step<T, E, F, Fut>(&mut self, step: impl Into<Step>, body: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send,
        E: Into<StepError>,
        F: Fn() -> Fut + Send + Sync,
        Fut: Future<Output = Result<T, E>> + Send,
    {
        let asked = self.ask(step.into())?;
        let begun = self.driver.begin(std::slice::from_ref(&asked)).await?.remove(0);
        self.driver.attempts(&asked, begun, &body).await
    }

    /// As [`Run::step`], with a transaction whose changes are stored together with the output: exactly once, too.
    ///
    /// An app's own rows go through [`Tx::connection`], the board's verbs through [`Tx::run`]. It may be run again
    /// where the transaction lost a race, and so must touch nothing but the database.
    ///
    /// # Errors
    /// As [`Run::step`].
    pub async fn step_tx<T, F>(&mut self, step: impl Into<Step>, body: F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send,
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, StepError>> + Send + Sync,
    {
        let asked = self.ask(step.into())?;
        let begun = self.driver.begin(std::slice::from_ref(&asked)).await?.remove(0);
        self.driver.transactions(&asked, begun, &body).await
    }

    /// Runs steps at the same time, and gives what they gave in the order of the branches.
    ///
    /// All are begun together. Where one fails for good the others are let end, so that what they gave is kept.
    ///
    /// # Errors
    /// As [`Run::step`]; of several failures the first branch's.
    pub async fn parallel<T>(&mut self, branches: Vec<Branch<'_, T>>) -> Result<Vec<T>>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        let asked = branches.iter().map(|branch| self.ask(branch.step.clone())).collect::<Result<Vec<_>>>()?;
        self.driver.parallel(&asked, branches).await
    }

    /// Records that a step is left out, so that a resumed run need not decide anew.
    ///
    /// # Errors
    /// `WorkflowDiverged` where it was run before; else as [`Run::step`].
    pub async fn skip(&mut self, step: impl Into<Step>) -> Result<()> {
        let asked = self.ask(step.into())?;
        self.driver.skip(&asked).await
    }

    /// Stores an output of the run: exactly once, also when the run is resumed.
    ///
    /// # Errors
    /// `Exists` for a key that this pass has stored already; `OutputDiverged` where an earlier pass stored something
    /// else under it; `Invalid` for a key that is empty or longer than 200 characters, and for a value of over 8 MiB.
    pub async fn output(&mut self, key: &str, value: impl Into<Output>) -> Result<()> {
        check_key(key)?;
        if !self.written.insert(key.to_owned()) {
            return Err(output::twice(&self.run.workflow_id, key));
        }
        self.driver.output(key, &value.into()).await
    }

    fn ask(&mut self, step: Step) -> Result<Asked> {
        step.check()?;
        self.position += 1;
        let occurrence = self.occurrences.entry(step.name.clone()).or_insert(0);
        *occurrence += 1;
        Ok(Asked { number: self.position, occurrence: *occurrence, step })
    }
}
