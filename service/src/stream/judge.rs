//! What is known of a stream's items, read in as many statements as there are kinds of it, and what follows from it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use callboard_entity::{
    AgentProfileStatus, FileOperationOperation, FileOperationVerificationStatus as Verified, TaskPrerequisiteType,
    WorkItemAssigneeType, WorkItemStatus, agent_profiles, file_operations as operations,
    task_assignments as assignments, task_prerequisites as edges, work_items,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect, Select};
use serde_json::Value;
use uuid::Uuid;

use super::MOST_ITEMS;
use super::readiness::{ItemReadiness, ReadyState, StaleAssignment, UnmetNeed, UnverifiedFiles};
use crate::assignment::state::OPEN;
use crate::assignment::{item_conditions, matching};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::item::ItemBrief;
use crate::item::filter::waits;
use crate::item::state::FINISHED;
use crate::maintenance::stale::{self, Stale};
use crate::names::names;

/// How many agents are compared at a time.
const AGENTS: u64 = 500;
/// How many paths of an item's files are named, and how many are read in all.
const PATHS: usize = 5;
const MOST_PATHS: u64 = 5000;

/// What is known of some items.
pub(super) struct Facts {
    items: HashMap<Uuid, work_items::Model>,
    held: HashMap<Uuid, Held>,
    unmet: HashMap<Uuid, Vec<UnmetNeed>>,
    /// By requirement key: what no active agent has.
    lacking: HashMap<String, Lacking>,
    unverified: HashMap<Uuid, UnverifiedFiles>,
    lease_now: Timestamp,
}

/// Who holds an item, and what says that they have gone.
struct Held {
    holder: String,
    lapsed_at: Option<Timestamp>,
    stale: Option<Stale>,
}

impl Held {
    fn reasons(&self) -> Vec<String> {
        let lapsed = self.lapsed_at.map(|end| {
            format!("{} holds it, and its lease ran out at {}", self.holder, end.format("%Y-%m-%d %H:%M:%S UTC"))
        });
        lapsed.into_iter().chain(self.stale.as_ref().map(Stale::detail)).collect()
    }
}

/// What no active agent has.
#[derive(Clone, Debug, Default)]
struct Lacking {
    /// As `capability:level`.
    capabilities: Vec<String>,
    /// Whether each is had by somebody, and all of them by nobody.
    apart: bool,
    /// Whether there is no active agent at all.
    nobody: bool,
}

impl Facts {
    /// Reads what is known of the items at these places.
    pub async fn read(tx: &Tx, places: &[(Uuid, i64)]) -> Result<Self> {
        let ids: Vec<Uuid> = places.iter().map(|(id, _)| *id).collect();
        let found = light().filter(work_items::Column::Id.is_in(ids.iter().copied())).all(&tx.conn).await?;
        let items: HashMap<Uuid, work_items::Model> = found.into_iter().map(|item| (item.id, item)).collect();
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let held = held(tx, &items, lease_now).await?;
        let free = items.values().filter(|item| !FINISHED.contains(&item.status) && !held.contains_key(&item.id));
        let keys: BTreeSet<&str> = free.map(|item| item.requirement_key.as_str()).collect();
        let lacking = lacking(tx, &keys).await?;
        Ok(Self {
            unmet: unmet(tx, &items).await?,
            unverified: unverified(tx, &ids).await?,
            items,
            held,
            lacking,
            lease_now,
        })
    }

    /// How an item stands; none for one that has been deleted meanwhile.
    pub fn judge(&self, id: Uuid, position: i64) -> Option<ItemReadiness> {
        let item = self.items.get(&id)?;
        let held = self.held.get(&id);
        let lacking = self.lacking.get(&item.requirement_key).cloned().unwrap_or_default();
        let mut found = ItemReadiness {
            position,
            item: ItemBrief::from(item.clone()),
            state: ReadyState::Finished,
            reasons: Vec::new(),
            unmet: self.unmet.get(&id).cloned().unwrap_or_default(),
            missing_capabilities: Vec::new(),
            unverified: self.unverified.get(&id).cloned(),
            lapsed_at: held.and_then(|held| held.lapsed_at),
            stale: held.and_then(|held| held.stale.as_ref()).map(told),
        };
        if FINISHED.contains(&item.status) {
            return Some(found);
        }
        let Some(held) = held else {
            self.conditions(item, &mut found);
            found.missing_capabilities.clone_from(&lacking.capabilities);
            found.reasons.extend(lacking.reason());
            found.reasons.extend(found.unverified.as_ref().map(UnverifiedFiles::reason));
            found.state = if found.reasons.is_empty() { ReadyState::Ready } else { ReadyState::NotReady };
            return Some(found);
        };
        // Files that the holder has not verified yet are its own business.
        found.reasons = held.reasons();
        found.state = if found.reasons.is_empty() { ReadyState::AtWork } else { ReadyState::NotReady };
        Some(found)
    }

