//! The rows of a claim: on PostgreSQL one statement does it all, on SQLite a pick and three writes an item.

use callboard_entity::{
    AgentProfileStatus, TaskAssignmentStatus, WorkItemDelegationStatus, agent_profiles, task_assignments, work_items,
};
use chrono::TimeDelta;
use sea_orm::{ConnectionTrait, DbErr, Value as Bound};
use serde_json::Value;
use uuid::Uuid;

use super::claim::Claim;
use super::matching::{self, Capabilities};
use super::{assign, deadline, lacks};
use crate::clock::Timestamp;
use crate::db::dialect::claim::{FIRST_SLACK, Limits, Named};
use crate::db::listed::Listed;
use crate::db::{Alone, By, Cells, Tx};
use crate::error::{Error, Result};
use crate::id::{self, Ref};
use crate::item::ledger::Entry;
use crate::item::state::ItemEvent;
use crate::item::write;

/// How many heads of a queue a claim looks at first beside those that it wants: others may have locked some just now. Of
/// many at once, as many as three others want.
pub(super) fn first_slack(count: u32) -> i64 {
    if count == 1 { FIRST_SLACK } else { i64::from(count) * 3 }
}

/// How many a second try looks at, when others' locks hid the first ones: what 31 others want, and at least 1,000.
pub(super) fn most_slack(count: u32) -> i64 {
    (i64::from(count) * 31).max(1000)
}

/// A claim, ready to be run.
pub(super) struct Call<'a> {
    pub agent: &'a agent_profiles::Model,
    pub limits: Limits,
    /// Project, sprint, type and tag.
    pub values: [Bound; 4],
    pub stream: Option<Uuid>,
    pub lease: TimeDelta,
    /// Whether the agent's row is locked, so that its open assignments can be counted.
    pub locked: bool,
    pub slack: i64,
}

/// An item that is now the agent's.
pub(super) struct Picked {
    pub assignment: Uuid,
    pub item: work_items::Model,
    pub lease_expires_at: Option<Timestamp>,
    pub context: Option<Value>,
}

impl Picked {
    fn read(cells: &mut Cells<'_>) -> Result<Self, DbErr> {
        Ok(Self {
            item: work_items::Model::read(cells)?,
            assignment: cells.next()?,
            lease_expires_at: cells.next()?,
            context: cells.next()?,
        })
    }

    /// With the agent's slug and constraints.
    fn read_alone(cells: &mut Cells<'_>) -> Result<(Self, String, Option<Value>), DbErr> {
        Ok((Self::read(cells)?, cells.next()?, cells.next()?))
    }
}

/// What was claimed at once, by whom, and what that agent is held to.
pub(super) struct AtOnce {
    pub picked: Vec<Picked>,
    pub agent: String,
    pub constraints: Option<Value>,
}

/// Claims all that is wanted in one statement, which is a transaction by itself; `None` where that cannot be, and
/// nothing was changed. The caller then goes the long way, which tells why.
pub(super) async fn at_once(alone: Alone<'_>, claim: &Claim) -> Result<Option<AtOnce>> {
    let limits = Limits {
        project: claim.project.is_some(),
        kind: claim.kind.is_some(),
        tag: claim.tag.is_some(),
        one: claim.count == 1,
        ..Limits::default()
    };
    let by_id = |name: &Ref| matches!(name, Ref::Id(_));
    let named = Named { agent_by_id: by_id(&claim.agent), project_by_id: claim.project.as_ref().is_some_and(by_id) };
    let Some(long) = alone.dialect.claim_alone(limits, named) else { return Ok(None) };
    let name = |name: &Ref| match name {
        Ref::Id(id) => Bound::from(*id),
        Ref::Name(name) => Bound::from(name.clone()),
    };
    let mut values: Vec<Bound> = vec![
        name(&claim.agent),
        i64::from(claim.count).into(),
        claim.project.as_ref().map_or(Bound::from(None::<Uuid>), name),
        None::<Uuid>.into(),
        claim.kind.map(|kind| kind.as_str().to_owned()).into(),
        claim.tag.clone().into(),
    ];
    let lease = claim.lease_seconds.map(TimeDelta::seconds);
    values.extend(rest(alone.by(), first_slack(claim.count), lease, claim.count as usize, false, None));
    let mut rows = plain(alone, claim, (limits, named), &values).await?;
    if rows.is_empty() {
        let who = [values[0].clone(), values[2].clone()];
        rows = alone.rows(long, values, Picked::read_alone).await?;
        let requires_nothing = rows.first().is_some_and(|(picked, ..)| picked.item.requirement_key.is_empty());
        if requires_nothing {
            lacks::look(alone, &claim.agent, (limits, named), who).await;
        }
    }
    let Some((_, agent, constraints)) = rows.first() else { return Ok(None) };
    let (agent, constraints) = (agent.clone(), constraints.clone());
    Ok(Some(AtOnce { picked: rows.into_iter().map(|(picked, ..)| picked).collect(), agent, constraints }))
}

