//! How decisions are written: locked in the board's order, numbered by their project, told in the ledger of their item.

use std::collections::HashMap;

use callboard_entity::{ProjectStatus, board_decisions as decisions, board_projects as projects, work_items};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::{self, key};
use super::named::NamedDecision;
use super::state::{self, DecisionEvent};
use crate::db::{Tx, changed};
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::item;
use crate::item::ledger::Entry;
use crate::search;

/// The kind of an item's ledger row that tells of one of its decisions.
pub(crate) const LEDGER: &str = "decision";

/// A decision that was accepted or rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedDecision {
    /// As it is now.
    #[serde(flatten)]
    pub decision: NamedDecision,
    /// It was so before; nothing was changed.
    pub already: bool,
}

/// Takes `count` numbers of the project. Its row stays locked until the transaction ends: a number whose decision is
/// not committed is not given, and none is given twice.
pub(super) async fn allocate(tx: &Tx, project: &projects::Model, count: usize) -> Result<i64> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let next = projects::Column::NextDecisionNumber;
    let updated = projects::Entity::update_many()
        .col_expr(next, Expr::col(next).add(count))
        .col_expr(projects::Column::UpdatedAt, Expr::value(tx.now))
        .filter(projects::Column::Id.eq(project.id))
        .filter(projects::Column::Status.eq(ProjectStatus::Active))
        .exec_with_returning(&tx.conn)
        .await?;
    match updated.first() {
        Some(row) => Ok(row.next_decision_number - count),
        None => {
            let status = ProjectStatus::Archived.as_str().to_owned();
            Err(Conflict::Inactive { entity: "project", name: project.slug.clone(), status }.into())
        }
    }
}

/// Inserts decisions whose every column is filled.
pub(super) async fn insert(tx: &Tx, rows: &[decisions::Model]) -> Result<()> {
    // SQLite takes at most 32,766 bound values in one statement.
    for chunk in rows.chunks(500) {
        let models = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        decisions::Entity::insert_many(models).exec_without_returning(&tx.conn).await?;
    }
    search::add(tx, &rows.iter().map(search::decision).collect::<Vec<_>>()).await
}

/// Writes what differs between the two; the caller has locked the row.
pub(super) async fn update(
    tx: &Tx,
    before: &decisions::Model,
    mut after: decisions::Model,
) -> Result<decisions::Model> {
    after.updated_at = tx.now;
    decisions::Entity::update_many()
        .set(changed(before, &after))
        .filter(decisions::Column::Id.eq(before.id))
        .exec(&tx.conn)
        .await?;
    if search::decision_differs(before, &after) {
        search::replace(tx, search::decision(&after)).await?;
    }
    Ok(after)
}

/// Locks the items of these decisions and then the decisions, each in the order of their ids, and gives the decisions
/// as they are then.
pub(super) async fn lock(tx: &Tx, found: &[&decisions::Model]) -> Result<HashMap<Uuid, decisions::Model>> {
    item::lock_all(tx, found.iter().filter_map(|decision| decision.work_item_id)).await?;
    let locked = decisions::Entity::find()
        .filter(decisions::Column::Id.is_in(found.iter().map(|decision| decision.id)))
        .order_by_asc(decisions::Column::Id)
        .lock_exclusive()
        .all(&tx.conn)
        .await?;
    Ok(locked.into_iter().map(|decision| (decision.id, decision)).collect())
}

/// As [`lock`], for one by the names that a request gives; also gives its project's prefix.
pub(super) async fn lock_one(tx: &Tx, project: Option<&Ref>, name: &Ref) -> Result<(String, decisions::Model)> {
    let (project, found) = find::find(tx, project, name).await?;
    let locked = lock(tx, &[&found]).await?.remove(&found.id);
    let locked = locked.ok_or_else(|| Error::not_found("decision", name.to_string()))?;
    Ok((project.key_prefix, locked))
}

/// Tells of a decision in the ledger of its item, which the caller has locked; nothing where it has none.
pub(super) async fn note(tx: &Tx, decision: &decisions::Model, prefix: &str, event: &'static str) -> Result<()> {
    // Read again: a note before this one raised the revision.
    let items: Vec<work_items::Model> = item::lock_all(tx, decision.work_item_id).await?;
    let entry = Entry::new(LEDGER)
        .data("decision", key(prefix, decision.number))
        .data("decision_id", decision.id.to_string())
        .data("event", event)
        .data("title", decision.title.as_str());
    item::write::note(tx, &items, &entry).await
}

/// The decision after an event, or the refusal that names both states.
pub(super) fn after(prefix: &str, before: &decisions::Model, event: DecisionEvent) -> Result<decisions::Model> {
    match state::next(before.status, event) {
        Some(status) => Ok(decisions::Model { status, ..before.clone() }),
        None => Err(Error::Transition {
            entity: "decision",
            name: key(prefix, before.number),
            from: before.status.as_str().to_owned(),
            event: event.as_str().to_owned(),
            allowed: state::possible(before.status),
        }),
    }
}
