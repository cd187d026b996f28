//! Reading and marking the rows of file operations.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use callboard_entity::{
    ActorType, FileOperationActorType, FileOperationVerificationStatus as Status, FileVerificationActorType,
    board_projects as projects, file_operations as operations, work_items as items,
};
use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, LockType, Query};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::effective::{Effect, Step, effective};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::{Error, Result};

/// Values of one statement: SQLite takes 32,766 of them.
pub(super) const CHUNK: usize = 10_000;

/// One writer of a project's operations at a time: what supersedes what is decided from all of them.
///
/// Rows that refer to the project can still be written meanwhile.
pub(super) async fn lock_project(tx: &Tx, id: Uuid) -> Result<projects::Model> {
    let row = projects::Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(&tx.conn).await?;
    row.ok_or_else(|| Error::not_found("project", id.to_string()))
}

/// The operations of a project's items.
pub(super) fn of_project(project: Uuid) -> Select<operations::Entity> {
    let own =
        items::Entity::find().select_only().column(items::Column::Id).filter(items::Column::ProjectId.eq(project));
    operations::Entity::find().filter(operations::Column::WorkItemId.in_subquery(own.into_query()))
}

/// The operations that name one of these paths and are of the project's items. Found by the paths: by the items, SQLite
/// would look at each of the project.
fn naming_one_of(project: Uuid, paths: &[&String]) -> Select<operations::Entity> {
    let own = Query::select()
        .expr(Expr::val(1))
        .from_as(items::Entity, "own")
        .and_where(Expr::col(("own", items::Column::Id)).equals((operations::Entity, operations::Column::WorkItemId)))
        .and_where(Expr::col(("own", items::Column::ProjectId)).eq(project))
        .to_owned();
    operations::Entity::find().filter(names_one_of(paths)).filter(Expr::exists(own))
}

/// Only the part of each row that decides what is expected.
pub(crate) async fn steps(tx: &Tx, query: Select<operations::Entity>) -> Result<Vec<Step>> {
    use operations::Column as C;
    let what = [C::Id, C::WorkItemId, C::Operation, C::Path, C::NewPath];
    let state = [C::ContentHash, C::SizeBytes, C::OccurredAt, C::VerificationStatus];
    Ok(query.select_only().columns(what).columns(state).into_model::<Step>().all(&tx.conn).await?)
}

/// Every operation of the project that names one of these paths.
async fn naming(tx: &Tx, project: Uuid, paths: &BTreeSet<String>) -> Result<Vec<Step>> {
    let paths: Vec<&String> = paths.iter().collect();
    let mut found: BTreeMap<Uuid, Step> = BTreeMap::new();
    for chunk in paths.chunks(CHUNK) {
        let steps = steps(tx, naming_one_of(project, chunk)).await?;
        found.extend(steps.into_iter().map(|step| (step.id, step)));
    }
    Ok(found.into_values().collect())
}

/// Which operations name one of these paths; all of the project where none are given.
pub(super) async fn ids(tx: &Tx, project: Uuid, paths: Option<&BTreeSet<String>>) -> Result<BTreeSet<Uuid>> {
    let paths: Option<Vec<&String>> = paths.map(|paths| paths.iter().collect());
    let queries = match &paths {
        Some(paths) => paths.chunks(CHUNK).map(|chunk| naming_one_of(project, chunk)).collect(),
        None => vec![of_project(project)],
    };
    let mut found = BTreeSet::new();
    for query in queries {
        let ids: Vec<Uuid> = query.select_only().column(operations::Column::Id).into_tuple().all(&tx.conn).await?;
        found.extend(ids);
    }
    Ok(found)
}

fn names_one_of(paths: &[&String]) -> Condition {
    Condition::any()
        .add(operations::Column::Path.is_in(paths.iter().map(|path| path.as_str())))
        .add(operations::Column::NewPath.is_in(paths.iter().map(|path| path.as_str())))
}

