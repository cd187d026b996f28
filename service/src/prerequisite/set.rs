//! Moves one prerequisite that is locked, with its item's counter and ledger.

use callboard_entity::{TaskPrerequisiteStatus as Status, task_prerequisites as edges};
use sea_orm::sea_query::{Expr, Value};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::criteria::Criteria;
use super::edge::{self, Row};
use super::named::Locked;
use super::satisfy::ChangedPrerequisite;
use super::state::{self, PrerequisiteEvent};
use crate::db::Tx;
use crate::error::Result;
use crate::item::ledger::Entry;
use crate::item::write;

/// What becomes of a prerequisite.
pub(super) struct Change<'a> {
    pub event: PrerequisiteEvent,
    pub criteria: Criteria,
    pub reason: Option<&'a str>,
}

/// Moves it, counts its item anew and writes the ledger row.
///
/// # Errors
/// `Transition` where the machine does not have the pair.
pub(super) async fn set(tx: &Tx, locked: Locked, entry: Entry, change: Change<'_>) -> Result<ChangedPrerequisite> {
    let Change { event, criteria, reason } = change;
    let Some(status) = state::next(locked.edge.status, event) else { return Err(locked.refused(event)) };
    let edge = Row {
        status,
        satisfied_at: (status == Status::Satisfied).then_some(tx.now),
        validation_criteria: criteria.stored(),
        updated_at: tx.now,
        ..locked.edge.clone()
    };
    write_row(tx, &edge).await?;
    let all = locked.item.prerequisite_satisfaction_required;
    let mut after = locked.item.clone();
    after.unmet_prerequisites += i64::from(edge::counts(&edge, all)) - i64::from(locked.counts());
    let item = write::update(tx, &locked.item, after, about(&locked, entry).reason(reason)).await?;
    Ok(ChangedPrerequisite { item: item.key, edge, already: false, unmet: item.unmet_prerequisites })
}

/// Keeps what was seen of a file that is not the wanted one, with a ledger row.
pub(super) async fn keep_seen(tx: &Tx, locked: &Locked, criteria: &Criteria) -> Result<()> {
    let edge = Row { validation_criteria: criteria.stored(), updated_at: tx.now, ..locked.edge.clone() };
    write_row(tx, &edge).await?;
    let found = criteria.seen.as_ref().map(|seen| seen.content_hash.clone());
    let entry = Entry::new("prerequisite_checked").data("found", found);
    write::update(tx, &locked.item, locked.item.clone(), about(locked, entry)).await?;
    Ok(())
}

/// Which prerequisite the ledger row is about.
fn about(locked: &Locked, entry: Entry) -> Entry {
    entry
        .data("prerequisite", locked.name())
        .data("prerequisite_id", locked.edge.prerequisite_id.map(|id| id.to_string()))
        .data("prerequisite_type", locked.edge.prerequisite_type.as_str())
}

async fn write_row(tx: &Tx, edge: &Row) -> Result<()> {
    edges::Entity::update_many()
        .col_expr(edges::Column::Status, Expr::value(Value::from(edge.status.as_str())))
        .col_expr(edges::Column::SatisfiedAt, Expr::value(edge.satisfied_at))
        .col_expr(edges::Column::ValidationCriteria, Expr::value(edge.validation_criteria.clone()))
        .col_expr(edges::Column::UpdatedAt, Expr::value(edge.updated_at))
        .filter(edges::Column::Id.eq(edge.id))
        .exec(&tx.conn)
        .await?;
    Ok(())
}

impl ChangedPrerequisite {
    pub(super) fn already(locked: Locked) -> Self {
        let unmet = locked.item.unmet_prerequisites;
        Self { item: locked.item.key, edge: locked.edge, already: true, unmet }
    }
}
