//! Reads what a package is made of: a fixed number of statements, whatever there is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use callboard_entity::{
    DecisionCategory, DecisionImpact, DecisionImplementationStatus, DecisionStatus, TaskAssignmentStatus as Status,
    TaskPrerequisiteStatus, WorkItemAssigneeType, WorkItemStatus, board_decisions as decisions,
    board_messages as messages, board_projects, task_assignments as assignments, work_items,
};
use chrono::SecondsFormat;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde_json::Value;
use uuid::Uuid;

use super::files;
use super::notes;
use super::package::{
    Attempt, Budget, ItemText, LastCheckpoint, LastHandover, LastRejection, OpenAssignment, OpenCriterion, OpenRisk,
    PackagedArtifact, PackagedDecision, PackagedItem, RecoveryPackage, UnmetPrerequisite,
};
use crate::artifact::{self, ArtifactBrief};
use crate::assignment::state::OPEN;
use crate::checkpoint;
use crate::db::Tx;
use crate::db::dialect::open::handovers;
use crate::decision::fields::entries;
use crate::decision::key;
use crate::decision::state::IN_FORCE;
use crate::error::Result;
use crate::item::Criterion;
use crate::message::MessageBody;
use crate::names;
use crate::prerequisite::{Edge, list};
use crate::review;

/// How many attempts and notes are read, the newest; what there is more is counted.
pub(super) const NEWEST: u64 = 100;
/// How much of a title or a reason stands in the head, in characters.
const HEAD: usize = 200;

/// The whole package, and how many more of each section there are than were read.
pub(super) struct Gathered {
    pub package: RecoveryPackage,
    pub unread: BTreeMap<&'static str, u64>,
}

/// Reads everything about an item.
pub(super) async fn gather(tx: &Tx, item: &work_items::Model) -> Result<Gathered> {
    let project = board_projects::Entity::find_by_id(item.project_id).one(&tx.conn).await?;
    let (slug, prefix) = project.map(|p| (p.slug, p.key_prefix)).unwrap_or_default();
    let parent = match item.parent_id {
        Some(id) => work_items::Entity::find_by_id(id).one(&tx.conn).await?,
        None => None,
    };
    let (held, more_held) = held(tx, item).await?;
    let (notes, more_notes) = notes::newest(tx, item).await?;
    let checkpoint = checkpoint::rows::newest(tx, item.id).await?;
    let handover = handover(tx, item).await?;
    let mut who: Vec<(WorkItemAssigneeType, Uuid)> = held.iter().filter_map(holder).collect();
    who.extend(notes.iter().filter_map(notes::Noted::who));
    who.extend(checkpoint.iter().filter_map(|row| names::by(row.actor_type.as_str(), row.actor_id)));
    if let Some(row) = &handover {
        who.extend(names::by(row.actor_type.as_str(), row.actor_id));
        who.extend(row.to_agent_id.map(|id| (WorkItemAssigneeType::Agent, id)));
    }
    let names = names::names(tx, who).await?;
    let decisions = in_force(tx, item).await?;
    let of_item = |id: Option<Uuid>| match &parent {
        Some(parent) if id == Some(parent.id) => parent.key.clone(),
        _ => item.key.clone(),
    };
    let criteria = criteria(item);
    let edges = list::of(tx, item).await?;
    let files = files::packaged(tx, item.id).await?;
    let artifacts = artifact::rows::newest_of(tx, item.id, NEWEST).await?;
    let named = total(tx, artifact::rows::newest(item.id), artifacts.len()).await?;
    let more_artifacts = named.saturating_sub(artifacts.len() as u64);
    let package = RecoveryPackage {
        item: head(item, slug, parent.as_ref(), &held, &names, criteria.len() as u64),
        guidance: Vec::new(),
        recommendations: Vec::new(),
        checkpoint: checkpoint.map(|row| LastCheckpoint {
            seq: row.seq,
            by: names::written(row.actor_type.as_str(), row.actor_id, &names),
            at: row.created_at,
            assignment: row.assignment_id,
            note: row.note,
            data: row.data,
            data_left_out: None,
        }),
        handover: handover.map(|row| told(&row, &names)),
        rejection: review::newest_rejection(tx, item.id).await?.map(|review| LastRejection {
            review: review.id,
            by: review.reviewer,
            at: review.at,
            reason: review.reason.unwrap_or_default(),
        }),
        criteria: open(criteria),
        prerequisites: edges.prerequisites.into_iter().filter_map(unmet).collect(),
        risks: decisions.iter().flat_map(|row| risks(row, &prefix)).collect(),
        components: components(&decisions),
        decisions: decisions.into_iter().map(|row| decision(of_item(row.work_item_id), row, &prefix)).collect(),
        attempts: held.into_iter().map(|row| attempt(row, &names)).collect(),
        files,
        artifacts: artifacts.into_iter().map(packaged).collect(),
        notes: notes.into_iter().map(|note| note.told(&names)).collect(),
        about: about(item),
        budget: Budget { tokens: 0, used: 0, left_out: BTreeMap::new(), shortened: 0 },
    };
    let unread = [("artifacts", more_artifacts), ("attempts", more_held), ("notes", more_notes)];
    Ok(Gathered { package, unread: BTreeMap::from(unread) })
}

