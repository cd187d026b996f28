//! Edges between items: how they are locked, made, counted and kept free of cycles.

use callboard_entity::{
    TaskPrerequisiteStatus, TaskPrerequisiteType, WorkItemStatus, task_prerequisites as edges, work_items,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, RelationTrait,
};
use std::collections::{HashMap, HashSet, VecDeque};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::id;
use crate::item::state::FINISHED;
use crate::item::{not_archived, write};

pub(crate) type Row = edges::Model;

/// Lets one transaction at a time change the edges of a project: two edges at once could close a cycle unseen.
pub(crate) async fn lock_project(tx: &Tx, project: Uuid) -> Result<()> {
    Ok(tx.dialect.lock_edges(&tx.conn, project).await?)
}

/// Locks the project's edges, then both items in the order of their ids, and gives them as they are then.
///
/// # Errors
/// `Invalid` when they are the same item or of two projects: the lock that keeps cycles out is a project's.
pub(crate) async fn lock_both(
    tx: &Tx,
    item: &work_items::Model,
    prerequisite: &work_items::Model,
) -> Result<(work_items::Model, work_items::Model)> {
    if item.id == prerequisite.id {
        return Err(itself(&item.key));
    }
    if item.project_id != prerequisite.project_id {
        let rule = format!("must be in the project of {}", item.key);
        return Err(Error::invalid("prerequisite", &*prerequisite.key, rule));
    }
    lock_project(tx, item.project_id).await?;
    // Only now the status may be read: a completion that came first is seen, one that comes later sees the edge.
    let mut locked = write::lock_all(tx, [item.id, prerequisite.id]).await?;
    let (second, first) = (locked.pop(), locked.pop());
    match (first, second) {
        (Some(a), Some(b)) if a.id == item.id => Ok((a, b)),
        (Some(a), Some(b)) => Ok((b, a)),
        _ => Err(Error::not_found("item", format!("{} or {}", item.key, prerequisite.key))),
    }
}

/// A new edge to `prerequisite`, satisfied at once when that is done.
///
/// # Errors
/// `Inactive` for a prerequisite that is cancelled or archived: it would never be satisfied.
pub(crate) fn new(
    tx: &Tx,
    item: Uuid,
    prerequisite: &work_items::Model,
    description: Option<String>,
    mandatory: bool,
) -> Result<Row> {
    may_be_done(prerequisite)?;
    let done = prerequisite.status == WorkItemStatus::Done;
    let description = description.unwrap_or_else(|| format!("{} is done", prerequisite.key));
    let edge = other(tx, item, TaskPrerequisiteType::CompletionDependency, description, mandatory);
    Ok(Row {
        prerequisite_id: Some(prerequisite.id),
        is_auto_resolvable: true,
        status: first_status(done),
        satisfied_at: done.then_some(tx.now),
        ..edge
    })
}

/// A new prerequisite that is no completion, pending.
pub(crate) fn other(
    tx: &Tx,
    item: Uuid,
    prerequisite_type: TaskPrerequisiteType,
    description: String,
    mandatory: bool,
) -> Row {
    Row {
        id: id::new(),
        work_item_id: item,
        prerequisite_id: None,
        prerequisite_type,
        description,
        validation_criteria: None,
        is_mandatory: mandatory,
        is_auto_resolvable: false,
        status: TaskPrerequisiteStatus::Pending,
        satisfied_at: None,
        waived_by: None,
        waiver_reason: None,
        created_at: tx.now,
        updated_at: tx.now,
    }
}

/// Refuses an item that would never be done: cancelled or archived.
pub(crate) fn may_be_done(prerequisite: &work_items::Model) -> Result<()> {
    not_archived(prerequisite)?;
    if prerequisite.status == WorkItemStatus::Cancelled {
        let status = prerequisite.status.as_str().to_owned();
        return Err(Conflict::Inactive { entity: "item", name: prerequisite.key.clone(), status }.into());
    }
    Ok(())
}

/// How an edge begins: satisfied where its prerequisite is done already.
pub(crate) fn first_status(done: bool) -> TaskPrerequisiteStatus {
    if done { TaskPrerequisiteStatus::Satisfied } else { TaskPrerequisiteStatus::Pending }
}

