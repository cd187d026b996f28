//! Lists what a claim could hand out now.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::sync::{Mutex, PoisonError};

use callboard_entity::{WorkItemType, agent_profiles, task_assignments as assignments, work_items};
use futures_util::TryStreamExt;
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use work_items::Column as C;

use super::filter;
use super::list::{ListedItem, named};
use crate::assignment::matching;
use crate::clock::Timestamp;
use crate::db::dialect::claim::Limits;
use crate::db::dialect::open;
use crate::db::dialect::ready;
use crate::db::listed::Listed;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::stream::{self, MOST_ITEMS};
use crate::{agent, project, rules, sprint};

/// The items that claims would hand out now, in the order in which they would: for an agent, those set aside for it
/// first, then what it qualifies for; without an agent, what is set aside for nobody, whatever it requires.
///
/// An item whose backoff is over counts, since a claim that finds too little releases it; until then it may be handed
/// out later than its place in the list. One whose lease ran out does not count: taken back, it waits for its backoff
/// first. The number of statements does not grow with the rows.
///
/// # Errors
/// `NotFound` for a name; `Invalid` for a limit outside 1 to 1,000; `Conflict::Inactive` for a stream that is closed, or
/// whose project is archived.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Ready {
    /// What this one could claim, by slug or id; what anybody could where none is named.
    pub agent: Option<Ref>,
    /// Of this project only, by slug or id.
    pub project: Option<Ref>,
    /// In this sprint only, by code or id.
    pub sprint: Option<Ref>,
    /// In this work stream only, by slug or id: in its order.
    pub stream: Option<Ref>,
    /// Of this type only.
    pub kind: Option<WorkItemType>,
    /// With this tag only.
    pub tag: Option<String>,
    /// 1 to 1,000.
    pub limit: u64,
}

impl Default for Ready {
    fn default() -> Self {
        Self { agent: None, project: None, sprint: None, stream: None, kind: None, tag: None, limit: 100 }
    }
}

impl Ready {
    /// What an agent could claim from anywhere.
    pub fn of(agent: impl Into<Ref>) -> Self {
        Self { agent: Some(agent.into()), ..Self::default() }
    }
}

/// What is ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadyItems {
    /// In the order in which claims would take them.
    pub items: Vec<ListedItem>,
    /// The limit left some out.
    pub truncated: bool,
    /// Why this agent can claim nothing at all now, whatever is there.
    pub withheld: Vec<String>,
}

impl Query for Ready {
    type Output = ReadyItems;
    const IS_SHORT: bool = true;

    async fn fetch(&self, tx: &Tx) -> Result<ReadyItems> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be 1 to 1000"));
        }
        let queue = self.queue(tx).await?;
        let mut rows = Vec::new();
        for part in &queue.parts {
            rows.extend(self.pick(tx, &queue, part).await?);
        }
        if let Some(items) = &queue.stream {
            let place = |item: &work_items::Model| items.iter().position(|id| *id == item.id);
            rows.sort_by_key(place);
        }
        let truncated = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        Ok(ReadyItems { items: named(tx, rows).await?, truncated, withheld: queue.withheld })
    }
}

/// What [`EachReady`] hands over: the next items, at most some hundred. An error ends it.
type Sink<'a> = dyn FnMut(&[ListedItem]) -> io::Result<()> + Send + 'a;

/// Gives all that is ready, however much: as [`Ready`] without its limit, some hundred items at a time.
///
/// It is one state of the board, in the order in which claims would take it. Beside the items of one page only the order
/// is in memory, which is 24 bytes an item.
///
/// # Errors
/// As [`Ready`]; [`Error::Export`] where the sink takes no more.
pub struct EachReady<'a> {
    ready: &'a Ready,
    sink: Mutex<&'a mut Sink<'a>>,
}

impl std::fmt::Debug for EachReady<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("EachReady")
    }
}

/// How much was ready.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyCount {
    /// How many items were handed over.
    pub items: u64,
    /// As in [`ReadyItems`].
    pub withheld: Vec<String>,
}

impl<'a> EachReady<'a> {
    /// What `ready` asks for, whatever its limit. The sink is called with the items in their order, never at the same time.
    pub fn new(ready: &'a Ready, sink: &'a mut Sink<'a>) -> Self {
        Self { ready, sink: Mutex::new(sink) }
    }
}

/// Rows that are read and handed over at a time.
const PAGE: usize = 500;

