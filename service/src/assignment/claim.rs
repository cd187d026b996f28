//! Claims work for an agent: the most urgent ready items that it qualifies for.

use callboard_entity::{WorkItemType, agent_profiles, work_items};
use sea_orm::Value as Bound;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::claim_rows::{self, Picked};
use super::eligible::{self, Within};
use super::{assign, deadline, reap};
use crate::agent;
use crate::clock::Timestamp;
use crate::db::dialect::claim::Limits;
use crate::db::{Alone, OnLane, Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::recovery::{self, RecoveryPackage};
use crate::{item, project, rules, sprint, stream};

/// The most that one call may claim.
pub const MAX_CLAIM: u32 = 500;
/// How many leases and backoffs a claim takes back on its way.
const REAP: u32 = 20;

/// Claims up to `count` items: first those set aside for the agent, then by priority, then oldest; from a work stream
/// in its order.
///
/// An item that the agent does not qualify for is passed over. Leases and backoffs that ran out are taken back on the
/// way, so nothing depends on a sweep.
///
/// # Errors
/// `NotAssignable` where `item` is named and cannot be had, with every condition that failed; `NotFound` for a name;
/// `Invalid` for a count or lease outside its limits, and for a tag that breaks its rule; `Conflict::Inactive` for a
/// stream that is closed, or whose project is archived. Nothing to claim is an
/// empty outcome ([`ClaimOutcome::into_claimed`] makes it an error).
///
/// # Example
/// ```no_run
/// use callboard_service::assignment::Claim;
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let actor = board.actor("agent:coder").await?;
/// let three = Claim { count: 3, lease_seconds: Some(600), ..Claim::one("coder") };
/// for claimed in board.run(actor, &three).await?.claimed {
///     println!("{} is held by assignment {}", claimed.item.key, claimed.assignment);
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// By slug or id.
    pub agent: Ref,
    /// 1 to 500.
    pub count: u32,
    /// 10 to 86,400; the board's setting (15 minutes) where none is named.
    pub lease_seconds: Option<i64>,
    /// This item and no other; refused with every condition that fails, the limits below among them.
    pub item: Option<Ref>,
    /// Only items of this project, by slug or id.
    pub project: Option<Ref>,
    /// Only items of this sprint, by code or id.
    pub sprint: Option<Ref>,
    /// Only items of this work stream, by slug or id, in its order, whatever their priority.
    #[serde(default)]
    pub stream: Option<Ref>,
    /// Only items of this type.
    pub kind: Option<WorkItemType>,
    /// Only items with this tag.
    pub tag: Option<String>,
}

impl Claim {
    /// Claims one item for an agent, from anywhere.
    pub fn one(agent: impl Into<Ref>) -> Self {
        Self {
            agent: agent.into(),
            count: 1,
            lease_seconds: None,
            item: None,
            project: None,
            sprint: None,
            stream: None,
            kind: None,
            tag: None,
        }
    }
}

/// What was claimed. Nothing is an answer, not an error: what ran out was taken back all the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClaimOutcome {
    /// The agent's slug.
    pub agent: String,
    /// The items in the order in which they were taken; at most `count`.
    pub claimed: Vec<Claimed>,
    /// Handed to the agent with each claim, as its profile says.
    pub constraints: Option<Value>,
    /// Where nothing was claimed: what the board holds that the agent may not take now.
    pub why_nothing: Vec<String>,
}

impl ClaimOutcome {
    /// The claimed items, or [`Error::NothingReady`] where there are none.
    ///
    /// # Errors
    /// [`Error::NothingReady`], with the reasons.
    pub fn into_claimed(self) -> Result<Vec<Claimed>> {
        if self.claimed.is_empty() {
            return Err(Error::NothingReady { agent: self.agent, reasons: self.why_nothing });
        }
        Ok(self.claimed)
    }
}

/// One claimed item. The assignment's id is the fence: every later write of the holder names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claimed {
    /// The new assignment's id.
    pub assignment: Uuid,
    /// Which start of the item this is, from 1.
    pub attempt: i64,
    /// Until when the item is held without a heartbeat; never none for an agent.
    pub lease_expires_at: Option<Timestamp>,
    /// The item, which is in progress now.
    pub item: work_items::Model,
    /// What was required and what was granted for it.
    pub context: Option<Value>,
    /// What those before left: of the first ten items that somebody had before, or that were handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Box<RecoveryPackage>>,
}

impl Verb for Claim {
    type Output = ClaimOutcome;

    async fn apply(&self, tx: &Tx) -> Result<ClaimOutcome> {
        let mut outcome = self.take(tx).await?;
        recovery::for_claims(tx, &mut outcome.claimed).await?;
        Ok(outcome)
    }

    async fn apply_alone(&self, alone: Alone<'_>) -> Result<Option<ClaimOutcome>> {
        let is_simple = self.item.is_none() && self.sprint.is_none() && self.stream.is_none();
        // What is refused is refused by the long way.
        let is_good = (1..=MAX_CLAIM).contains(&self.count)
            && self.lease_seconds.is_none_or(deadline::is_lease)
            && self.tag.as_ref().is_none_or(|tag| rules::name("tag", tag).is_ok());
        if !is_simple || !is_good || alone.reap_is_due() {
            return Ok(None);
        }
        let Some(found) = claim_rows::at_once(alone, self).await? else { return Ok(None) };
        let claimed = found.picked.into_iter().map(Claimed::from).collect();
        Ok(Some(ClaimOutcome { agent: found.agent, claimed, constraints: found.constraints, why_nothing: Vec::new() }))
    }

    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        Some(OnLane::new(self.clone()))
    }
}

