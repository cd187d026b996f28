//! Prepares a handover: one document with what is going on and the recovery packages of what matters, within a budget.

use std::fmt::Write;

use callboard_entity::{MaintenanceOperationValidationLevel as Level, WorkItemStatus as Status, work_items};
use sea_orm::sea_query::{Expr, ExprTrait, Query as Sql, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::pages;
use super::report::{Finding, Severity};
use super::request::{Request, Scope, Within};
use super::run::{Maintained, Portion, Run, Watch};
use crate::actor::Actor;
use crate::assignment::state::OPEN;
use crate::board::Callboard;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::{self, filter};
use crate::recovery::{self, BYTES_PER_TOKEN, MIN_BUDGET, Recover, line, markdown, tokens};
use callboard_entity::task_assignments as assignments;

/// The budget of a document where none is named, in tokens.
const BUDGET: u64 = 20_000;
/// The most items of which a package is made: no budget holds more.
const MOST: u64 = 700;
/// How much of the budget the head may take: one part in so many.
const HEAD: u64 = 4;

/// What a handover document would be about, in its order; [`Callboard::prepare_handover`] makes it.
///
/// An item alone; of a session the items that it worked on; of a project those that somebody holds, that are in progress
/// or wait for a review (`basic`), also those that are blocked or dead (`comprehensive`), or all that are unfinished
/// (`full_audit`). What is held comes first, then what was worked on last.
///
/// # Errors
/// `NotFound`; `Invalid` for a budget outside 1,500 to 1,000,000 tokens; what [`Request`] refuses.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrepareHandover {
    /// What it is about, and how much of it.
    pub request: Request,
    /// The most tokens that the document may take; 20,000 where none is named.
    pub budget: Option<u64>,
}

/// The head of a handover document, and the items whose packages follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandoverPlan {
    /// The project's state in a few lines, as Markdown.
    pub head: String,
    /// The items in their order, each in one line.
    pub items: Vec<PlannedItem>,
    /// How many there are in all.
    pub total: u64,
}

/// An item of a handover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedItem {
    /// The item.
    pub id: Uuid,
    /// Its key.
    pub key: String,
    /// What it is and how it stands, in one line.
    pub line: String,
}

/// A handover document, and the run that made it.
#[derive(Debug, Serialize, Deserialize)]
pub struct PreparedHandover {
    /// The document, as Markdown.
    pub document: String,
    /// How many tokens it is counted as.
    pub tokens: u64,
    /// The most that it may take.
    pub budget: u64,
    /// The items whose packages it holds.
    pub packaged: Vec<String>,
    /// The items that it only names, for want of room.
    pub named: Vec<String>,
    /// How many more there are.
    pub left_out: u64,
    /// What became of the run.
    pub maintained: Maintained,
}

/// How far a run is: the packages that it made, each with the budget that it had.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Cursor {
    made: Vec<(Uuid, u64)>,
}

impl Query for PrepareHandover {
    type Output = HandoverPlan;

    async fn fetch(&self, tx: &Tx) -> Result<HandoverPlan> {
        let within = self.request.within(tx).await?;
        self.plan(tx, &within).await
    }
}

impl PrepareHandover {
    async fn plan(&self, tx: &Tx, within: &Within) -> Result<HandoverPlan> {
        let held = Sql::select()
            .expr(Expr::val(1))
            .from(assignments::Entity)
            .and_where(
                Expr::col((assignments::Entity, assignments::Column::WorkItemId))
                    .equals((work_items::Entity, work_items::Column::Id)),
            )
            .and_where(assignments::Column::Status.is_in(OPEN.iter().copied()))
            .to_owned();
        let mut query = work_items::Entity::find().filter(within.items());
        if within.item.is_none() {
            query = query.filter(work_items::Column::ArchivedAt.is_null());
        }
        if within.item.is_none() && within.session.is_none() {
            query = query.filter(self.chosen(Expr::exists(held.clone())));
        }
        let total = query.clone().count(&tx.conn).await?;
        let rows = query
            .order_by_desc(SimpleExpr::Case(Box::new(Expr::case(Expr::exists(held), 1).finally(0))))
            .order_by_desc(work_items::Column::LastActivityAt)
            .order_by_asc(work_items::Column::Id)
            .limit(MOST)
            .all(&tx.conn)
            .await?;
        let line =
            |item: &work_items::Model| PlannedItem { id: item.id, key: item.key.clone(), line: pages::briefly(item) };
        Ok(HandoverPlan { head: self.head(tx, within).await?, items: rows.iter().map(line).collect(), total })
    }