impl Query for EachReady<'_> {
    type Output = ReadyCount;

    async fn fetch(&self, tx: &Tx) -> Result<ReadyCount> {
        let queue = self.ready.queue(tx).await?;
        let mut order: Vec<(i64, Uuid)> = Vec::new();
        for part in &queue.parts {
            let begun = order.len();
            for half in &part.halves {
                let ids = work_items::Entity::find().filter(half.clone()).filter(queue.scope.clone());
                // Both stand in the queue's indexes, so that no row is read for it.
                let ids = ids.select_only().column(C::Priority).column(C::Id).into_tuple::<(i64, Uuid)>();
                let mut ids = ids.stream(&tx.conn).await?;
                while let Some(id) = ids.try_next().await? {
                    order.push(id);
                }
            }
            order[begun..].sort_unstable();
        }
        if let Some(items) = &queue.stream {
            order.sort_by_key(|(_, item)| items.iter().position(|id| id == item));
        }
        for page in order.chunks(PAGE) {
            let rows = work_items::Entity::find().filter(C::Id.is_in(page.iter().map(|(_, id)| *id)));
            let mut rows: HashMap<Uuid, _> = rows.all(&tx.conn).await?.into_iter().map(|row| (row.id, row)).collect();
            let rows = page.iter().filter_map(|(_, id)| rows.remove(id)).collect();
            let items = named(tx, rows).await?;
            // A poisoned lock only means that the sink panicked; it is asked again and will say so.
            let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
            (*sink)(&items).map_err(Error::Export)?;
        }
        Ok(ReadyCount { items: order.len() as u64, withheld: queue.withheld })
    }
}

/// The parts of the board that a claim looks at, in its order.
struct Queue {
    scope: Condition,
    parts: Vec<Part>,
    project: Option<Uuid>,
    /// What the items ask for of which the agent that is named has all.
    keys: Option<Vec<String>>,
    /// The items of the stream that is named, in its order, which then is that of the whole.
    stream: Option<Vec<Uuid>>,
    withheld: Vec<String>,
}

struct Part {
    /// Disjoint, and sorted together.
    halves: [Condition; 2],
    /// The first half is the ready queue itself.
    is_free: bool,
}

impl Ready {
    async fn queue(&self, tx: &Tx) -> Result<Queue> {
        let project = match &self.project {
            Some(name) => Some(project::find(tx, name).await?.id),
            None => None,
        };
        let mut scope = self.scope(tx, project).await?;
        let stream = self.in_stream(tx, project).await?;
        if let Some(items) = &stream {
            scope = scope.add(C::Id.is_in(items.iter().copied()));
        }
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let free = [ready::ready().into_condition(), filter::due(lease_now).add(C::AssigneeId.is_null())];
        let parts = vec![Part { halves: free, is_free: true }];
        let mut queue = Queue { scope, parts, project, keys: None, stream, withheld: Vec::new() };
        let Some(name) = &self.agent else { return Ok(queue) };
        let agent = agent::find(tx, name).await?;
        queue.withheld = withheld(tx, &agent, lease_now).await?;
        if !queue.withheld.is_empty() {
            queue.parts.clear();
            return Ok(queue);
        }
        // What is set aside for the agent comes first, then what is free and the agent qualifies for.
        let own = [own_only(&agent).add(ready::preassigned()), own_only(&agent).add(filter::due(lease_now))];
        queue.parts.insert(0, Part { halves: own, is_free: false });
        let rest = queue.parts.iter().flat_map(|part| &part.halves[usize::from(part.is_free)..]);
        let able = able(tx, &agent, project, rest).await?;
        queue.scope = queue.scope.add(C::RequirementKey.is_in(&able));
        queue.keys = Some(able);
        Ok(queue)
    }

    async fn scope(&self, tx: &Tx, project: Option<Uuid>) -> Result<Condition> {
        let mut scope = Condition::all();
        if let Some(id) = project {
            scope = scope.add(C::ProjectId.eq(id));
        }
        if let Some(name) = &self.sprint {
            scope = scope.add(filter::in_sprint(sprint::find(tx, project, name).await?.id));
        }
        if let Some(kind) = self.kind {
            scope = scope.add(C::Type.eq(kind));
        }
        if let Some(tag) = &self.tag {
            rules::name("tag", tag)?;
            scope = scope.add(tx.dialect.has_tag(tag));
        }
        Ok(scope)
    }

    /// The items of the stream that is named, in its order.
    async fn in_stream(&self, tx: &Tx, project: Option<Uuid>) -> Result<Option<Vec<Uuid>>> {
        let Some(name) = &self.stream else { return Ok(None) };
        let found = stream::find(tx, project, name).await?;
        stream::open_for_work(tx, &found).await?;
        Ok(Some(stream::rows::items_in_order(tx, found.id).await?))
    }