/// When an operation on these paths is done: now, and after every one of the project that was tracked on them before.
///
/// Another machine's clock may be ahead of this one's: what it tracked would otherwise hide what is tracked after it.
pub(super) async fn next_time(tx: &Tx, project: Uuid, paths: &BTreeSet<String>) -> Result<Timestamp> {
    let paths: Vec<&String> = paths.iter().collect();
    let mut at = tx.now;
    for chunk in paths.chunks(CHUNK) {
        let newest: Option<Timestamp> = naming_one_of(project, chunk)
            .select_only()
            .column(operations::Column::OccurredAt)
            .order_by_desc(operations::Column::OccurredAt)
            .limit(1)
            .into_tuple()
            .one(&tx.conn)
            .await?;
        let after = newest.and_then(|newest| newest.checked_add_signed(TimeDelta::microseconds(1)));
        at = after.map_or(at, |after| std::cmp::max(at, after));
    }
    Ok(at)
}

/// Operations that name some paths, and what their states, and those of the other paths that these name, are due to.
pub(super) struct Touching {
    /// Those that name one of the paths.
    pub steps: Vec<Step>,
    /// The effect on every path that one of them names.
    pub effects: BTreeMap<String, Effect>,
}

/// Reads what touches some paths, in two steps: a move's other path may have been written by others.
pub(super) async fn touching(tx: &Tx, project: Uuid, paths: &BTreeSet<String>) -> Result<Touching> {
    let steps = naming(tx, project, paths).await?;
    let named = steps.iter().flat_map(|step| [Some(&step.path), step.new_path.as_ref()]).flatten();
    let others: BTreeSet<String> = named.filter(|path| !paths.contains(*path)).cloned().collect();
    let more = if others.is_empty() { Vec::new() } else { naming(tx, project, &others).await? };
    // By id: an operation may name a path of each set.
    let all: BTreeMap<Uuid, &Step> = steps.iter().chain(&more).map(|step| (step.id, step)).collect();
    let effects = effective(all.into_values());
    let known = |path: &str| paths.contains(path) || others.contains(path);
    let effects = effects.into_iter().filter(|(path, _)| known(path));
    let effects = effects.map(|(path, effect)| (path.to_owned(), effect)).collect();
    Ok(Touching { steps, effects })
}

/// Writes a status to operations that do not have it.
pub(super) async fn mark(tx: &Tx, ids: Vec<Uuid>, status: Status) -> Result<()> {
    for chunk in ids.chunks(CHUNK) {
        let update = operations::Entity::update_many()
            .col_expr(operations::Column::VerificationStatus, Expr::value(status))
            .col_expr(operations::Column::UpdatedAt, Expr::value(tx.now))
            .filter(operations::Column::Id.is_in(chunk.iter().copied()))
            .filter(operations::Column::VerificationStatus.ne(status));
        update.exec(&tx.conn).await?;
    }
    Ok(())
}

/// Why operations were done, by id, of those that say so.
pub(crate) async fn rationales(tx: &Tx, ids: BTreeSet<Uuid>) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut found = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<(Uuid, String)> = operations::Entity::find()
            .select_only()
            .columns([operations::Column::Id, operations::Column::Rationale])
            .filter(operations::Column::Id.is_in(chunk.iter().copied()))
            .filter(operations::Column::Rationale.is_not_null())
            .into_tuple()
            .all(&tx.conn)
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// The keys of items by id.
pub(super) async fn keys(tx: &Tx, ids: BTreeSet<Uuid>) -> Result<HashMap<Uuid, String>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut keys = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<(Uuid, String)> = items::Entity::find()
            .select_only()
            .columns([items::Column::Id, items::Column::Key])
            .filter(items::Column::Id.is_in(chunk.iter().copied()))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        keys.extend(rows);
    }
    Ok(keys)
}

/// The actor of a new operation.
pub(super) fn operation_actor(tx: &Tx) -> FileOperationActorType {
    match tx.actor.kind {
        ActorType::Agent => FileOperationActorType::Agent,
        ActorType::User => FileOperationActorType::User,
        ActorType::System => FileOperationActorType::System,
    }
}

/// The actor of a new verification.
pub(super) fn verification_actor(tx: &Tx) -> FileVerificationActorType {
    match tx.actor.kind {
        ActorType::Agent => FileVerificationActorType::Agent,
        ActorType::User => FileVerificationActorType::User,
        ActorType::System => FileVerificationActorType::System,
    }
}
