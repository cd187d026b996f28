//! How decisions came of each other: the whole chain around one.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use callboard_entity::{
    ActorType, DecisionActorType, DecisionEvolutionActorType, DecisionEvolutionKind, DecisionStatus,
    WorkItemAssigneeType, board_decisions as decisions, decision_evolutions as evolutions,
};
use sea_orm::{
    ColumnTrait, DerivePartialModel, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::key;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::names;

/// All decisions that are linked to one, directly or through others, and the links between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chain {
    /// Each comes after those that it came of; the one that was asked for is among them where there are links at all.
    pub decisions: Vec<DecisionBrief>,
    /// The oldest first.
    pub links: Vec<Evolution>,
}

/// A decision in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionBrief {
    /// The row's id.
    pub id: Uuid,
    /// Such as `CB-D7`.
    pub key: String,
    /// One line.
    pub title: String,
    /// Where it stands.
    pub status: DecisionStatus,
}

/// How one decision came of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evolution {
    /// The key of the decision that evolved.
    pub original: String,
    /// The key of what it evolved into.
    pub new: String,
    /// In which way.
    pub kind: DecisionEvolutionKind,
    /// Why.
    pub reason: String,
    /// Who linked them: `agent:SLUG`, `user:NAME`; none for Callboard itself.
    pub by: Option<String>,
    /// When they were linked.
    pub at: Timestamp,
}

#[derive(Clone, Debug, DerivePartialModel)]
#[sea_orm(entity = "decisions::Entity")]
struct Row {
    id: Uuid,
    number: i64,
    title: String,
    status: DecisionStatus,
}

/// The links between a project's decisions, the oldest first: one statement.
pub(super) async fn of_project(tx: &Tx, project: Uuid) -> Result<Vec<evolutions::Model>> {
    let query = evolutions::Entity::find()
        .join(JoinType::InnerJoin, evolutions::Relation::Original.def())
        .filter(decisions::Column::ProjectId.eq(project))
        .order_by_asc(evolutions::Column::Id);
    Ok(query.all(&tx.conn).await?)
}

/// The chain around a decision: four statements, whatever its length.
pub(super) async fn around(tx: &Tx, prefix: &str, decision: &decisions::Model) -> Result<Chain> {
    let all = of_project(tx, decision.project_id).await?;
    let inside = component(&all, decision.id);
    let links: Vec<evolutions::Model> = all.into_iter().filter(|link| inside.contains(&link.original_id)).collect();
    if links.is_empty() {
        return Ok(Chain::default());
    }
    let rows: Vec<Row> = decisions::Entity::find()
        .filter(decisions::Column::Id.is_in(inside.iter().copied()))
        .order_by_asc(decisions::Column::Number)
        .into_partial_model()
        .all(&tx.conn)
        .await?;
    let names = names::names(tx, links.iter().filter_map(linker)).await?;
    let keys: HashMap<Uuid, String> = rows.iter().map(|row| (row.id, key(prefix, row.number))).collect();
    let name = |id: Uuid| keys.get(&id).cloned().unwrap_or_else(|| id.to_string());
    let told = links.iter().map(|link| Evolution {
        original: name(link.original_id),
        new: name(link.new_id),
        kind: link.kind,
        reason: link.reason.clone(),
        by: link.actor_id.and_then(|id| names.get(&id).cloned()),
        at: link.created_at,
    });
    Ok(Chain { links: told.collect(), decisions: ordered(rows, &links, prefix) })
}

/// The way from one decision to another along the links; none where there is none.
pub(super) fn path(links: &[evolutions::Model], from: Uuid, to: Uuid) -> Option<Vec<Uuid>> {
    let mut next: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for link in links {
        next.entry(link.original_id).or_default().push(link.new_id);
    }
    let mut came_from: HashMap<Uuid, Uuid> = HashMap::new();
    let mut queue = VecDeque::from([from]);
    while let Some(at) = queue.pop_front() {
        if at == to {
            let mut path = vec![to];
            while let Some(before) = path.last().and_then(|last| came_from.get(last)) {
                path.push(*before);
            }
            path.reverse();
            return Some(path);
        }
        for other in next.get(&at).into_iter().flatten() {
            if *other != from && !came_from.contains_key(other) {
                came_from.insert(*other, at);
                queue.push_back(*other);
            }
        }
    }
    None
}

/// Who linked two decisions, where it was not Callboard itself.
pub(super) fn linker(link: &evolutions::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    let kind = match link.actor_type {
        DecisionEvolutionActorType::Agent => ActorType::Agent,
        DecisionEvolutionActorType::User => ActorType::User,
        DecisionEvolutionActorType::System => ActorType::System,
    };
    names::actor(kind, link.actor_id)
}

/// Who captured a decision, where it was not Callboard itself.
pub(super) fn author(decision: &decisions::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    let kind = match decision.actor_type {
        DecisionActorType::Agent => ActorType::Agent,
        DecisionActorType::User => ActorType::User,
        DecisionActorType::System => ActorType::System,
    };
    names::actor(kind, decision.actor_id)
}

/// Everything that links lead to from `start`, in either direction.
fn component(links: &[evolutions::Model], start: Uuid) -> HashSet<Uuid> {
    let mut next: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for link in links {
        next.entry(link.original_id).or_default().push(link.new_id);
        next.entry(link.new_id).or_default().push(link.original_id);
    }
    let mut inside = HashSet::from([start]);
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for other in next.get(&at).into_iter().flatten() {
            if inside.insert(*other) {
                queue.push_back(*other);
            }
        }
    }
    inside
}

/// Each decision after all that it came of; by number where that leaves a choice.
fn ordered(rows: Vec<Row>, links: &[evolutions::Model], prefix: &str) -> Vec<DecisionBrief> {
    let mut waiting: BTreeMap<i64, Row> = rows.into_iter().map(|row| (row.number, row)).collect();
    let mut done: BTreeSet<Uuid> = BTreeSet::new();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let free = |row: &Row| links.iter().all(|link| link.new_id != row.id || done.contains(&link.original_id));
        // A cycle can only have been made by hand: it is shown all the same.
        let number = waiting.values().find(|row| free(row)).or_else(|| waiting.values().next()).map(|row| row.number);
        let Some(row) = number.and_then(|number| waiting.remove(&number)) else { return order };
        done.insert(row.id);
        order.push(DecisionBrief { id: row.id, key: key(prefix, row.number), title: row.title, status: row.status });
    }
    order
}