/// Whether the edge counts in `unmet_prerequisites` of an item which, as `all` says, waits for those of every type, or
/// for completions alone.
pub(crate) fn counts(edge: &Row, all: bool) -> bool {
    let is_open = matches!(edge.status, TaskPrerequisiteStatus::Pending | TaskPrerequisiteStatus::Failed);
    edge.is_mandatory && is_open && (all || edge.prerequisite_type == TaskPrerequisiteType::CompletionDependency)
}

pub(crate) async fn insert(tx: &Tx, rows: Vec<Row>) -> Result<()> {
    // SQLite takes at most 32,766 bound values in one statement.
    for chunk in rows.chunks(2000) {
        let rows = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        edges::Entity::insert_many(rows).exec_without_returning(&tx.conn).await?;
    }
    Ok(())
}

/// The conditions of a mandatory edge that is not met, whether its item counts it or not.
pub(crate) fn open() -> Condition {
    let open = [TaskPrerequisiteStatus::Pending, TaskPrerequisiteStatus::Failed];
    Condition::all().add(edges::Column::IsMandatory.eq(true)).add(edges::Column::Status.is_in(open))
}

/// The edges of an item that count, as [`counts`]: counted anew.
pub(crate) async fn count(tx: &Tx, item: Uuid, all: bool) -> Result<i64> {
    let mut own = edges::Entity::find().filter(edges::Column::WorkItemId.eq(item)).filter(open());
    if !all {
        own = own.filter(edges::Column::PrerequisiteType.eq(TaskPrerequisiteType::CompletionDependency));
    }
    Ok(i64::try_from(own.count(&tx.conn).await?).unwrap_or(i64::MAX))
}

/// The unfinished items that wait for this one, in the order of their ids.
pub(crate) async fn waiting_dependents(tx: &Tx, item: Uuid) -> Result<Vec<work_items::Model>> {
    let dependents = || {
        let open = edges::Entity::find().filter(edges::Column::PrerequisiteId.eq(item)).filter(open());
        open.select_only().column(edges::Column::WorkItemId)
    };
    let completions =
        dependents().filter(edges::Column::PrerequisiteType.eq(TaskPrerequisiteType::CompletionDependency));
    let id = work_items::Column::Id;
    let every = Condition::all()
        .add(work_items::Column::PrerequisiteSatisfactionRequired.eq(true))
        .add(id.in_subquery(dependents().into_query()));
    let items = work_items::Entity::find()
        .filter(Condition::any().add(id.in_subquery(completions.into_query())).add(every))
        .filter(work_items::Column::Status.is_not_in(FINISHED.iter().copied()))
        .filter(work_items::Column::ArchivedAt.is_null())
        .order_by_asc(id);
    Ok(items.all(&tx.conn).await?)
}

/// The edges that count in the counters of others because of this item, whatever became of those.
pub(crate) async fn counted_for(tx: &Tx, prerequisite: Uuid) -> Result<Vec<Row>> {
    let found = edges::Entity::find()
        .select_also(work_items::Entity)
        .join(JoinType::InnerJoin, edges::Relation::WorkItem.def())
        .filter(edges::Column::PrerequisiteId.eq(prerequisite))
        .filter(open())
        .all(&tx.conn)
        .await?;
    let counted = found
        .into_iter()
        .filter_map(|(edge, item)| counts(&edge, item?.prerequisite_satisfaction_required).then_some(edge));
    Ok(counted.collect())
}

/// The edges by which some items wait for another one.
pub(crate) async fn waiting_for(tx: &Tx, prerequisite: Uuid, items: &[work_items::Model]) -> Result<Vec<Row>> {
    let found = edges::Entity::find()
        .filter(edges::Column::PrerequisiteId.eq(prerequisite))
        .filter(open())
        .all(&tx.conn)
        .await?;
    let waits: HashMap<Uuid, bool> = items.iter().map(|i| (i.id, i.prerequisite_satisfaction_required)).collect();
    Ok(found.into_iter().filter(|e| waits.get(&e.work_item_id).is_some_and(|all| counts(e, *all))).collect())
}

