//! The one way by which a row of `work_items` changes outside the hot statements: a guarded update with its ledger row.

use std::collections::{BTreeSet, HashMap};

use callboard_entity::{
    WorkItemDelegationStatus as Delegation, WorkItemStatus, work_item_events as events, work_items,
};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::ledger::{self, Entry};
use super::state::{self, ItemEvent};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::search;
use crate::workflow;

/// Writes what differs between `before` and `after`, raises the revision and adds the ledger row.
///
/// The update is guarded by the revision that was read, so a writer that slipped in between is noticed, never undone.
pub(crate) async fn update(
    tx: &Tx,
    before: &work_items::Model,
    after: work_items::Model,
    entry: Entry,
) -> Result<work_items::Model> {
    let after = update_alone(tx, before, after, entry).await?;
    if ends(before, &after) {
        // A step of a workflow may wait for it.
        workflow::follow(tx, &after).await?;
    }
    Ok(after)
}

/// As [`update`], of an item for which no step of a workflow waits.
pub(crate) async fn update_alone(
    tx: &Tx,
    before: &work_items::Model,
    mut after: work_items::Model,
    entry: Entry,
) -> Result<work_items::Model> {
    after.revision = before.revision + 1;
    after.updated_at = tx.now;
    after.last_activity_at = Some(tx.now);
    tell(tx, &after);
    if !tx.update((before.id, before.revision.into()), before, &after).await? {
        let found = find_by_id(tx, before.id).await?.map_or(before.revision, |i| i.revision);
        return Err(Conflict::Revision { item: before.key.clone(), expected: before.revision, found }.into());
    }
    let row = ledger::row(tx, Some(before), &after, entry);
    let comment = search::comment(&row, after.project_id);
    tx.insert(row).await?;
    if let Some(comment) = comment {
        search::add(tx, &[comment]).await?;
    }
    if search::differs(before, &after) {
        search::replace(tx, search::item(&after)).await?;
    }
    Ok(after)
}

/// Whether the item is finished or dead now, and was not before.
fn ends(before: &work_items::Model, after: &work_items::Model) -> bool {
    let finished = |item: &work_items::Model| state::FINISHED.contains(&item.status);
    (finished(after) && !finished(before)) || (after.dead_at.is_some() && before.dead_at.is_none())
}

/// Inserts new items, each with its ledger row. The caller has filled every column.
pub(crate) async fn insert(tx: &Tx, items: Vec<(work_items::Model, Entry)>) -> Result<()> {
    let (items, ledger): (Vec<_>, Vec<_>) =
        items.into_iter().map(|(item, entry)| (item.clone(), ledger::row(tx, None, &item, entry))).unzip();
    insert_rows(tx, items, ledger).await
}

/// Inserts new items that bring a longer ledger with them: the last row of each tells of the item as it is.
///
/// A parent comes before its children.
pub(crate) async fn insert_rows(tx: &Tx, items: Vec<work_items::Model>, ledger: Vec<events::Model>) -> Result<()> {
    items.iter().for_each(|item| tell(tx, item));
    // SQLite takes at most 32,766 bound values in one statement.
    for chunk in items.chunks(500) {
        let rows = chunk.iter().map(|item| item.clone().into_active_model().reset_all());
        work_items::Entity::insert_many(rows).exec_without_returning(&tx.conn).await?;
    }
    for chunk in ledger.chunks(2000) {
        insert_events(tx, chunk.iter().cloned()).await?;
    }
    let projects: HashMap<Uuid, Uuid> = items.iter().map(|item| (item.id, item.project_id)).collect();
    let comment = |row: &events::Model| search::comment(row, *projects.get(&row.work_item_id)?);
    let documents: Vec<_> = items.iter().map(search::item).chain(ledger.iter().filter_map(comment)).collect();
    search::add(tx, &documents).await
}

async fn insert_events(tx: &Tx, rows: impl Iterator<Item = events::Model>) -> Result<()> {
    let rows = rows.map(|row| row.into_active_model().reset_all());
    events::Entity::insert_many(rows).exec_without_returning(&tx.conn).await?;
    Ok(())
}

/// Reads an item for a change: locked on PostgreSQL until the transaction ends; SQLite has one writer.
pub(crate) async fn lock(tx: &Tx, id: Uuid) -> Result<work_items::Model> {
    let item = work_items::Entity::find_by_id(id).lock_exclusive().one(&tx.conn).await?;
    item.ok_or_else(|| Error::not_found("item", id.to_string()))
}