/// A row and what [`AtOnce`] tells beside them.
type AloneRow = (Picked, String, Option<Value>);

/// Claims by one of the texts for what requires nothing, where that is likely to do.
async fn plain(
    alone: Alone<'_>,
    claim: &Claim,
    (limits, named): (Limits, Named),
    values: &[Bound],
) -> Result<Vec<AloneRow>> {
    let text = |lacking| alone.dialect.claim_plain_alone(limits, named, lacking);
    let lacks = alone.plain.lacks(&claim.agent);
    if let (Some(lacks), Some(text)) = (lacks, text(true)) {
        let known = [Some(lacks.keys.clone()), lacks.capabilities.clone(), lacks.tools.clone()];
        let values = values.iter().cloned().chain(known.map(Bound::from)).collect();
        let rows = alone.rows(text, values, Picked::read_alone).await?;
        if rows.is_empty() {
            alone.plain.learn(&claim.agent, None);
        }
        return Ok(rows);
    }
    let Some(text) = text(false).filter(|_| alone.plain.is_worth_it()) else { return Ok(Vec::new()) };
    let rows = alone.rows(text, values.to_vec(), Picked::read_alone).await?;
    if rows.is_empty() {
        alone.plain.missed();
    }
    Ok(rows)
}

/// Claims up to `wanted` items.
pub(super) async fn pick(tx: &Tx, call: &Call<'_>, wanted: usize) -> Result<Vec<Picked>> {
    let wanted_rows = i64::try_from(wanted).unwrap_or(i64::MAX);
    let mut values: Vec<Bound> = vec![call.agent.id.into(), wanted_rows.into()];
    values.extend(call.values.iter().cloned());
    if !tx.dialect.claims_race() {
        values.push(call.stream.into());
        let rows = pick_rows(tx, call, values).await?;
        let mut picked = Vec::with_capacity(rows.len());
        for (item, granted) in rows {
            picked.push(take(tx, call, item, granted.as_deref()).await?);
        }
        return Ok(picked);
    }
    values.extend(rest(tx.by(), call.slack, Some(call.lease), wanted, call.locked, call.stream));
    let limits = Limits { one: wanted == 1 && call.slack == FIRST_SLACK, ..call.limits };
    tx.rows(tx.dialect.claim(limits), values, Picked::read).await
}

/// The values of PostgreSQL's claim from the seventh on.
fn rest(
    by: By,
    slack: i64,
    lease: Option<TimeDelta>,
    wanted: usize,
    locked: bool,
    stream: Option<Uuid>,
) -> [Bound; 11] {
    let ids: Vec<[Uuid; 2]> = (0..wanted).map(|_| [id::new(), id::new()]).collect();
    let By { actor, now, session } = by;
    [
        slack.into(),
        serde_json::json!(ids).into(),
        lease.map(|lease| lease.num_seconds() as f64).into(),
        now.into(),
        actor.kind.as_str().into(),
        actor.id.into(),
        actor.user_id().into(),
        actor.agent_id().into(),
        locked.into(),
        session.into(),
        stream.into(),
    ]
}

