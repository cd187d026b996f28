//! Does what time alone asks for: takes back what ran out, lets go what is over, removes what was kept long enough.

use std::time::Duration;

use callboard_entity::{MaintenanceOperationType as Kind, MaintenanceOperationValidationLevel as Level};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::report::{Finding, Severity};
use super::request::{Request, Scope};
use super::run::{Batch, Brought, Maintained, Maintenance, Portion, Run, Watch};
use super::steps::{Done, Step};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::prerequisite::{CheckOutcome, CheckPrerequisites, CheckedPrerequisites};

/// How much of a step is done in one transaction.
const AT_ONCE: u64 = 200;

/// Sweeps the board, or a project: marks killed runs of the maintenance failed, expires deadlines and releases backoffs,
/// abandons dead sessions, removes expired archives, checkpoints that are kept no longer, answers under idempotency keys,
/// values of workflows that expired, and old health metrics and runs of the maintenance, and looks again at what items
/// wait for that a look may resolve (files and gates).
///
/// In portions of 200, in any number of processes at once: each takes what the others have not locked, and judges it
/// under the lock, so nothing is done twice. What one thing refuses is told as missed, and the others are swept.
///
/// # Errors
/// `NotFound` for the project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sweep {
    /// By slug or id; the whole board where none is named.
    pub project: Option<Ref>,
    /// Everything is told, and nothing is changed. What is told was done, and taken back step by step.
    pub dry_run: bool,
}

impl Sweep {
    fn request(&self) -> Request {
        Request {
            kind: Kind::Sweep,
            project: self.project.clone(),
            scope: if self.project.is_some() { Scope::FullProject } else { Scope::Board },
            level: Level::Basic,
            dry_run: self.dry_run,
            resolve: true,
            resume: None,
        }
    }

    /// Begins a run that sweeps round by round, with pauses of up to `pause` between them.
    ///
    /// # Errors
    /// `NotFound` for the project.
    pub async fn begin<'b>(&self, board: &'b Callboard, actor: Actor, pause: Duration) -> Result<Sweeper<'b>> {
        let pause = TimeDelta::from_std(pause).unwrap_or(TimeDelta::days(1));
        let run = Run::begin_pausing(board, actor, &self.request(), pause).await?;
        Ok(Sweeper { board, actor, sweep: self.clone(), pause, run })
    }
}

impl Maintenance for Sweep {
    async fn carry_out(&self, board: &Callboard, actor: Actor, watch: Watch<'_>) -> Result<Maintained> {
        let mut run = Run::begin(board, actor, &self.request()).await?;
        let mut found = Vec::new();
        let swept = self.round(board, actor, &mut run, &mut found).await;
        watch(Brought { findings: &found, counts: &[] });
        run.keep(found);
        match swept {
            Ok(()) => run.finish().await,
            Err(error) => run.fail(error).await,
        }
    }
}

impl Sweep {
    /// Every step, and then a look at what items wait for: files are read while no transaction is open.
    async fn round(&self, board: &Callboard, actor: Actor, run: &mut Run<'_>, found: &mut Vec<Finding>) -> Result<()> {
        let round = Round { project: run.within().project_id(), dry_run: self.dry_run };
        loop {
            let portion = run.advance(&round).await?;
            found.extend(portion.findings);
            if portion.next.is_none() {
                break;
            }
        }
        let check = CheckPrerequisites { project: self.project.clone(), dry_run: self.dry_run, ..Default::default() };
        let portion = match board.check_prerequisites(actor, &check).await {
            Ok(checked) => looked(&checked),
            Err(error) if error.is_retryable() => return Err(error),
            Err(error) => {
                let failed = Finding::reported("prerequisites", "the board", Severity::High, "");
                Portion { findings: vec![failed.missed(&error.to_string())], ..Portion::default() }
            }
        };
        found.extend(portion.findings.iter().cloned());
        run.record(portion).await
    }
}