    /// Most urgent first, then oldest, from two disjoint parts of the queue: each is read by an index of its own, which an
    /// OR of the two would keep both planners from using.
    async fn pick(&self, tx: &Tx, queue: &Queue, part: &Part) -> Result<Vec<work_items::Model>> {
        let mut rows = Vec::new();
        for (number, half) in part.halves.iter().enumerate() {
            // Of a sprint or a stream the items themselves are read.
            if part.is_free && number == 0 && self.sprint.is_none() && self.stream.is_none() {
                rows.extend(self.heads(tx, queue).await?);
                continue;
            }
            let query = work_items::Entity::find().filter(half.clone()).filter(queue.scope.clone());
            // A stream has its own order, and so few items that all of them are read.
            let most = if self.stream.is_some() { MOST_ITEMS as u64 } else { self.limit + 1 };
            let query = query.order_by_asc(C::Priority).order_by_asc(C::Id).limit(most);
            rows.extend(query.all(&tx.conn).await?);
        }
        rows.sort_by_key(|item| (item.priority, item.id));
        Ok(rows)
    }

    /// The first of the ready queue, one more than asked for.
    async fn heads(&self, tx: &Tx, queue: &Queue) -> Result<Vec<work_items::Model>> {
        let (project, kind, tag) = (queue.project.is_some(), self.kind.is_some(), self.tag.is_some());
        let limits = Limits { project, kind, tag, ..Limits::default() };
        let values: Vec<Value> = vec![
            queue.keys.as_ref().map(|keys| serde_json::json!(keys)).into(),
            None::<i64>.into(),
            queue.project.into(),
            None::<Uuid>.into(),
            self.kind.map(|kind| kind.as_str().to_owned()).into(),
            self.tag.clone().into(),
        ];
        let sql = tx.dialect.ready_heads(limits, self.limit + 1, queue.keys.is_some());
        tx.rows(&sql, values, work_items::Model::read).await
    }
}

/// Of the requirement keys in the ready queue and in these parts the ones that the agent satisfies.
async fn able<'a>(
    tx: &Tx,
    agent: &agent_profiles::Model,
    project: Option<Uuid>,
    parts: impl Iterator<Item = &'a Condition>,
) -> Result<Vec<String>> {
    let sql = tx.dialect.ready_keys(project.is_some());
    let ready = tx.rows(&sql, project.into_iter().map(Value::from).collect(), |cells| cells.next()).await?;
    let mut keys: BTreeSet<String> = ready.into_iter().collect();
    for part in parts {
        let query = work_items::Entity::find().select_only().column(C::RequirementKey).filter(part.clone()).distinct();
        keys.extend(query.into_tuple::<String>().all(&tx.conn).await?);
    }
    let has = matching::capabilities(tx, agent).await?;
    let mut able = Vec::new();
    for key in keys {
        if matching::compare(&matching::parse_key(&key)?, &has).missing.is_empty() {
            able.push(key);
        }
    }
    Ok(able)
}

fn own_only(agent: &agent_profiles::Model) -> Condition {
    Condition::all()
        .add(C::AssigneeType.eq(callboard_entity::WorkItemAssigneeType::Agent))
        .add(C::AssigneeId.eq(agent.id))
}

/// What keeps the agent from claiming. What it holds on a lease that ran out does not count: a claim takes that back.
async fn withheld(tx: &Tx, agent: &agent_profiles::Model, lease_now: Timestamp) -> Result<Vec<String>> {
    let mut reasons = Vec::new();
    if agent.status != callboard_entity::AgentProfileStatus::Active {
        reasons.push(format!("the agent is {}", agent.status));
    }
    if let Some(most) = agent.max_open_assignments {
        let lasting = Condition::any()
            .add(assignments::Column::LeaseExpiresAt.is_null())
            .add(assignments::Column::LeaseExpiresAt.gt(lease_now));
        // Counted here, since a computed column is not read on the thread that asks; an agent with a limit holds few.
        let open = assignments::Entity::find()
            .select_only()
            .column(assignments::Column::Id)
            .filter(assignments::Column::AgentId.eq(agent.id))
            .filter(open::assignments())
            .filter(lasting)
            .into_tuple::<Uuid>()
            .all(&tx.conn)
            .await?
            .len();
        if i64::try_from(open).unwrap_or(i64::MAX) >= most {
            reasons.push(format!("the agent holds {open} of at most {most} open assignments"));
        }
    }
    Ok(reasons)
}