/// As [`lock`], for many: in the order of their ids, so that two such locks never wait for each other.
pub(crate) async fn lock_all(tx: &Tx, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<work_items::Model>> {
    read_all(tx, ids.into_iter().collect(), LockType::Update).await
}

/// Reads items that others will refer to: until the transaction ends nobody takes them off the board (PostgreSQL).
pub(crate) async fn keep_all(tx: &Tx, ids: impl IntoIterator<Item = Uuid>) -> Result<Vec<work_items::Model>> {
    read_all(tx, ids.into_iter().collect(), LockType::KeyShare).await
}

async fn read_all(tx: &Tx, ids: BTreeSet<Uuid>, lock: LockType) -> Result<Vec<work_items::Model>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let mut items = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(10_000) {
        let read = work_items::Entity::find()
            .filter(work_items::Column::Id.is_in(chunk.iter().copied()))
            .order_by_asc(work_items::Column::Id)
            .lock(lock)
            .all(&tx.conn)
            .await?;
        items.extend(read);
    }
    Ok(items)
}

/// Adds `delta` to the unmet prerequisites of items that the caller has locked, each with its ledger row.
///
/// Two statements per 500 items: a prerequisite may have hundreds of dependents.
pub(crate) async fn shift_unmet(tx: &Tx, items: &[work_items::Model], delta: i64, entry: &Entry) -> Result<()> {
    let items: Vec<_> = items.iter().map(|item| (item, entry.clone())).collect();
    shift_unmet_each(tx, &items, delta).await
}

/// As [`shift_unmet`], where each item's ledger row says something else.
pub(crate) async fn shift_unmet_each(tx: &Tx, items: &[(&work_items::Model, Entry)], delta: i64) -> Result<()> {
    let (unmet, revision) = (work_items::Column::UnmetPrerequisites, work_items::Column::Revision);
    for chunk in items.chunks(500) {
        let mut update = work_items::Entity::update_many()
            .col_expr(revision, Expr::col(revision).add(1))
            .col_expr(work_items::Column::UpdatedAt, Expr::value(tx.now))
            .col_expr(work_items::Column::LastActivityAt, Expr::value(tx.now));
        if delta != 0 {
            update = update.col_expr(unmet, Expr::col(unmet).add(delta));
        }
        let ids = chunk.iter().map(|(item, _)| item.id);
        let result = update.filter(work_items::Column::Id.is_in(ids)).exec(&tx.conn).await?;
        if result.rows_affected != chunk.len() as u64 {
            let why = format!("{} rows changed where {} were locked", result.rows_affected, chunk.len());
            return Err(Error::Stored { what: "unmet prerequisites".to_owned(), why });
        }
        let rows = chunk.iter().map(|(before, entry)| {
            let mut after = (*before).clone();
            after.unmet_prerequisites += delta;
            after.revision += 1;
            tell(tx, &after);
            ledger::row(tx, Some(before), &after, entry.clone())
        });
        insert_events(tx, rows).await?;
    }
    Ok(())
}

/// Archives items that the caller has locked, or brings them back, each with its ledger row: two statements per 500.
pub(crate) async fn set_archived(
    tx: &Tx,
    items: &[work_items::Model],
    at: Option<Timestamp>,
    entry: &Entry,
) -> Result<()> {
    let revision = work_items::Column::Revision;
    for chunk in items.chunks(500) {
        work_items::Entity::update_many()
            .col_expr(revision, Expr::col(revision).add(1))
            .col_expr(work_items::Column::UpdatedAt, Expr::value(tx.now))
            .col_expr(work_items::Column::LastActivityAt, Expr::value(tx.now))
            .col_expr(work_items::Column::ArchivedAt, Expr::value(at))
            .filter(work_items::Column::Id.is_in(chunk.iter().map(|i| i.id)))
            .exec(&tx.conn)
            .await?;
        let rows = chunk.iter().map(|before| {
            let after = work_items::Model { archived_at: at, revision: before.revision + 1, ..before.clone() };
            tell(tx, &after);
            ledger::row(tx, Some(before), &after, entry.clone())
        });
        insert_events(tx, rows).await?;
    }
    Ok(())
}

/// Writes a ledger row for each of some items that the caller has locked; nothing else of them changes.
pub(crate) async fn note(tx: &Tx, items: &[work_items::Model], entry: &Entry) -> Result<()> {
    shift_unmet(tx, items, 0, entry).await
}

/// Those who wait for work are told of what a claim may hand out now, or after its backoff.
pub(crate) fn tell(tx: &Tx, item: &work_items::Model) {
    let is_free = item.status == WorkItemStatus::Todo && item.delegation_status == Delegation::Unassigned;
    if is_free && item.unmet_prerequisites == 0 && item.archived_at.is_none() {
        tx.news.tell();
    }
}

async fn find_by_id(tx: &Tx, id: Uuid) -> Result<Option<work_items::Model>> {
    Ok(work_items::Entity::find_by_id(id).one(&tx.conn).await?)
}

/// The status that `event` leads to from where the item stands, or the refusal that names both.
pub(crate) fn next_status(item: &work_items::Model, event: ItemEvent) -> Result<WorkItemStatus> {
    state::next(item.status, event).ok_or_else(|| Error::Transition {
        entity: "item",
        name: item.key.clone(),
        from: item.status.as_str().to_owned(),
        event: event.as_str().to_owned(),
        allowed: state::possible(item.status),
    })
}
