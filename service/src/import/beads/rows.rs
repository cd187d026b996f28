//! The rows of the board that records become.

use callboard_entity::{
    TaskPrerequisiteType, WorkItemAssigneeType, WorkItemDelegationStatus as Delegation, WorkItemQualityGateLevel,
    WorkItemStatus as Status, external_refs, work_item_events as events, work_items,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

use super::ImportBeads;
use super::plan::{Links, Target};
use super::record::Record;
use super::report::BeadsReport;
use crate::actor::Actor;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::id;
use crate::import::graph;
use crate::item::ledger::{self, Entry};
use crate::prerequisite::edge;

/// The item of a record as it was when it was made, before its links are known.
pub(super) fn item(
    tx: &Tx,
    record: &Record,
    project: Uuid,
    key: String,
    users: &HashMap<String, Uuid>,
) -> work_items::Model {
    let assignee = record.assignee.as_ref().and_then(|name| users.get(name)).copied();
    work_items::Model {
        id: id::at(record.created_at),
        project_id: project,
        parent_id: None,
        key,
        r#type: record.kind,
        title: record.title.clone(),
        description: record.description.clone(),
        acceptance_criteria: (!record.criteria.is_empty()).then(|| json!(record.criteria)),
        // A finished item is finished by an event of its own.
        status: if record.closing.is_some() { Status::Todo } else { record.status },
        priority: record.priority,
        assignee_type: assignee.map(|_| WorkItemAssigneeType::User),
        assignee_id: assignee,
        tags: (!record.tags.is_empty()).then(|| json!(record.tags)),
        metadata: None,
        due_at: record.due_at,
        completed_at: None,
        archived_at: None,
        revision: 0,
        created_at: record.created_at,
        updated_at: record.updated_at,
        delegation_status: Delegation::Unassigned,
        delegation_context: None,
        delegation_history: None,
        estimated_hours: record.estimated_hours,
        actual_hours: None,
        unmet_prerequisites: 0,
        attempt_count: 0,
        max_attempts: 3,
        requirement_key: String::new(),
        available_at: record.defer_until.filter(|until| *until > tx.now),
        dead_at: None,
        blocked_reason: (record.status == Status::Blocked).then(|| "it was blocked where it came from".to_owned()),
        last_activity_at: Some(record.updated_at),
        prerequisite_satisfaction_required: false,
        auto_maintenance_enabled: true,
        quality_gate_level: WorkItemQualityGateLevel::Standard,
    }
}

/// The ledger of a new item; leaves the item as its last row says.
pub(super) fn history(
    tx: &Tx,
    verb: &ImportBeads,
    record: &Record,
    links: &Links<'_>,
    item: &mut work_items::Model,
    users: &HashMap<String, Uuid>,
) -> Vec<events::Model> {
    let mut imported =
        Entry::new("imported").data("source", verb.source.as_str()).data("source_id", record.id.as_str());
    if let Some(name) = &record.created_by {
        imported = imported.data("created_by", name.as_str());
    }
    let edges = links.mapped(record);
    if !edges.is_empty() {
        imported = imported.data("edges", Value::Array(edges));
    }
    let mut rows = vec![ledger::row(tx, None, item, imported)];
    let by = |name: &Option<String>| {
        name.as_ref().and_then(|name| users.get(name)).map_or(Actor::SYSTEM, |id| Actor::user(*id))
    };
    let mut add =
        |item: &mut work_items::Model, at: Timestamp, entry: Entry, change: &dyn Fn(&mut work_items::Model)| {
            let before = item.clone();
            change(item);
            item.revision += 1;
            let mut row = ledger::row(tx, Some(&before), item, entry);
            row.created_at = at;
            rows.push(row);
        };
    let end = record.closing.as_ref();
    let (earlier, later): (Vec<_>, Vec<_>) =
        record.comments.iter().partition(|comment| end.is_none_or(|end| comment.at <= end.at));
    let comment = |c: &super::record::Comment| Entry {
        reason: Some(c.text.clone()),
        data: c.data.clone(),
        ..Entry::new(crate::item::COMMENT).by(by(&c.author))
    };
    for c in earlier {
        add(item, c.at, comment(c), &|_| {});
    }
    if let Some(end) = end {
        let done = record.status == Status::Done;
        let kind = if done { "closed" } else { "cancelled" };
        add(item, end.at, Entry::new(kind).reason(end.reason.as_deref()).by(by(&end.by)), &|item| {
            item.status = record.status;
            if done {
                item.completed_at = Some(end.at);
            } else {
                item.delegation_status = Delegation::Cancelled;
                item.archived_at = Some(end.at);
            }
        });
    }
    for c in later {
        add(item, c.at, comment(c), &|_| {});
    }
    rows
}

/// The edges of the new items to what they wait for.
pub(super) fn edges(tx: &Tx, records: &[Record], links: &[Links<'_>], items: &[work_items::Model]) -> Vec<edge::Row> {
    let mut rows = Vec::new();
    for ((record, own), item) in records.iter().zip(links).zip(items) {
        for wait in &own.waits {
            let on = match wait.on {
                Target::New(place) => &items[place],
                Target::Board(item) => item,
            };
            rows.push(edge::Row {
                id: id::new(),
                work_item_id: item.id,
                prerequisite_id: Some(on.id),
                prerequisite_type: TaskPrerequisiteType::CompletionDependency,
                description: format!("{} is done", on.key),
                validation_criteria: None,
                is_mandatory: true,
                is_auto_resolvable: true,
                status: edge::first_status(wait.satisfied),
                satisfied_at: wait.satisfied.then_some(on.completed_at.unwrap_or(tx.now)),
                waived_by: None,
                waiver_reason: None,
                created_at: wait.at.unwrap_or(record.created_at),
                updated_at: tx.now,
            });
        }
    }
    rows
}

/// Where the new items came from.
pub(super) fn refs(
    tx: &Tx,
    source: &str,
    records: &[Record],
    items: &[work_items::Model],
) -> Vec<external_refs::Model> {
    let row = |(record, item): (&Record, &work_items::Model)| external_refs::Model {
        id: id::new(),
        source: source.to_owned(),
        source_id: record.id.clone(),
        entity_type: crate::item::IMPORTED.to_owned(),
        entity_id: item.id,
        content_sha256: record.sha256.clone(),
        imported_at: tx.now,
        created_at: tx.now,
    };
    records.iter().zip(items).map(row).collect()
}

/// Names the ready items that beads would hold back, since what is above them waits.
pub(super) fn ready_below_waiting(items: &[work_items::Model], parents: &[Option<usize>], report: &mut BeadsReport) {
    let waits: Vec<bool> = items.iter().map(|item| item.unmet_prerequisites > 0).collect();
    let mut below = vec![false; items.len()];
    for place in graph::parents_first(parents) {
        below[place] = parents[place].is_some_and(|parent| below[parent] || waits[parent]);
    }
    let ready = |item: &work_items::Model| {
        item.status == Status::Todo
            && item.unmet_prerequisites == 0
            && item.available_at.is_none()
            && item.assignee_id.is_none()
            && item.r#type != callboard_entity::WorkItemType::Epic
    };
    let found = items.iter().zip(below).filter(|(item, below)| *below && ready(item));
    report.ready_below_waiting = found.map(|(item, _)| item.key.clone()).collect();
}