async fn held(tx: &Tx, item: &work_items::Model) -> Result<(Vec<assignments::Model>, u64)> {
    let of = assignments::Entity::find().filter(assignments::Column::WorkItemId.eq(item.id));
    let rows = of.clone().order_by_desc(assignments::Column::Id).limit(NEWEST).all(&tx.conn).await?;
    let more = total(tx, of, rows.len()).await?.saturating_sub(rows.len() as u64);
    Ok((rows, more))
}

/// How many rows there are where so many of the newest were read; they are counted only where there may be more.
pub(super) async fn total<E>(tx: &Tx, of: Select<E>, read: usize) -> Result<u64>
where
    E: EntityTrait<Model: Sync>,
{
    if (read as u64) < NEWEST { Ok(read as u64) } else { Ok(of.count(&tx.conn).await?) }
}

async fn handover(tx: &Tx, item: &work_items::Model) -> Result<Option<messages::Model>> {
    let of = messages::Entity::find().filter(messages::Column::WorkItemId.eq(item.id)).filter(handovers());
    Ok(of.order_by_desc(messages::Column::Id).one(&tx.conn).await?)
}

fn told(row: &messages::Model, names: &HashMap<Uuid, String>) -> LastHandover {
    LastHandover {
        text: MessageBody::shown(row).text,
        message: row.id,
        from: names::written(row.actor_type.as_str(), row.actor_id, names),
        to: row.to_agent_id.and_then(|id| names.get(&id).cloned()),
        at: row.created_at,
        acknowledged_at: row.acknowledged_at,
    }
}

/// What a package tells of a decision; a row has eight more texts of up to 1 MiB each.
#[derive(FromQueryResult)]
struct InForce {
    number: i64,
    work_item_id: Option<Uuid>,
    title: String,
    category: DecisionCategory,
    impact: DecisionImpact,
    status: DecisionStatus,
    implementation_status: DecisionImplementationStatus,
    decision: String,
    rationale: String,
    risks: Option<Value>,
    mitigations: Option<Value>,
    affected_components: Option<Value>,
}

/// The decisions in force of the item and of what it is a part of: high impact first, then the newest.
async fn in_force(tx: &Tx, item: &work_items::Model) -> Result<Vec<InForce>> {
    use decisions::Column as C;
    let about = std::iter::once(item.id).chain(item.parent_id);
    let mut rows: Vec<InForce> = decisions::Entity::find()
        .select_only()
        .columns([C::Number, C::WorkItemId, C::Title, C::Category, C::Impact, C::Status, C::ImplementationStatus])
        .columns([C::Decision, C::Rationale, C::Risks, C::Mitigations, C::AffectedComponents])
        .filter(decisions::Column::WorkItemId.is_in(about))
        .filter(decisions::Column::Status.is_in(IN_FORCE.iter().copied()))
        .order_by_desc(decisions::Column::Number)
        .into_model()
        .all(&tx.conn)
        .await?;
    // In the order of the vocabulary: high, medium, low.
    rows.sort_by_key(|row| row.impact);
    Ok(rows)
}

fn holder(row: &assignments::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    let agent = row.agent_id.map(|id| (WorkItemAssigneeType::Agent, id));
    agent.or(row.user_id.map(|id| (WorkItemAssigneeType::User, id)))
}

fn holder_name(row: &assignments::Model, names: &HashMap<Uuid, String>) -> String {
    holder(row).and_then(|(_, id)| names.get(&id).cloned()).unwrap_or_default()
}

