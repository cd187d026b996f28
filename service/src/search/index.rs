//! The full-text index, kept with the rows that it finds: a document is written in the transaction that writes its row.

use std::collections::HashMap;

use callboard_entity::{
    SessionEventKind, board_decisions as decisions, checkpoints, session_events, work_item_events as events,
    work_items, work_sessions as sessions,
};
use callboard_search::{Document, EntityType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::Indexed;
use crate::db::Tx;
use crate::error::Result;

/// Adds the documents of new rows.
pub(crate) async fn add(tx: &Tx, documents: &[Indexed]) -> Result<()> {
    Ok(tx.dialect.add_documents(&tx.conn, documents).await?)
}

/// Writes the document of a row that has one anew.
pub(crate) async fn replace(tx: &Tx, document: Indexed) -> Result<()> {
    remove(tx, &[document.id]).await?;
    add(tx, &[document]).await
}

/// Takes the documents of rows away that are deleted.
pub(crate) async fn remove(tx: &Tx, ids: &[Uuid]) -> Result<()> {
    Ok(tx.dialect.remove_documents(&tx.conn, ids).await?)
}

/// An item's: key, title and description.
pub(crate) fn item(item: &work_items::Model) -> Indexed {
    let texts = [Some(item.key.as_str()), Some(&item.title), item.description.as_deref()];
    indexed(EntityType::Item, item.id, Some(item.project_id), texts)
}

/// Whether the two are found by other words.
pub(crate) fn differs(before: &work_items::Model, after: &work_items::Model) -> bool {
    let found_by =
        |item: &work_items::Model| (item.project_id, item.key.clone(), item.title.clone(), item.description.clone());
    found_by(before) != found_by(after)
}

/// A decision's: title, problem, context, decision, rationale, approach, outcome and lessons.
pub(crate) fn decision(decision: &decisions::Model) -> Indexed {
    indexed(EntityType::Decision, decision.id, Some(decision.project_id), texts_of(decision))
}

/// Whether the two are found by other words.
pub(crate) fn decision_differs(before: &decisions::Model, after: &decisions::Model) -> bool {
    (before.project_id, texts_of(before)) != (after.project_id, texts_of(after))
}

/// In the order in which the migration reads them.
fn texts_of(decision: &decisions::Model) -> [Option<&str>; 8] {
    [
        Some(&decision.title),
        decision.problem.as_deref(),
        decision.context.as_deref(),
        Some(&decision.decision),
        Some(&decision.rationale),
        decision.implementation_approach.as_deref(),
        decision.outcome.as_deref(),
        decision.lessons.as_deref(),
    ]
}

/// A comment's, if that is what the ledger row is.
pub(crate) fn comment(event: &events::Model, project: Uuid) -> Option<Indexed> {
    let is_comment = event.kind == crate::item::COMMENT;
    is_comment.then(|| indexed(EntityType::Comment, event.id, Some(project), [event.reason.as_deref()]))
}

/// A note's of a session of that project, if that is what the session's event is.
pub(crate) fn note(event: &session_events::Model, project: Option<Uuid>) -> Option<Indexed> {
    let text = event.data.as_ref().and_then(|data| data.get("text")?.as_str());
    (event.kind == SessionEventKind::Note).then(|| indexed(EntityType::Note, event.id, project, [text]))
}

/// A checkpoint's: its note.
pub(crate) fn checkpoint(checkpoint: &checkpoints::Model, project: Uuid) -> Indexed {
    indexed(EntityType::Checkpoint, checkpoint.id, Some(project), [Some(checkpoint.note.as_str())])
}

/// Those of the comments among ledger rows, whose items are on the board.
pub(crate) async fn comments(tx: &Tx, rows: &[events::Model]) -> Result<Vec<Indexed>> {
    let comments: Vec<&events::Model> = rows.iter().filter(|row| row.kind == crate::item::COMMENT).collect();
    let projects = projects_of_items(tx, comments.iter().map(|row| row.work_item_id)).await?;
    let document = |row: &&events::Model| {
        let project = projects.get(&row.work_item_id).copied()?;
        Some(indexed(EntityType::Comment, row.id, Some(project), [row.reason.as_deref()]))
    };
    Ok(comments.iter().filter_map(document).collect())
}

/// Those of checkpoints, whose items are on the board.
pub(crate) async fn checkpoints(tx: &Tx, rows: &[checkpoints::Model]) -> Result<Vec<Indexed>> {
    let projects = projects_of_items(tx, rows.iter().map(|row| row.work_item_id)).await?;
    Ok(rows.iter().filter_map(|row| Some(checkpoint(row, *projects.get(&row.work_item_id)?))).collect())
}

/// Those of the notes among the events of sessions that are on the board.
pub(crate) async fn notes(tx: &Tx, rows: &[session_events::Model]) -> Result<Vec<Indexed>> {
    let notes: Vec<&session_events::Model> = rows.iter().filter(|row| row.kind == SessionEventKind::Note).collect();
    let projects: Vec<(Uuid, Option<Uuid>)> = sessions::Entity::find()
        .select_only()
        .columns([sessions::Column::Id, sessions::Column::ProjectId])
        .filter(sessions::Column::Id.is_in(notes.iter().map(|row| row.session_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let projects: HashMap<Uuid, Option<Uuid>> = projects.into_iter().collect();
    Ok(notes.iter().filter_map(|row| note(row, projects.get(&row.session_id).copied().flatten())).collect())
}

/// The projects of at most some thousand items.
async fn projects_of_items(tx: &Tx, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let rows: Vec<(Uuid, Uuid)> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::Id, work_items::Column::ProjectId])
        .filter(work_items::Column::Id.is_in(ids))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    Ok(rows.into_iter().collect())
}

fn indexed<'a>(
    entity_type: EntityType,
    id: Uuid,
    project: Option<Uuid>,
    texts: impl IntoIterator<Item = Option<&'a str>>,
) -> Indexed {
    let hex = |id: Uuid| id.simple().to_string();
    Indexed { id, project, document: Document::new(entity_type, hex(id), project.map(hex), texts) }
}
