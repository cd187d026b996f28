//! Puts right what can be derived: each item in a savepoint of its own, under its lock, by what the checks say then.

use callboard_entity::MaintenanceOperationValidationLevel as Level;
use callboard_entity::{
    AgentProfileStatus, TaskPrerequisiteStatus, WorkItemAssigneeType, WorkItemDelegationStatus as Delegation,
    WorkItemStatus, agent_profiles as agents, board_projects as projects, task_prerequisites as edges,
    work_item_events as events, work_items,
};
use sea_orm::sea_query::{Expr, Value};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::damage::Damage;
use super::projects::expected;
use super::window::{Broken, Window, of_items};
use crate::assignment::{release, rows as assignments};
use crate::clock::Timestamp;
use crate::db::{Tx, Verb, changed};
use crate::error::{Error, Result};
use crate::item::ledger::Entry;
use crate::item::state::ItemEvent;
use crate::item::write;

/// What became of a repair.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mended {
    /// All but these is put right: nothing tells what they should be.
    But(Vec<Damage>),
    /// The item's maintenance is switched off.
    SwitchedOff,
}

/// Mends an item in a savepoint. The caller holds the lock on the project's edges.
pub(crate) async fn mend_item(tx: &Tx, project: Uuid, item: Uuid, level: Level) -> Result<Mended> {
    tx.run(&MendItem { project, item, level }).await
}

struct MendItem {
    project: Uuid,
    item: Uuid,
    level: Level,
}

impl MendItem {
    async fn broken(&self, tx: &Tx) -> Result<Vec<Broken>> {
        let window = Window { project: self.project, first: self.item, last: self.item };
        of_items(tx, &window, self.level).await
    }
}

impl Verb for MendItem {
    type Output = Mended;

    async fn apply(&self, tx: &Tx) -> Result<Mended> {
        let item = write::lock(tx, self.item).await?;
        if !item.auto_maintenance_enabled {
            return Ok(Mended::SwitchedOff);
        }
        let mut repairs: Vec<&str> = Vec::new();
        if release_archived(tx, &item).await? {
            repairs.push(Damage::HeldByArchivedAgent.as_str());
        }
        if satisfy(tx, &item).await? > 0 {
            repairs.push(Damage::PrerequisiteOfDone.as_str());
        }
        // By what the rows say under the lock, and not by what was found before it.
        let before = write::lock(tx, self.item).await?;
        let mut after = before.clone();
        for broken in self.broken(tx).await? {
            if set(tx, &mut after, &broken).await? {
                repairs.push(broken.damage.as_str());
            }
        }
        repairs.sort_unstable();
        repairs.dedup();
        if !repairs.is_empty() {
            let entry = Entry::new("repaired").data("repairs", repairs);
            write::update(tx, &before, after, entry).await?;
        }
        let left = self.broken(tx).await?.into_iter().map(|broken| broken.damage);
        Ok(Mended::But(left.filter(|damage| damage.repair().is_some()).collect()))
    }
}