fn head(
    item: &work_items::Model,
    project: String,
    parent: Option<&work_items::Model>,
    held: &[assignments::Model],
    names: &HashMap<Uuid, String>,
    criteria: u64,
) -> PackagedItem {
    let open = held.iter().find(|row| OPEN.contains(&row.status)).map(|row| OpenAssignment {
        id: row.id,
        holder: holder_name(row, names),
        status: row.status,
        lease_expires_at: row.lease_expires_at,
    });
    PackagedItem {
        id: item.id,
        key: item.key.clone(),
        project,
        r#type: item.r#type,
        title: item.title.chars().take(HEAD).collect(),
        status: item.status,
        delegation_status: item.delegation_status,
        priority: item.priority,
        revision: item.revision,
        attempt_count: item.attempt_count,
        max_attempts: item.max_attempts,
        parent: parent.map(|parent| parent.key.clone()),
        open,
        due_at: item.due_at,
        available_at: item.available_at,
        dead_at: item.dead_at,
        archived_at: item.archived_at,
        blocked_reason: item.blocked_reason.as_ref().map(|reason| reason.chars().take(HEAD).collect()),
        criteria,
        quality_gate_level: item.quality_gate_level,
    }
}

fn criteria(item: &work_items::Model) -> Vec<Criterion> {
    let stored = item.acceptance_criteria.clone();
    stored.and_then(|list| serde_json::from_value(list).ok()).unwrap_or_default()
}

fn open(criteria: Vec<Criterion>) -> Vec<OpenCriterion> {
    let numbered = (1..).zip(criteria).filter(|(_, criterion)| !criterion.done);
    numbered.map(|(number, criterion)| OpenCriterion { number, text: criterion.text }).collect()
}

fn unmet(edge: Edge) -> Option<UnmetPrerequisite> {
    let waits = matches!(edge.status, TaskPrerequisiteStatus::Pending | TaskPrerequisiteStatus::Failed);
    if !edge.mandatory || !waits {
        return None;
    }
    let item = edge.item;
    let in_vain = item.as_ref().is_some_and(|item| {
        item.status == WorkItemStatus::Cancelled || item.dead_at.is_some() || item.archived_at.is_some()
    });
    Some(UnmetPrerequisite {
        id: edge.id,
        r#type: edge.r#type,
        status: edge.status,
        description: edge.description,
        item_status: item.as_ref().map(|item| item.status),
        item: item.map(|item| item.key),
        in_vain,
    })
}

fn decision(item: String, row: InForce, prefix: &str) -> PackagedDecision {
    PackagedDecision {
        key: key(prefix, row.number),
        item,
        title: row.title,
        category: row.category,
        impact: row.impact,
        status: row.status,
        implementation_status: row.implementation_status,
        decision: row.decision,
        rationale: row.rationale,
    }
}

/// The risks of a decision that is not carried out yet.
fn risks(row: &InForce, prefix: &str) -> Vec<OpenRisk> {
    if row.implementation_status == DecisionImplementationStatus::Completed {
        return Vec::new();
    }
    let mut mitigations = entries(row.mitigations.as_ref()).into_iter();
    let risks = entries(row.risks.as_ref()).into_iter().map(|text| OpenRisk {
        decision: key(prefix, row.number),
        impact: row.impact,
        text,
        mitigation: mitigations.next(),
    });
    risks.collect()
}

fn components(rows: &[InForce]) -> Vec<String> {
    let all: BTreeSet<String> = rows.iter().flat_map(|row| entries(row.affected_components.as_ref())).collect();
    all.into_iter().collect()
}

fn attempt(row: assignments::Model, names: &HashMap<Uuid, String>) -> Attempt {
    let ran_out = row.lease_expires_at.map(|end| end.to_rfc3339_opts(SecondsFormat::Secs, true));
    let why = match row.status {
        Status::Expired => ran_out.map(|end| format!("its deadline ran out at {end}")),
        Status::Assigned | Status::Started | Status::Paused => None,
        Status::Completed | Status::Failed | Status::Cancelled => row.notes.clone(),
    };
    Attempt {
        holder: holder_name(&row, names),
        assignment: row.id,
        attempt: row.attempt,
        status: row.status,
        assigned_at: row.assigned_at,
        started_at: row.started_at,
        ended_at: row.completed_at,
        why,
    }
}

fn packaged(row: ArtifactBrief) -> PackagedArtifact {
    PackagedArtifact {
        name: row.name,
        r#type: row.artifact_type,
        version: row.version,
        size_bytes: row.size_bytes,
        mime_type: row.mime_type,
        content_hash: row.content_hash,
        at: row.created_at,
    }
}

fn about(item: &work_items::Model) -> Vec<ItemText> {
    let text = |what: &str, text: String| ItemText { what: what.to_owned(), text };
    let description = item.description.clone().map(|d| text("description", d));
    let context = item.delegation_context.as_ref().map(|c| text("delegation_context", c.to_string()));
    description.into_iter().chain(context).collect()
}
