//! Steps that run at the same time.

use std::fmt;

use futures_util::future::join_all;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::driver::Driver;
use super::error::StepError;
use super::step::{Asked, Step};
use crate::db::BoxFuture;
use crate::error::Result;

/// One of several steps that run at the same time.
pub struct Branch<'a, T> {
    pub(super) step: Step,
    body: Box<dyn Fn() -> BoxFuture<'a, Result<T, StepError>> + Send + Sync + 'a>,
}

impl<'a, T> Branch<'a, T> {
    /// A step with what it runs.
    pub fn new<F, Fut>(step: impl Into<Step>, body: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'a,
        Fut: Future<Output = Result<T, StepError>> + Send + 'a,
    {
        Self { step: step.into(), body: Box::new(move || Box::pin(body())) }
    }
}

impl<T> fmt::Debug for Branch<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Branch").field("step", &self.step).finish_non_exhaustive()
    }
}

impl Driver {
    pub(super) async fn parallel<T>(&self, asked: &[Asked], branches: Vec<Branch<'_, T>>) -> Result<Vec<T>>
    where
        T: Serialize + DeserializeOwned + Send,
    {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let begun = self.begin(asked).await?;
        let running = asked
            .iter()
            .zip(begun)
            .zip(&branches)
            .map(|((asked, begun), branch)| self.attempts(asked, begun, &branch.body));
        join_all(running).await.into_iter().collect()
    }
}