impl Claim {
    async fn take(&self, tx: &Tx) -> Result<ClaimOutcome> {
        if !(1..=MAX_CLAIM).contains(&self.count) {
            return Err(Error::invalid("count", self.count.to_string(), format!("must be between 1 and {MAX_CLAIM}")));
        }
        if let Some(tag) = &self.tag {
            rules::name("tag", tag)?;
        }
        let project = match &self.project {
            Some(name) => Some(project::find(tx, name).await?),
            None => None,
        };
        let project_id = project.as_ref().map(|project| project.id);
        let sprint = match &self.sprint {
            Some(code) => Some(sprint::find(tx, project_id, code).await?),
            None => None,
        };
        let stream = match &self.stream {
            Some(slug) => Some(stream::find(tx, project_id, slug).await?),
            None => None,
        };
        if let Some(stream) = &stream {
            stream::open_for_work(tx, stream).await?;
        }
        let lease = deadline::lease(tx, project_id, self.lease_seconds).await?;
        if let Some(item) = &self.item {
            let within = Within {
                project: project.as_ref(),
                sprint: sprint.as_ref(),
                stream: stream.as_ref(),
                kind: self.kind,
                tag: self.tag.as_deref(),
            };
            return Box::pin(self.claim_item(tx, item, &within, lease)).await;
        }
        let (project, sprint, stream) = (project_id, sprint.map(|sprint| sprint.id), stream.map(|stream| stream.id));
        let agent = agent::find(tx, &self.agent).await?;
        let mut call = claim_rows::Call {
            agent: &agent,
            limits: Limits {
                project: project.is_some(),
                sprint: sprint.is_some(),
                stream: stream.is_some(),
                kind: self.kind.is_some(),
                tag: self.tag.is_some(),
                ..Limits::default()
            },
            values: [
                project.into(),
                sprint.into(),
                self.kind.map(|k| k.as_str().to_owned()).into(),
                self.tag.clone().into(),
            ] as [Bound; 4],
            stream,
            lease,
            locked: false,
            slack: claim_rows::first_slack(self.count),
        };
        if agent.max_open_assignments.is_some() {
            eligible::lock_agent(tx, &Ref::Id(agent.id)).await?;
            call.locked = true;
        }
        let mut reaped = tx.reap_is_due();
        if reaped {
            // Agents are locked before items, always: archiving this one at the same time would else be a deadlock.
            if !call.locked {
                eligible::lock_agent(tx, &Ref::Id(agent.id)).await?;
            }
            Box::pin(reap::reap(tx, project, REAP)).await?;
        }
        let mut claimed = Vec::new();
        while claimed.len() < self.count as usize {
            let picked = claim_rows::pick(tx, &call, self.count as usize - claimed.len()).await?;
            claimed.extend(picked.into_iter().map(Claimed::from));
            if claimed.len() >= self.count as usize {
                break;
            }
            // Too few: what ran out may be what is missing.
            if !reaped {
                reaped = true;
                if !Box::pin(reap::reap(tx, project, REAP)).await?.is_empty() {
                    continue;
                }
            }
            // Or the others' locks hid the heads of the queue: look further, once.
            if !tx.dialect.claims_race() || call.slack == claim_rows::most_slack(self.count) {
                break;
            }
            call.slack = claim_rows::most_slack(self.count);
        }
        let why_nothing = if claimed.is_empty() { self.why_nothing(tx, &agent, project).await? } else { Vec::new() };
        Ok(ClaimOutcome { agent: agent.slug, claimed, constraints: agent.constraints, why_nothing })
    }

    /// Claims one named item: assigned and started at once.
    async fn claim_item(
        &self,
        tx: &Tx,
        name: &Ref,
        within: &Within<'_>,
        lease: chrono::TimeDelta,
    ) -> Result<ClaimOutcome> {
        let agent = eligible::lock_agent(tx, &self.agent).await?;
        let holder = assign::Found::Agent(agent);
        let found = item::lock(tx, name).await?;
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let outside = within.conditions(tx, &found).await?;
        let fit = assign::check(tx, &found, &holder, lease_now, outside).await?;
        let mut assignment = assign::new(tx, &found, &holder);
        assignment.context = fit.as_ref().map(super::matching::context);
        let (assignment, item) = claim_rows::start(tx, found, assignment, lease_now, lease).await?;
        let assign::Found::Agent(agent) = holder else {
            return Err(Error::not_found("agent", self.agent.to_string()));
        };
        let claimed = Claimed {
            assignment: assignment.id,
            attempt: assignment.attempt,
            lease_expires_at: assignment.lease_expires_at,
            item,
            context: assignment.context,
            recovery: None,
        };
        Ok(ClaimOutcome {
            agent: agent.slug,
            claimed: vec![claimed],
            constraints: agent.constraints,
            why_nothing: Vec::new(),
        })
    }

    async fn why_nothing(&self, tx: &Tx, agent: &agent_profiles::Model, project: Option<Uuid>) -> Result<Vec<String>> {
        let mut reasons = eligible::agent_conditions(tx, agent).await?;
        reasons.extend(claim_rows::hidden(tx, agent, project).await?);
        Ok(reasons)
    }
}

impl From<Picked> for Claimed {
    fn from(picked: Picked) -> Self {
        Self {
            assignment: picked.assignment,
            attempt: picked.item.attempt_count,
            lease_expires_at: picked.lease_expires_at,
            item: picked.item,
            context: picked.context,
            recovery: None,
        }
    }
}