/// The items that are to be taken, with what the agent is granted.
async fn pick_rows(tx: &Tx, call: &Call<'_>, values: Vec<Bound>) -> Result<Vec<(work_items::Model, Option<String>)>> {
    let free = call.agent.status == AgentProfileStatus::Active && call.agent.max_open_assignments.is_none();
    if let Some(plain) = tx.dialect.claim_plain(call.limits).filter(|_| free && tx.plain.is_worth_it()) {
        let items = tx.rows(plain, values[..3].to_vec(), work_items::Model::read).await?;
        if !items.is_empty() {
            return Ok(items.into_iter().map(|item| (item, None)).collect());
        }
        tx.plain.missed();
    }
    tx.rows(tx.dialect.claim(call.limits), values, read).await
}

/// An item, and what the agent is granted as JSON.
fn read(cells: &mut Cells<'_>) -> Result<(work_items::Model, Option<String>), DbErr> {
    Ok((work_items::Model::read(cells)?, cells.next()?))
}

async fn take(tx: &Tx, call: &Call<'_>, item: work_items::Model, granted: Option<&str>) -> Result<Picked> {
    let stored = |e: serde_json::Error| Error::Stored { what: "capabilities".to_owned(), why: e.to_string() };
    let has: Capabilities = granted.map(serde_json::from_str).transpose().map_err(stored)?.unwrap_or_default();
    let fit = matching::compare(&matching::required(&item)?, &has);
    let mut assignment = assign::new(tx, &item, &assign::Found::Agent(call.agent.clone()));
    assignment.context = Some(matching::context(&fit));
    let (assignment, item) = start(tx, item, assignment, tx.now, call.lease).await?;
    Ok(Picked {
        assignment: assignment.id,
        item,
        lease_expires_at: assignment.lease_expires_at,
        context: assignment.context,
    })
}

/// Makes a new assignment that is started at once. The item's row is locked, or its database has one writer.
pub(super) async fn start(
    tx: &Tx,
    item: work_items::Model,
    mut assignment: task_assignments::Model,
    lease_now: Timestamp,
    lease: TimeDelta,
) -> Result<(task_assignments::Model, work_items::Model)> {
    assignment.status = TaskAssignmentStatus::Started;
    assignment.attempt = item.attempt_count + 1;
    assignment.started_at = Some(tx.now);
    assignment.heartbeat_at = Some(lease_now);
    assignment.lease_expires_at = deadline::until(&assignment, lease_now, lease);
    assign::insert(tx, &assignment).await?;
    let mut after = item.clone();
    after.status = write::next_status(&item, ItemEvent::Start)?;
    after.delegation_status = WorkItemDelegationStatus::InProgress;
    after.attempt_count = assignment.attempt;
    after.available_at = None;
    let (kind, holder) = match (assignment.agent_id, assignment.user_id) {
        (Some(agent), _) => (callboard_entity::WorkItemAssigneeType::Agent, Some(agent)),
        (None, user) => (callboard_entity::WorkItemAssigneeType::User, user),
    };
    after.assignee_type = holder.map(|_| kind);
    after.assignee_id = holder;
    let entry = Entry::new("claimed").assignment(assignment.id, assignment.status.as_str());
    let item = write::update(tx, &item, after, entry).await?;
    Ok((assignment, item))
}

/// What the board holds that the agent may not take now; each count stops at 1,000, so that asking stays cheap.
pub(super) async fn hidden(tx: &Tx, agent: &agent_profiles::Model, project: Option<Uuid>) -> Result<Vec<String>> {
    let statement = tx.dialect.statement(&tx.dialect.hidden_work(), [agent.id.into(), project.into()]);
    let Some(row) = tx.conn.query_one_raw(statement).await? else { return Ok(Vec::new()) };
    let count = |column: &str| -> Result<i64> { Ok(row.try_get("", column)?) };
    let mut reasons = Vec::new();
    for (column, what) in [
        ("waiting", "assigned to the agent and not started yet (start them)"),
        ("ready", "ready, but asking for more than the agent has or outside of what was asked for"),
        ("backoff", "waiting out a pause after a failure"),
        ("unmet", "waiting for their prerequisites"),
    ] {
        match count(column)? {
            0 => {}
            n if n >= 1000 => reasons.push(format!("1000 or more items are {what}")),
            1 => reasons.push(format!("1 item is {what}")),
            n => reasons.push(format!("{n} items are {what}")),
        }
    }
    Ok(reasons)
}
