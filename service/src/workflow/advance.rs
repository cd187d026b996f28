//! Moving a run of a template on: what has become free is handed out, and a run whose steps have ended ends.

use std::collections::HashMap;

use callboard_entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as Status, workflow_steps as steps};
use uuid::Uuid;

use super::delegated::{self, hand_out};
use super::journal::Journal;
use super::rows;
use super::runner::{exhausted, failure};
use super::state::RunEvent;
use super::template::How;
use crate::error::Result;

/// Hands out every step that waits for nothing more, and ends the run where nothing is left to do.
///
/// A run whose code asks for its steps is left alone, and so is one that is not running. A step of a function is left
/// to a process that has it. The first step that fails for good fails the run; what others are at is let end, and kept.
pub(crate) async fn advance(journal: &mut Journal<'_>) -> Result<()> {
    if journal.run.status != RunStatus::Running || journal.run.template_id.is_none() {
        return Ok(());
    }
    let mut all = rows::steps(journal.tx, journal.run.id).await?;
    let waits_for = rows::dependencies(journal.tx, journal.run.id).await?;
    for index in free(&all, &waits_for) {
        let Some(spec) = delegated::spec(&all[index])? else { continue };
        let How::Delegate(delegate) = &spec.how else { continue };
        let mut step = all[index].clone();
        let texts = delegated::texts(journal, &spec, &all);
        hand_out(journal, &mut step, &spec, delegate, texts).await?;
        all[index] = step;
    }
    if let Some(step) = all.iter().find(|step| step.status == Status::Failed && exhausted(step)) {
        let why = failure(step).unwrap_or("its reason was not kept");
        let message = format!("step '{}' failed: {why}", step.name);
        return journal.move_run(RunEvent::Fail, Some(&message));
    }
    if all.iter().all(|step| matches!(step.status, Status::Completed | Status::Skipped)) {
        journal.move_run(RunEvent::Complete, None)?;
    }
    Ok(())
}

/// The steps that may start: pending ones whose dependencies are done, and failed ones with attempts left.
pub(crate) fn free(all: &[steps::Model], waits_for: &HashMap<Uuid, Vec<Uuid>>) -> Vec<usize> {
    let done: HashMap<Uuid, bool> =
        all.iter().map(|s| (s.id, matches!(s.status, Status::Completed | Status::Skipped))).collect();
    let is_free = |step: &steps::Model| match step.status {
        Status::Pending => waits_for.get(&step.id).into_iter().flatten().all(|on| done.get(on) == Some(&true)),
        Status::Failed => !exhausted(step),
        _ => false,
    };
    all.iter().enumerate().filter(|(_, step)| is_free(step)).map(|(index, _)| index).collect()
}
