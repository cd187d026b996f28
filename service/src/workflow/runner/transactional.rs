//! Steps whose changes of the database are stored together with their output.

use std::sync::{Mutex, PoisonError};

use callboard_entity::workflow_steps as steps;
use sea_orm::EntityTrait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::attempt::{Begun, complete};
use super::driver::{Driver, Settled, after, decode, unwinding};
use super::error::StepError;
use super::lease::fence;
use super::step::{Asked, encode};
use crate::db::{BoxFuture, Tx, Verb};
use crate::error::{Error, Result};
use crate::workflow::journal::Journal;

/// Runs the closure and completes the step in one transaction.
struct StepTx<'a, F> {
    driver: &'a Driver,
    asked: &'a Asked,
    step: Uuid,
    body: &'a F,
    /// What the closure failed with: the transaction's own error is only that it must be rolled back.
    failure: Mutex<Option<StepError>>,
}

impl<T, F> Verb for StepTx<'_, F>
where
    T: Serialize + Send,
    F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, StepError>> + Send + Sync,
{
    type Output = steps::Model;

    async fn apply(&self, tx: &Tx) -> Result<steps::Model> {
        let result = unwinding((self.body)(tx)).await;
        let output = match result.and_then(|output| encode(&self.asked.step.name, &output)) {
            Ok(output) => output,
            Err(error) => return Err(self.refuse(error)),
        };
        // After the closure: its verbs lock items, and a run is locked after the items (docs/adr).
        let mut journal = Journal::open(tx, self.driver.run).await?;
        fence(&journal.run, self.driver.epoch, true)?;
        let found = steps::Entity::find_by_id(self.step).one(&tx.conn).await?;
        let mut step = found.ok_or_else(|| Error::not_found("step", self.step.to_string()))?;
        complete(&mut journal, &mut step, &output, None).await?;
        journal.close().await?;
        Ok(step)
    }
}

impl<F> StepTx<'_, F> {
    /// A lost race is the transaction's own, which is tried again; any other failure is the attempt's.
    fn refuse(&self, error: StepError) -> Error {
        if error.board().is_some_and(Error::is_retryable) {
            match error.into_board() {
                Ok(board) => return board,
                Err(error) => return self.keep(error),
            }
        }
        self.keep(error)
    }

    fn keep(&self, error: StepError) -> Error {
        let message = error.to_string();
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
        let Asked { step, .. } = self.asked;
        Error::StepFailed { run: self.driver.name.clone(), step: step.name.clone(), attempts: 0, message }
    }
}

impl Driver {
    pub(super) async fn transactions<T, F>(&self, asked: &Asked, mut begun: Begun, body: &F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send,
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, StepError>> + Send + Sync,
    {
        loop {
            let step = match self.settle(asked, begun).await? {
                Settled::Done(output) => return decode(asked, output),
                Settled::Attempt(step) => step,
                Settled::Again => {
                    begun = self.begin(std::slice::from_ref(asked)).await?.remove(0);
                    continue;
                }
            };
            let verb = StepTx { driver: self, asked, step: step.id, body, failure: Mutex::new(None) };
            // A time-out or a lost run drops the transaction, which rolls it back.
            let ran =
                self.guarded(asked, async { Ok::<_, StepError>(self.board.run(self.actor, &verb).await) }).await?;
            let failure = verb.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
            begun = match (ran, failure) {
                (Ok(Ok(done)), _) => {
                    self.tell_end(&done, None);
                    after(done)
                }
                (Ok(Err(_)), Some(failure)) | (Err(failure), _) => {
                    self.end(asked, &step, Err::<Value, _>(failure)).await?
                }
                (Ok(Err(error)), None) => return Err(error),
            };
        }
    }
}
