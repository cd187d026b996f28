//! The full-text index, kept with the rows that it finds: a document is written in the transaction that writes its row.

use callboard_entity::{work_item_events as events, work_items};
use callboard_search::{Document, EntityType};
use sea_orm::ActiveValue;
use uuid::Uuid;

use crate::db::Tx;
pub(crate) use crate::db::dialect::search::Indexed;
use crate::error::Result;

/// Adds the documents of new rows.
pub(crate) async fn add(tx: &Tx, documents: &[Indexed]) -> Result<()> {
    Ok(tx.dialect.add_documents(&tx.conn, documents).await?)
}

/// Writes the document of a row that has one anew.
pub(crate) async fn replace(tx: &Tx, document: Indexed) -> Result<()> {
    remove(tx, document.id).await?;
    add(tx, &[document]).await
}

/// Takes the document of a row away that is deleted.
pub(crate) async fn remove(tx: &Tx, id: Uuid) -> Result<()> {
    Ok(tx.dialect.remove_document(&tx.conn, id).await?)
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

/// A comment's, if that is what the ledger row is.
pub(crate) fn comment(event: &events::ActiveModel, project: Uuid) -> Option<Indexed> {
    let (ActiveValue::Set(id), ActiveValue::Set(kind)) = (&event.id, &event.kind) else { return None };
    let ActiveValue::Set(text) = &event.reason else { return None };
    let is_comment = kind == crate::item::COMMENT;
    is_comment.then(|| indexed(EntityType::Comment, *id, Some(project), [text.as_deref()]))
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
