//! Takes work back that nobody goes on with, and archives what has lain for long.

use callboard_entity::{
    MaintenanceOperationType as Kind, MaintenanceOperationValidationLevel as Level, WorkItemArchiveReason as Reason,
    work_items,
};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::candidates::{self, Candidate};
use super::plan::{Act, Plan, Planned, READ};
use super::report::{Finding, Severity};
use super::request::{Request, Scope, Within};
use super::run::{Batch, Maintained, Maintenance, Portion, Run, Watch};
use super::stale::{self, Stale};
use crate::actor::Actor;
use crate::archive;
use crate::assignment::{self, release};
use crate::board::Callboard;
use crate::db::{Query, Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;

/// Looks for work that is stale, and for items that have lain for longer than `cleanup_after_days` allows.
///
/// Level `basic` looks at what agents hold: stale work is told, and where it is over twice its threshold (severity high)
/// the item goes back to the queue. `comprehensive` also archives items without activity: finished ones, dead ones, ones
/// that were begun and given up (stale), and ones below a cancelled or hidden parent (orphaned). `full_audit` also tells
/// what stays although it is old, and why, who waits for what will never be done, and looks into every archive.
///
/// An item whose `auto_maintenance_enabled` is false is told and never changed. What is to be done is decided before
/// anything is: a dry run tells exactly the rows that the run then changes, in portions of 20. Each is judged again when
/// its turn comes; what others changed meanwhile is told as missed.
///
/// # Errors
/// `NotFound` for what is named; `Invalid` for an item or session of another project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ScanCleanup {
    /// By slug or id; where none is named, the board's default or only one.
    pub project: Option<Ref>,
    /// What is looked at.
    pub scope: Scope,
    /// How closely.
    pub level: Level,
    /// Everything is told, and nothing is changed.
    pub dry_run: bool,
    /// Goes on with a run that failed.
    pub resume: Option<Uuid>,
}

impl Maintenance for ScanCleanup {
    async fn carry_out(&self, board: &Callboard, actor: Actor, watch: Watch<'_>) -> Result<Maintained> {
        let request = Request {
            kind: Kind::ScanCleanup,
            project: self.project.clone(),
            scope: self.scope.clone(),
            level: self.level,
            dry_run: self.dry_run,
            resolve: true,
            resume: self.resume,
        };
        let run = Run::begin(board, actor, &request).await?;
        let make = MakePlan { within: run.within().clone(), level: self.level };
        match board.read(&make).await {
            Ok(plan) => {
                let work = Work { plan, operation: run.row().id, dry_run: self.dry_run };
                run.complete(&work, watch).await
            }
            Err(error) => run.fail(error).await,
        }
    }
}

struct MakePlan {
    within: Within,
    level: Level,
}

impl Query for MakePlan {
    type Output = Plan;

    async fn fetch(&self, tx: &Tx) -> Result<Plan> {
        let items = self.within.items();
        let mut plan = Plan::default();
        let (mut thresholds, mut after) = (stale::Thresholds::default(), None);
        loop {
            let (found, next, looked) = stale::page(tx, items.clone(), &mut thresholds, after, READ).await?;
            plan.count("assignments_looked_at", looked);
            found.iter().for_each(|stale| plan.add(0, 0, stale.assignment, stale_act(stale)));
            after = next;
            if after.is_none() {
                break;
            }
        }
        if self.level == Level::Basic {
            return Ok(plan.sorted());
        }
        let (found, looked) = candidates::find(tx, &items, self.within.project_id()).await?;
        plan.count("items_looked_at", usize::try_from(looked).unwrap_or(usize::MAX));
        let depths = candidates::depths(&found);
        for candidate in found {
            // What is below goes first.
            let rank = u32::MAX - depths.get(&candidate.id).copied().unwrap_or(0);
            if let Some(act) = old_act(&candidate, self.level) {
                plan.add(1, rank, candidate.id, act);
            }
        }
        if self.level == Level::FullAudit {
            super::audit::stuck(tx, &items, &mut plan).await?;
            super::audit::archives(tx, &self.within, &mut plan).await?;
        }
        Ok(plan.sorted())
    }
}

fn stale_act(stale: &Stale) -> Act {
    let release = stale.auto && stale.severity == Severity::High;
    let (key, detail) = (stale.key.clone(), stale.detail());
    match (release, stale.auto) {
        (true, _) => Act::Release { key, detail },
        (false, true) => Act::Tell { kind: "stale_assignment", key, severity: stale.severity, detail, kept: None },
        (false, false) => Act::Tell {
            kind: "stale_assignment",
            key,
            severity: stale.severity,
            detail,
            kept: Some(NOT_AUTOMATIC.to_owned()),
        },
    }
}

/// Why an item is told and not changed.
const NOT_AUTOMATIC: &str = "its automatic maintenance is off";