    fn chosen(&self, held: SimpleExpr) -> Condition {
        let at_work =
            Condition::any().add(held).add(work_items::Column::Status.is_in([Status::InProgress, Status::Review]));
        match self.request.level {
            Level::Basic => at_work,
            Level::Comprehensive => at_work
                .add(work_items::Column::Status.eq(Status::Blocked))
                .add(work_items::Column::DeadAt.is_not_null()),
            Level::FullAudit => Condition::all().add(filter::unfinished()),
        }
    }

    async fn head(&self, tx: &Tx, within: &Within) -> Result<String> {
        let mut out = String::from("# Handover");
        match (&within.item, &within.session, &within.project) {
            (Some(item), ..) => _ = writeln!(out, " of {}: {}", item.key, line(&item.title)),
            (None, Some(session), _) => _ = writeln!(out, " of session {}", session.key),
            (None, None, Some(project)) => _ = writeln!(out, " of {}: {}", project.slug, line(&project.name)),
            (None, None, None) => out.push('\n'),
        }
        if let Some(summary) = within.session.as_ref().and_then(|session| session.summary.as_ref()) {
            let _ = write!(out, "\n{}\n", line(summary));
        }
        if let Some(project) = &within.project {
            let all = work_items::Entity::find()
                .filter(work_items::Column::ProjectId.eq(project.id))
                .filter(work_items::Column::ArchivedAt.is_null());
            let counts = item::count(tx, all).await?;
            let _ = write!(out, "\nThe project {} has {}.\n", project.slug, pages::counts(&counts));
        }
        Ok(out)
    }
}

impl Callboard {
    /// Makes a handover document: its head, then the recovery package of one item after the other while there is room.
    ///
    /// Each package is a portion of the run. A run that is resumed makes the packages of before again, with the room that
    /// they had, and goes on; what changed meanwhile is told as it is now.
    ///
    /// # Errors
    /// As [`PrepareHandover`]. What stops it later is in [`Maintained::refused`], beside what was made by then.
    pub async fn prepare_handover(
        &self,
        actor: Actor,
        what: &PrepareHandover,
        watch: Watch<'_>,
    ) -> Result<PreparedHandover> {
        let budget = match what.budget {
            None => BUDGET,
            asked => recovery::budget(asked)?,
        };
        if what.request.scope == Scope::Board {
            return Err(Error::invalid("scope", "board", "must be a project, a session or an item"));
        }
        let mut run = Run::begin(self, actor, &what.request).await?;
        let mut draft = Draft::default();
        match self.make(what, budget, &mut run, &mut draft, watch).await {
            Ok(()) => draft.done(budget, run.finish().await?),
            Err(error) => draft.done(budget, run.fail(error).await?),
        }
    }

    async fn make(
        &self,
        what: &PrepareHandover,
        budget: u64,
        run: &mut Run<'_>,
        draft: &mut Draft,
        watch: Watch<'_>,
    ) -> Result<()> {
        let plan = self.read(&Plan { what, within: run.within() }).await?;
        let mut cursor: Cursor = match &run.row().cursor {
            None => Cursor::default(),
            Some(stored) => serde_json::from_value(stored.clone()).map_err(|error| Error::Stored {
                what: "cursor of a maintenance operation".to_owned(),
                why: error.to_string(),
            })?,
        };
        draft.begin(&plan, budget);
        for (item, room) in cursor.made.clone() {
            // One that is gone since is left out.
            if let Some(planned) = plan.items.iter().find(|planned| planned.id == item) {
                draft.add(planned, &self.package(item, room).await?);
            }
        }
        let left: Vec<&PlannedItem> =
            plan.items.iter().filter(|planned| !cursor.made.iter().any(|(made, _)| *made == planned.id)).collect();
        let mut after = left.len();
        for planned in left {
            let room = draft.room(budget, after);
            after -= 1;
            if room < MIN_BUDGET {
                continue;
            }
            let package = self.package(planned.id, room).await?;
            draft.add(planned, &package);
            cursor.made.push((planned.id, room));
            let size = tokens(package.len());
            let found = Finding::reported("package", &planned.key, Severity::Low, format!("{size} tokens of {room}"));
            let told = vec![("packages", 1), ("tokens", i64::try_from(size).unwrap_or(i64::MAX))];
            let next = Some(json!(cursor));
            let portion = Portion { findings: vec![found], counts: told, next };
            run.record(portion.clone()).await?;
            watch(portion.brought());
            run.keep(portion.findings);
        }
        draft.end(&plan, budget);
        Ok(())
    }

