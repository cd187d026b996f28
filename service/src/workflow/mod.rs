//! Workflows: runs of steps that survive a crash of whoever drives them.
//!
//! A run is driven in one of two ways. Code asks for its steps one after the other ([`crate::Callboard::drive`]); what
//! is done is recorded, and a resumed run does not repeat it. Or a template names the steps and what each waits for
//! ([`StartRun`]), and agents do them as work items, without any process of ours in between.

mod advance;
mod cancel;
mod check;
pub mod context;
mod delegated;
mod follow;
pub(crate) mod journal;
mod list;
mod logs;
mod outputs;
mod pause;
mod progress;
mod resume;
mod retry;
mod rows;
mod runner;
mod show;
mod start;
pub mod state;
pub mod template;

pub use cancel::{CancelRun, CancelledRun};
pub use check::{CheckRuns, RunMismatch};
pub(crate) use delegated::{time_out, timed_out};
pub(crate) use follow::{awaiting, check_result, follow};
pub use list::{ListRuns, ListedRun};
pub use logs::{RunEventPage, RunLogEntry, RunLogs};
pub use outputs::{RunOutputs, StoredOutput};
pub use pause::{MovedRun, PauseRun};
pub use progress::Progress;
pub use resume::{ResumeRun, ResumedRun};
pub use retry::RetryRun;
pub use runner::{
    Branch, Drive, FunctionInput, Functions, Handover, Happened, MAX_STEP_OUTPUT, NewRun, Observer, Output, Run,
    RunOptions, Step, StepError,
};
pub use show::{RunDetails, ShowRun, StepDetails};
pub use start::{StartRun, StartedRun};
