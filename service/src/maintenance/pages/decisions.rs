//! The decision log of a project, one decision a paragraph.

use std::fmt::Write;

use callboard_entity::{board_decisions as decisions, board_projects as projects, decision_evolutions as evolutions};
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::ROWS;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::decision::key;
use crate::error::Result;
use crate::recovery::line;

/// How much of a decision's text stands in the log, in characters.
const TOLD: usize = 500;

/// What the log tells; a row has ten more texts of up to 1 MiB each.
#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    number: i64,
    title: String,
    category: String,
    impact: String,
    status: String,
    implementation_status: String,
    decision: String,
    rationale: String,
    created_at: Timestamp,
}

/// A page of the log after a number, and where the next one begins.
pub(in crate::maintenance) async fn decisions(
    tx: &Tx,
    project: &projects::Model,
    of: Condition,
    page: u64,
    after: Option<i64>,
) -> Result<(String, Option<i64>)> {
    use decisions::Column as C;
    let mut rows: Vec<Row> = decisions::Entity::find()
        .select_only()
        .columns([C::Id, C::Number, C::Title, C::Category, C::Impact, C::Status, C::ImplementationStatus, C::CreatedAt])
        .columns([C::Decision, C::Rationale])
        .filter(C::ProjectId.eq(project.id))
        .filter(of)
        .filter(C::Number.gt(after.unwrap_or(0)))
        .order_by_asc(C::Number)
        .limit(ROWS + 1)
        .into_model()
        .all(&tx.conn)
        .await?;
    let more = rows.len() as u64 > ROWS;
    rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    let links: Vec<(Uuid, String, i64)> = evolutions::Entity::find()
        .select_only()
        .columns([evolutions::Column::OriginalId, evolutions::Column::Kind])
        .column(C::Number)
        .join(sea_orm::JoinType::InnerJoin, sea_orm::RelationTrait::def(&evolutions::Relation::New))
        .filter(evolutions::Column::OriginalId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(evolutions::Column::Id)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut out = format!("# Decisions of {}, page {page}\n", project.slug);
    for row in &rows {
        let _ = write!(out, "\n## {} {}\n\n", key(&project.key_prefix, row.number), line(&row.title));
        let Row { status, impact, category, implementation_status, created_at, .. } = row;
        let day = created_at.format("%Y-%m-%d");
        let _ = writeln!(out, "{status}, {impact} impact, {category}, {implementation_status}, {day}.");
        for (_, kind, number) in links.iter().filter(|(original, ..)| *original == row.id) {
            let _ = writeln!(out, "It was {kind} by {}.", key(&project.key_prefix, *number));
        }
        let _ = write!(out, "\nDecided: {}\n\nBecause: {}\n", told(&row.decision), told(&row.rationale));
    }
    if rows.is_empty() {
        out.push_str("\nNone.\n");
    }
    Ok((out, rows.last().filter(|_| more).map(|row| row.number)))
}

fn told(text: &str) -> String {
    let short: String = text.chars().take(TOLD).collect();
    if short.len() < text.len() { format!("{} ...", line(&short)) } else { line(&short) }
}