    /// What keeps a claim from handing it out.
    fn conditions(&self, item: &work_items::Model, found: &mut ItemReadiness) {
        // Whoever it is set aside for may claim it.
        let holder = item.assignee_type.zip(item.assignee_id).unwrap_or((WorkItemAssigneeType::Agent, Uuid::nil()));
        found.reasons.extend(item_conditions(item, holder, self.lease_now));
        let waits = found.unmet.iter().filter(|need| need.holds_back).map(UnmetNeed::reason);
        found.reasons.extend(waits.collect::<Vec<_>>());
    }
}

fn told(stale: &Stale) -> StaleAssignment {
    StaleAssignment {
        assignment: stale.assignment,
        holder: format!("agent:{}", stale.agent),
        idle_hours: stale.idle,
        allowed_hours: stale.threshold,
    }
}

impl UnmetNeed {
    fn reason(&self) -> String {
        match (&self.item, self.item_status) {
            (Some(key), Some(status)) => format!("it waits for {key}, which is {status}"),
            _ => format!("it waits for: {}", self.description),
        }
    }
}

impl UnverifiedFiles {
    fn reason(&self) -> String {
        let more = if self.operations > self.paths.len() as u64 { ", ..." } else { "" };
        let paths = if self.paths.is_empty() { String::new() } else { format!(": {}{more}", self.paths.join(", ")) };
        let (count, are) = (self.operations, if self.operations == 1 { "is" } else { "are" });
        format!("{count} of its file operations {are} not verified{paths}")
    }
}

impl Lacking {
    fn reason(&self) -> Option<String> {
        if self.nobody {
            return Some("no agent is active".to_owned());
        }
        let list = self.capabilities.join(", ");
        match (self.apart, self.capabilities.is_empty()) {
            (true, _) => Some(format!("no active agent has all of {list}")),
            (false, false) => Some(format!("no active agent has {list}")),
            (false, true) => None,
        }
    }
}

/// Items without their texts, which may have 1 MiB each.
fn light() -> Select<work_items::Entity> {
    use work_items::Column as C;
    let heavy = |column: &C| {
        matches!(
            column,
            C::Description | C::AcceptanceCriteria | C::Metadata | C::DelegationContext | C::DelegationHistory
        )
    };
    let mut query = work_items::Entity::find().select_only().columns(C::iter().filter(|column| !heavy(column)));
    query = query.column_as(Expr::val(None::<String>), "description");
    for name in ["acceptance_criteria", "metadata", "delegation_context", "delegation_history"] {
        query = query.column_as(Expr::val(None::<Value>), name);
    }
    query
}

/// The open assignments of items, and of which their holders seem to have gone.
async fn held(tx: &Tx, items: &HashMap<Uuid, work_items::Model>, lease_now: Timestamp) -> Result<HashMap<Uuid, Held>> {
    let open = assignments::Entity::find()
        .filter(assignments::Column::WorkItemId.is_in(items.keys().copied()))
        .filter(assignments::Column::Status.is_in(OPEN.iter().copied()))
        .all(&tx.conn)
        .await?;
    let holder = |row: &assignments::Model| {
        let agent = row.agent_id.map(|id| (WorkItemAssigneeType::Agent, id));
        agent.or(row.user_id.map(|id| (WorkItemAssigneeType::User, id)))
    };
    let names = names(tx, open.iter().filter_map(holder)).await?;
    let mut held = HashMap::new();
    for row in open {
        let holder = holder(&row).and_then(|(_, id)| names.get(&id).cloned()).unwrap_or_default();
        let lapsed_at = row.lease_expires_at.filter(|end| *end <= lease_now);
        held.insert(row.work_item_id, Held { holder, lapsed_at, stale: None });
    }
    // One assignment of an item at most is open, so a stream's are one page.
    let of = Condition::all().add(work_items::Column::Id.is_in(items.keys().copied()));
    let (stale, ..) = stale::page(tx, of, &mut stale::Thresholds::default(), None, MOST_ITEMS as u64).await?;
    for stale in stale {
        if let Some(held) = held.get_mut(&stale.item) {
            held.stale = Some(stale);
        }
    }
    Ok(held)
}