    async fn package(&self, item: Uuid, room: u64) -> Result<String> {
        let recover = Recover { item: Ref::Id(item), budget: Some(room), assignment: None };
        Ok(markdown(&self.read(&recover).await?))
    }
}

/// The plan of a run, within what it was found to mean when it began.
struct Plan<'a> {
    what: &'a PrepareHandover,
    within: &'a Within,
}

impl Query for Plan<'_> {
    type Output = HandoverPlan;

    async fn fetch(&self, tx: &Tx) -> Result<HandoverPlan> {
        self.what.plan(tx, self.within).await
    }
}

/// The document in the making.
#[derive(Default)]
struct Draft {
    head: String,
    packages: String,
    packaged: Vec<String>,
    named: Vec<String>,
    left_out: u64,
}

/// What the headings between the parts may take, in bytes.
const FRAME: usize = 400;

impl Draft {
    /// The head, cut to its part of the budget.
    fn begin(&mut self, plan: &HandoverPlan, budget: u64) {
        let most = bytes(budget / HEAD);
        self.head = plan
            .head
            .chars()
            .scan(0, |size, c| {
                *size += c.len_utf8();
                (*size <= most).then_some(c)
            })
            .collect();
    }

    fn size(&self) -> usize {
        self.head.len() + self.packages.len()
    }

    /// What the next of so many packages may take, in tokens: none takes more than half of what the others leave it.
    fn room(&self, budget: u64, left: usize) -> u64 {
        let free = bytes(budget).saturating_sub(self.size() + FRAME) / BYTES_PER_TOKEN;
        let share = free / left.clamp(1, 2);
        let room = if share as u64 >= MIN_BUDGET { share } else { free };
        Ord::min(room as u64, recovery::MAX_BUDGET)
    }

    fn add(&mut self, item: &PlannedItem, package: &str) {
        self.packages.push_str("\n---\n\n");
        self.packages.push_str(package);
        self.packaged.push(item.key.clone());
    }

    /// Names what has no package, as long as there is room, and counts the rest.
    fn end(&mut self, plan: &HandoverPlan, budget: u64) {
        let most = bytes(budget).saturating_sub(FRAME / 2);
        let others = plan.items.iter().filter(|item| !self.packaged.contains(&item.key));
        let mut lines = String::new();
        let mut named = Vec::new();
        for item in others {
            let line = format!("- {}\n", item.line);
            if self.size() + lines.len() + line.len() > most {
                break;
            }
            lines.push_str(&line);
            named.push(item.key.clone());
        }
        self.left_out = plan.total.saturating_sub((self.packaged.len() + named.len()) as u64);
        self.named = named;
        if !lines.is_empty() {
            let _ = write!(self.head, "\nWithout a package here:\n\n{lines}");
        }
        if self.left_out > 0 {
            let _ = write!(self.head, "\nLeft out for want of room: {}.\n", self.left_out);
        }
    }

    fn done(self, budget: u64, maintained: Maintained) -> Result<PreparedHandover> {
        let document = format!("{}{}", self.head, self.packages);
        Ok(PreparedHandover {
            tokens: tokens(document.len()),
            document,
            budget,
            packaged: self.packaged,
            named: self.named,
            left_out: self.left_out,
            maintained,
        })
    }
}

fn bytes(tokens: u64) -> usize {
    usize::try_from(tokens).unwrap_or(usize::MAX).saturating_mul(BYTES_PER_TOKEN)
}
