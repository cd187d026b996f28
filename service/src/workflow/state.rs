//! The machines of workflow runs and of their steps. Pure; nothing else changes a status.

use callboard_entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use serde::{Deserialize, Serialize};

/// What happens to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunEvent {
    /// Its first runner takes it, or its first steps are handed out.
    Start,
    /// No further step begins.
    Pause,
    /// It goes on after a pause or a failure.
    Resume,
    /// All steps are done.
    Complete,
    /// A step has used up its attempts, or the run's own code failed.
    Fail,
    /// Nobody wants it any more.
    Cancel,
}

impl RunEvent {
    /// Every event.
    pub const ALL: &'static [Self] =
        &[Self::Start, Self::Pause, Self::Resume, Self::Complete, Self::Fail, Self::Cancel];

    /// The event's name, as the ledger and docs/states.md have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Complete => "complete",
            Self::Fail => "fail",
            Self::Cancel => "cancel",
        }
    }
}

/// What happens to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepEvent {
    /// An attempt begins.
    Start,
    /// The run goes on without it.
    Skip,
    /// It is handed to an agent as a work item.
    Wait,
    /// Its output is stored.
    Complete,
    /// The attempt ended without an output.
    Fail,
    /// Its run was cancelled.
    Cancel,
}

impl StepEvent {
    /// Every event.
    pub const ALL: &'static [Self] = &[Self::Start, Self::Skip, Self::Wait, Self::Complete, Self::Fail, Self::Cancel];

    /// The event's name, as the ledger and docs/states.md have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Skip => "skip",
            Self::Wait => "wait",
            Self::Complete => "complete",
            Self::Fail => "fail",
            Self::Cancel => "cancel",
        }
    }
}

/// The states that a run does not leave. A failed one may be resumed.
pub const RUN_ENDED: &[RunStatus] = &[RunStatus::Completed, RunStatus::Cancelled];

/// The states that a step does not leave. A failed one may start again while attempts last.
pub const STEP_ENDED: &[StepStatus] = &[StepStatus::Completed, StepStatus::Skipped, StepStatus::Cancelled];

/// The state of a run that `event` leads to, or `None` where the machine does not have the pair.
pub fn next_run(status: RunStatus, event: RunEvent) -> Option<RunStatus> {
    use RunEvent as E;
    match (status, event) {
        (RunStatus::Pending, E::Start) => Some(RunStatus::Running),
        (RunStatus::Running, E::Pause) => Some(RunStatus::Paused),
        (RunStatus::Paused | RunStatus::Failed, E::Resume) => Some(RunStatus::Running),
        (RunStatus::Running, E::Complete) => Some(RunStatus::Completed),
        (RunStatus::Running, E::Fail) => Some(RunStatus::Failed),
        (RunStatus::Pending | RunStatus::Running | RunStatus::Paused, E::Cancel) => Some(RunStatus::Cancelled),
        _ => None,
    }
}

/// The state of a step that `event` leads to, or `None` where the machine does not have the pair.
///
/// That a failed step starts again only while attempts last is checked where it starts.
pub fn next_step(status: StepStatus, event: StepEvent) -> Option<StepStatus> {
    use StepEvent as E;
    match (status, event) {
        (StepStatus::Pending | StepStatus::Failed, E::Start) => Some(StepStatus::Running),
        (StepStatus::Pending, E::Skip) => Some(StepStatus::Skipped),
        (StepStatus::Running, E::Wait) => Some(StepStatus::Waiting),
        (StepStatus::Running | StepStatus::Waiting, E::Complete) => Some(StepStatus::Completed),
        (StepStatus::Running | StepStatus::Waiting, E::Fail) => Some(StepStatus::Failed),
        (StepStatus::Pending | StepStatus::Running | StepStatus::Waiting, E::Cancel) => Some(StepStatus::Cancelled),
        _ => None,
    }
}

/// The events that are possible from a run's state, for the message of a refusal.
pub fn possible_run(status: RunStatus) -> Vec<String> {
    RunEvent::ALL.iter().filter(|e| next_run(status, **e).is_some()).map(|e| e.as_str().to_owned()).collect()
}

/// The events that are possible from a step's state, for the message of a refusal.
pub fn possible_step(status: StepStatus) -> Vec<String> {
    StepEvent::ALL.iter().filter(|e| next_step(status, **e).is_some()).map(|e| e.as_str().to_owned()).collect()
}