/// What a look at prerequisites tells: what was met, and what could not be looked at; what still waits is counted.
fn looked(checked: &CheckedPrerequisites) -> Portion {
    let mut portion = Portion::default();
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    portion.counts.push(("prerequisites_met", number(checked.satisfied)));
    portion.counts.push(("prerequisites_waiting", number(checked.waiting)));
    for one in &checked.findings {
        let told = |severity| {
            let detail = format!("it waits for {} ({})", one.prerequisite, one.r#type);
            Finding::reported("prerequisite", &one.item, severity, detail)
        };
        match one.outcome {
            CheckOutcome::Satisfied => portion.findings.push(told(Severity::Low).changed("satisfy")),
            CheckOutcome::Missed => {
                portion
                    .findings
                    .push(told(Severity::Medium).missed(one.why.as_deref().unwrap_or("it was not looked at")));
            }
            CheckOutcome::Waiting => {}
        }
    }
    portion
}

/// A run that sweeps in rounds; its row counts them all.
#[derive(Debug)]
pub struct Sweeper<'b> {
    board: &'b Callboard,
    actor: Actor,
    sweep: Sweep,
    pause: TimeDelta,
    run: Run<'b>,
}

impl Sweeper<'_> {
    /// Sweeps once; gives what was done.
    ///
    /// # Errors
    /// The database's. The round may be begun again.
    pub async fn round(&mut self) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        loop {
            match self.sweep.round(self.board, self.actor, &mut self.run, &mut found).await {
                Ok(()) => return Ok(found),
                // The machine slept for longer than the lease, and another sweep took this one for killed.
                Err(Error::RunLost { why, .. }) => {
                    tracing::warn!(%why, "the sweep was taken for killed, and begins a new run");
                    let request = self.sweep.request();
                    self.run = Run::begin_pausing(self.board, self.actor, &request, self.pause).await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Ends the run in order.
    ///
    /// # Errors
    /// The database's.
    pub async fn finish(self) -> Result<Maintained> {
        self.run.finish().await
    }
}

/// All steps, one after the other.
struct Round {
    project: Option<Uuid>,
    dry_run: bool,
}

impl Batch for Round {
    async fn portion(&self, tx: &Tx, cursor: Option<&Value>) -> Result<Portion> {
        let at = cursor.and_then(|at| usize::try_from(at["step"].as_u64()?).ok()).unwrap_or(0);
        let Some(step) = Step::ALL.get(at).copied() else { return Ok(Portion::default()) };
        let mut portion = Portion::default();
        let again = loop {
            let part = Part { step, project: self.project };
            let more = match tx.run(&part).await {
                Ok(done) => {
                    portion.findings.extend(done.findings);
                    done.more
                }
                Err(error) if error.is_retryable() => return Err(error),
                // The steps after it are done all the same; the next round tries it again.
                Err(error) => {
                    let failed = Finding::reported(step.as_str(), "the board", Severity::High, "");
                    portion.findings.push(failed.missed(&error.to_string()));
                    false
                }
            };
            // What a dry run did is taken back with the portion: it is done to its end here, or never.
            if !(self.dry_run && more) {
                break more;
            }
        };
        let done = portion.findings.iter().filter(|f| f.action.is_some()).count();
        portion.counts.push((step.as_str(), i64::try_from(done).unwrap_or(i64::MAX)));
        if at == 0 && cursor.is_none() {
            portion.counts.push(("rounds", 1));
        }
        let next = if again { at } else { at + 1 };
        portion.next = (next < Step::ALL.len()).then(|| json!({ "step": next }));
        Ok(portion)
    }
}

/// A step in a savepoint, so that its refusal takes nothing else back.
struct Part {
    step: Step,
    project: Option<Uuid>,
}

impl Verb for Part {
    type Output = Done;

    async fn apply(&self, tx: &Tx) -> Result<Done> {
        self.step.run(tx, self.project, AT_ONCE).await
    }
}