/// Takes the item back from an agent that was archived, as archiving it does.
async fn release_archived(tx: &Tx, item: &work_items::Model) -> Result<bool> {
    let Some(open) = assignments::open_of(tx, item).await? else { return Ok(false) };
    let Some(agent) = open.agent_id else { return Ok(false) };
    match agents::Entity::find_by_id(agent).one(&tx.conn).await? {
        Some(agent) if agent.status == AgentProfileStatus::Archived => {
            release::release(tx, &open, &format!("agent {} is archived", agent.slug)).await?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Satisfies what waits for items that are done.
async fn satisfy(tx: &Tx, item: &work_items::Model) -> Result<u64> {
    let sql = "SELECT p.id AS id FROM task_prerequisites p JOIN work_items q ON q.id = p.prerequisite_id \
        WHERE p.work_item_id = $1 AND p.prerequisite_type = 'completion_dependency' \
        AND p.status IN ('pending', 'failed') AND q.status = 'done' AND q.archived_at IS NULL";
    let rows = tx.conn.query_all_raw(tx.dialect.statement(sql, [item.id.into()])).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?;
    if ids.is_empty() {
        return Ok(0);
    }
    let satisfied = TaskPrerequisiteStatus::Satisfied.as_str();
    let done = edges::Entity::update_many()
        .col_expr(edges::Column::Status, Expr::value(Value::from(satisfied)))
        .col_expr(edges::Column::SatisfiedAt, Expr::value(tx.now))
        .col_expr(edges::Column::UpdatedAt, Expr::value(tx.now))
        .filter(edges::Column::Id.is_in(ids))
        .exec(&tx.conn)
        .await?;
    Ok(done.rows_affected)
}

/// Sets what a check says the row should be; gives whether it can.
async fn set(tx: &Tx, item: &mut work_items::Model, broken: &Broken) -> Result<bool> {
    match broken.damage {
        Damage::DanglingAssignee | Damage::AssigneeAgainstHolder => {
            let holder = assignments::open_of(tx, item).await?;
            let agent = holder.as_ref().and_then(|open| open.agent_id).map(|id| (WorkItemAssigneeType::Agent, id));
            let user = holder.and_then(|open| open.user_id).map(|id| (WorkItemAssigneeType::User, id));
            (item.assignee_type, item.assignee_id) = agent.or(user).unzip();
        }
        Damage::UnmetPrerequisites => item.unmet_prerequisites = number(broken)?,
        Damage::AttemptCount => item.attempt_count = number(broken)?,
        Damage::RequirementKey => item.requirement_key.clone_from(&broken.expected),
        Damage::DelegationStatus => {
            let word = Delegation::ALL.iter().find(|word| word.as_str() == broken.expected);
            item.delegation_status = *word.ok_or_else(|| unreadable(broken))?;
        }
        Damage::InProgressWithoutAssignment => {
            item.status = write::next_status(item, ItemEvent::Stop)?;
            item.delegation_status = Delegation::Unassigned;
            if item.assignee_type == Some(WorkItemAssigneeType::Agent) {
                (item.assignee_type, item.assignee_id) = (None, None);
            }
        }
        Damage::CompletedAt => {
            let at = if item.status == WorkItemStatus::Done { done_at(tx, item.id).await? } else { None };
            if at == item.completed_at {
                return Ok(false);
            }
            item.completed_at = at;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// When the ledger saw the item done last.
async fn done_at(tx: &Tx, item: Uuid) -> Result<Option<Timestamp>> {
    let newest = events::Entity::find()
        .filter(events::Column::WorkItemId.eq(item))
        .filter(events::Column::ToStatus.eq(WorkItemStatus::Done.as_str()))
        .order_by_desc(events::Column::Revision)
        .one(&tx.conn)
        .await?;
    Ok(newest.map(|row| row.created_at))
}

fn number(broken: &Broken) -> Result<i64> {
    broken.expected.parse().map_err(|_| unreadable(broken))
}

fn unreadable(broken: &Broken) -> Error {
    let what = format!("{} of {}", broken.damage.as_str(), broken.subject);
    Error::Stored { what, why: format!("it should be '{}'", broken.expected) }
}

/// Mends a counter of the project, by a recount under the lock on its row. Gives what it is now; none where it was right.
pub(crate) async fn mend_project(tx: &Tx, project: Uuid, damage: Damage) -> Result<Option<i64>> {
    tx.run(&MendProject { project, damage }).await
}

struct MendProject {
    project: Uuid,
    damage: Damage,
}

impl Verb for MendProject {
    type Output = Option<i64>;

    async fn apply(&self, tx: &Tx) -> Result<Option<i64>> {
        let locked = projects::Entity::find_by_id(self.project);
        let before = sea_orm::QuerySelect::lock_exclusive(locked).one(&tx.conn).await?;
        let before = before.ok_or_else(|| Error::not_found("project", self.project.to_string()))?;
        let Some(next) = expected(tx, self.project, self.damage).await? else { return Ok(None) };
        let next: i64 = next
            .parse()
            .map_err(|_| Error::Stored { what: format!("counter of project {}", before.slug), why: next.clone() })?;
        let mut after = before.clone();
        match self.damage {
            Damage::NextItemNumber => after.next_item_number = next,
            Damage::NextDecisionNumber => after.next_decision_number = next,
            _ => return Ok(None),
        }
        after.updated_at = tx.now;
        let changes: projects::ActiveModel = changed(&before, &after);
        projects::Entity::update_many().set(changes).filter(projects::Column::Id.eq(before.id)).exec(&tx.conn).await?;
        Ok(Some(next))
    }
}