/// The mandatory prerequisites that are not met, by item.
async fn unmet(tx: &Tx, items: &HashMap<Uuid, work_items::Model>) -> Result<HashMap<Uuid, Vec<UnmetNeed>>> {
    let rows = edges::Entity::find()
        .filter(edges::Column::WorkItemId.is_in(items.keys().copied()))
        .filter(waits())
        .order_by_asc(edges::Column::Id)
        .all(&tx.conn)
        .await?;
    let waited: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.prerequisite_id).collect();
    let others: Vec<(Uuid, String, WorkItemStatus)> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::Id, work_items::Column::Key, work_items::Column::Status])
        .filter(work_items::Column::Id.is_in(waited))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut unmet: HashMap<Uuid, Vec<UnmetNeed>> = HashMap::new();
    for row in rows {
        let other = others.iter().find(|(id, ..)| Some(*id) == row.prerequisite_id);
        let counts = items.get(&row.work_item_id).is_some_and(|item| item.prerequisite_satisfaction_required);
        unmet.entry(row.work_item_id).or_default().push(UnmetNeed {
            id: row.id,
            r#type: row.prerequisite_type,
            description: row.description,
            item: other.map(|(_, key, _)| key.clone()),
            item_status: other.map(|(.., status)| *status),
            holds_back: counts || row.prerequisite_type == TaskPrerequisiteType::CompletionDependency,
        });
    }
    Ok(unmet)
}

/// What the active agents lack of each requirement key, 500 agents at a time.
async fn lacking(tx: &Tx, keys: &BTreeSet<&str>) -> Result<HashMap<String, Lacking>> {
    let mut open = Vec::new();
    for key in keys {
        let required = matching::parse_key(key)?;
        let capabilities = required.clone();
        open.push((*key, required, capabilities, true));
    }
    let (mut after, mut nobody) = (Uuid::nil(), true);
    loop {
        let agents = agent_profiles::Entity::find()
            .filter(agent_profiles::Column::Status.eq(AgentProfileStatus::Active))
            .filter(agent_profiles::Column::Id.gt(after))
            .order_by_asc(agent_profiles::Column::Id)
            .limit(AGENTS)
            .all(&tx.conn)
            .await?;
        let Some(last) = agents.last() else { break };
        after = last.id;
        nobody = false;
        for has in matching::capabilities_of(tx, &agents).await?.values() {
            for (_, required, nobody_has, apart) in &mut open {
                let found = matching::compare(required, has);
                *apart &= !found.missing.is_empty();
                nobody_has.retain(|name, _| found.missing.contains_key(name));
            }
        }
    }
    let told = open.into_iter().map(|(key, required, nobody_has, apart)| {
        let apart = apart && nobody_has.is_empty() && !nobody;
        let written = |of: BTreeMap<String, _>| of.iter().map(|(name, level)| format!("{name}:{level}")).collect();
        let capabilities = if apart { written(required) } else { written(nobody_has) };
        (key.to_owned(), Lacking { capabilities, apart, nobody })
    });
    Ok(told.collect())
}

/// The operations on files whose state is due to an item and is not verified; what was only read is not among them.
async fn unverified(tx: &Tx, items: &[Uuid]) -> Result<HashMap<Uuid, UnverifiedFiles>> {
    use operations::Column as C;
    let of = operations::Entity::find()
        .filter(C::WorkItemId.is_in(items.iter().copied()))
        .filter(C::VerificationStatus.is_in([Verified::Pending, Verified::Partial, Verified::Failed]))
        .filter(C::Operation.ne(FileOperationOperation::Read));
    let counted: Vec<(Uuid, i64)> = of
        .clone()
        .select_only()
        .column(C::WorkItemId)
        .column_as(C::Id.count(), "operations")
        .group_by(C::WorkItemId)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut found: HashMap<Uuid, UnverifiedFiles> = HashMap::new();
    for (item, operations) in counted {
        let operations = u64::try_from(operations).unwrap_or(0);
        found.insert(item, UnverifiedFiles { operations, paths: Vec::new() });
    }
    let paths: Vec<(Uuid, String)> = of
        .select_only()
        .columns([C::WorkItemId, C::Path])
        .order_by_asc(C::Path)
        .limit(MOST_PATHS)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    for (item, path) in paths {
        let of_item = found.entry(item).or_default();
        if of_item.paths.len() < PATHS {
            of_item.paths.push(path);
        }
    }
    Ok(found)
}