fn old_act(candidate: &Candidate, level: Level) -> Option<Act> {
    let key = candidate.key.clone();
    let kept = match (candidate.auto, &candidate.stays) {
        (true, None) => {
            return Some(Act::Archive {
                key,
                reason: candidate.reason,
                idle: candidate.idle,
                allowed: candidate.allowed,
            });
        }
        (false, _) => NOT_AUTOMATIC.to_owned(),
        (true, Some(why)) if level == Level::FullAudit => why.clone(),
        (true, Some(_)) => return None,
    };
    let detail = old_detail(candidate.idle, candidate.allowed);
    Some(Act::Tell { kind: old_kind(candidate.reason), key, severity: Severity::Low, detail, kept: Some(kept) })
}

pub(super) fn old_kind(reason: Reason) -> &'static str {
    match reason {
        Reason::Completed => "old_completed",
        Reason::Stale => "old_stale",
        Reason::Failed => "old_failed",
        Reason::Orphaned => "old_orphaned",
    }
}

pub(super) fn old_detail(idle: i64, allowed: i64) -> String {
    format!("nothing happened for {idle} days, {allowed} are allowed")
}

/// So many acts are done in one transaction, and so many told.
const AT_ONCE: usize = 20;
const TOLD_AT_ONCE: usize = 5000;

/// The plan, done portion by portion.
struct Work {
    plan: Plan,
    operation: Uuid,
    dry_run: bool,
}

impl Batch for Work {
    async fn portion(&self, tx: &Tx, cursor: Option<&Value>) -> Result<Portion> {
        let from = self.plan.after(cursor);
        let acts = &self.plan.acts[from..];
        let acts = &acts[..self.portion_of(acts)];
        let mut portion = Portion::default();
        if cursor.is_none() {
            portion.counts = self.plan.counts.clone();
        }
        for planned in acts {
            portion.findings.push(self.act(tx, planned).await?);
        }
        let more = from + acts.len() < self.plan.acts.len();
        portion.next = acts.last().filter(|_| more).map(Planned::cursor);
        Ok(portion)
    }
}

impl Work {
    /// How many of the acts make a portion.
    fn portion_of(&self, acts: &[Planned]) -> usize {
        let is_done = |planned: &&Planned| !self.dry_run && !matches!(planned.act, Act::Tell { .. });
        let mut done = 0;
        let within = acts.iter().take(TOLD_AT_ONCE).take_while(|planned| {
            done += usize::from(is_done(planned));
            done <= AT_ONCE
        });
        within.count()
    }

    async fn act(&self, tx: &Tx, planned: &Planned) -> Result<Finding> {
        let finding = planned.act.finding();
        if self.dry_run {
            return Ok(finding);
        }
        let done = match &planned.act {
            Act::Tell { .. } => return Ok(finding),
            Act::Release { .. } => tx.run(&Release { assignment: planned.id }).await,
            Act::Archive { reason, .. } => {
                tx.run(&Archive { item: planned.id, reason: *reason, operation: self.operation }).await
            }
            Act::Mark { restorable, .. } => {
                tx.run(&super::audit::Mark { archive: planned.id, restorable: *restorable }).await
            }
        };
        match done {
            Ok(()) => Ok(finding),
            // The whole portion has lost its race, and is tried again.
            Err(error) if error.is_retryable() => Err(error),
            Err(error) => Ok(finding.missed(&error.to_string())),
        }
    }
}

/// Takes an item back from an agent that does nothing.
struct Release {
    assignment: Uuid,
}

impl Verb for Release {
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        let held = assignment::rows::hold(tx, self.assignment).await?;
        let now = stale::of_item(tx, held.item.id).await?;
        // Judged again under the lock: its holder may have gone on.
        let Some(stale) = now.filter(|s| s.assignment == self.assignment && s.severity == Severity::High && s.auto)
        else {
            return Err(meanwhile(&held.item));
        };
        release::release(tx, &held.assignment, &format!("stale: {}", stale.detail())).await?;
        Ok(())
    }
}

/// Archives an item that has lain for long.
struct Archive {
    item: Uuid,
    reason: Reason,
    operation: Uuid,
}

impl Verb for Archive {
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        let found = work_items::Entity::find_by_id(self.item).one(&tx.conn).await?;
        let found = found.ok_or_else(|| Error::not_found("item", self.item.to_string()))?;
        let locked = archive::lock(tx, &found).await?;
        // Judged again under the lock: somebody may have gone on with it.
        let now = candidates::of_item(tx, self.item).await?;
        let goes = now.is_some_and(|c| c.auto && c.stays.is_none() && c.reason == self.reason);
        if !goes {
            return Err(meanwhile(&found));
        }
        archive::archive(tx, locked, self.reason, Some(self.operation)).await?;
        Ok(())
    }
}

fn meanwhile(item: &work_items::Model) -> Error {
    let status = "not as it was when the clean-up was planned: somebody went on with it".to_owned();
    Conflict::Inactive { entity: "item", name: item.key.clone(), status }.into()
}

/// Where a portion goes on, as the run's row keeps it.
pub(super) fn cursor(phase: u8, rank: u32, id: Uuid) -> Value {
    json!({ "phase": phase, "rank": rank, "id": id })
}