/// As [`waiting_dependents`], with those that wait for these, and so on; the item itself is not among them.
pub(crate) async fn waiting_closure(tx: &Tx, item: Uuid) -> Result<Vec<Uuid>> {
    let step = "JOIN work_items w ON w.id = p.work_item_id WHERE p.is_mandatory AND p.status IN ('pending', 'failed') \
        AND (p.prerequisite_type = 'completion_dependency' OR w.prerequisite_satisfaction_required) \
        AND w.status NOT IN ('done', 'cancelled') AND w.archived_at IS NULL";
    let sql = format!(
        "WITH RECURSIVE waiting(id) AS (SELECT p.work_item_id FROM task_prerequisites p {step} AND p.prerequisite_id = $1 \
         UNION SELECT p.work_item_id FROM waiting JOIN task_prerequisites p ON p.prerequisite_id = waiting.id {step}) \
         SELECT id FROM waiting"
    );
    let rows = tx.conn.query_all_raw(tx.dialect.statement(&sql, [item.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}

/// The edge between two items, if there is one.
pub(crate) async fn between(tx: &Tx, item: Uuid, prerequisite: Uuid) -> Result<Option<Row>> {
    let found = edges::Entity::find()
        .filter(edges::Column::WorkItemId.eq(item))
        .filter(edges::Column::PrerequisiteId.eq(prerequisite))
        .one(&tx.conn)
        .await?;
    Ok(found)
}

pub(crate) fn itself(key: &str) -> Error {
    cycle(vec![key.to_owned(), key.to_owned()])
}

/// The refusal of a cycle; `path` begins and ends with the same key, and its first step is the new edge.
pub(crate) fn cycle(path: Vec<String>) -> Error {
    let item = path.first().cloned().unwrap_or_default();
    let prerequisite = path.get(1).cloned().unwrap_or_default();
    Error::Cycle { item, prerequisite, path }
}

const REACHABLE: &str = "WITH RECURSIVE reachable(id) AS (SELECT p.prerequisite_id FROM task_prerequisites p \
    WHERE p.work_item_id = $1 AND p.prerequisite_id IS NOT NULL UNION \
    SELECT p.prerequisite_id FROM task_prerequisites p JOIN reachable r ON p.work_item_id = r.id \
    WHERE p.prerequisite_id IS NOT NULL)";

/// Refuses an edge that would close a cycle, naming the whole of it.
pub(crate) async fn check_acyclic(tx: &Tx, item: &work_items::Model, prerequisite: &work_items::Model) -> Result<()> {
    let sql = format!("{REACHABLE} SELECT 1 AS one FROM reachable WHERE id = $2 LIMIT 1");
    let ids = [prerequisite.id.into(), item.id.into()];
    if tx.conn.query_one_raw(tx.dialect.statement(&sql, ids)).await?.is_none() {
        return Ok(());
    }
    // Only the refusal pays for finding the path.
    let sql = format!(
        "{REACHABLE} SELECT p.work_item_id, p.prerequisite_id FROM task_prerequisites p WHERE p.prerequisite_id IS NOT NULL \
         AND (p.work_item_id = $1 OR p.work_item_id IN (SELECT id FROM reachable))"
    );
    let mut next: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in tx.conn.query_all_raw(tx.dialect.statement(&sql, [prerequisite.id.into()])).await? {
        let (from, to) = (row.try_get("", "work_item_id")?, row.try_get("", "prerequisite_id")?);
        next.entry(from).or_default().push(to);
    }
    let mut path = vec![item.id];
    path.extend(shortest(&next, prerequisite.id, item.id));
    Err(cycle(keys(tx, &path).await?))
}

fn shortest(next: &HashMap<Uuid, Vec<Uuid>>, from: Uuid, to: Uuid) -> Vec<Uuid> {
    let mut queue = VecDeque::from([vec![from]]);
    let mut seen = HashSet::from([from]);
    while let Some(path) = queue.pop_front() {
        let Some(&last) = path.last() else { continue };
        for &node in next.get(&last).into_iter().flatten() {
            let mut longer = path.clone();
            longer.push(node);
            if node == to {
                return longer;
            }
            if seen.insert(node) {
                queue.push_back(longer);
            }
        }
    }
    Vec::new()
}

/// The keys of items, in the order of their ids given.
pub(crate) async fn keys(tx: &Tx, ids: &[Uuid]) -> Result<Vec<String>> {
    let found: HashMap<Uuid, String> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::Id, work_items::Column::Key])
        .filter(work_items::Column::Id.is_in(ids.iter().copied()))
        .into_tuple::<(Uuid, String)>()
        .all(&tx.conn)
        .await?
        .into_iter()
        .collect();
    Ok(ids.iter().map(|id| found.get(id).cloned().unwrap_or_else(|| id.to_string())).collect())
}
