//! The rows behind the documents that were found: at most one statement for each kind, and one for their projects.

use std::collections::HashMap;

use callboard_entity::{
    DecisionStatus, WorkItemStatus, board_decisions as decisions, checkpoints, session_events,
    work_item_events as events, work_items as items, work_sessions as sessions,
};
use callboard_search::EntityType;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rank::Ranked;
use super::snippet::snippet;
use super::term::Term;
use super::within::{HitKind, HitStatus};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::decision;
use crate::error::Result;

/// One that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Its place in the whole answer: 1 is the best.
    pub rank: u64,
    /// What it is.
    pub kind: HitKind,
    /// The row's.
    pub id: Uuid,
    /// Of an item or a decision its own; of a comment or a checkpoint that of its item; of a note that of its session.
    pub key: String,
    /// Of an item or a decision its own, else that of the item that it is about. A note may be about none.
    pub title: Option<String>,
    /// About 160 characters of its text, on one line, where the words stand; the beginning where only the title or key
    /// has them.
    pub snippet: String,
    /// The slug of its project; none of a note whose session belongs to no project.
    pub project: Option<String>,
    /// Its own, else that of the item that it is about.
    pub status: Option<HitStatus>,
    /// The item itself, or the one that it is about, is archived.
    pub archived: bool,
    /// When the item or decision was last changed, or when the note was written.
    pub changed_at: Timestamp,
}

/// A row that was found.
struct Row {
    project: Option<Uuid>,
    key: Key,
    title: Option<String>,
    text: Option<String>,
    status: Option<HitStatus>,
    archived: bool,
    changed_at: Timestamp,
}

enum Key {
    Text(String),
    /// A decision's, whose project knows the rest.
    Number(i64),
}

/// So many characters of a text are looked at for the snippet, about as many as the index has of it.
macro_rules! beginning {
    ($text:literal) => {
        concat!("substr(", $text, ", 1, 65536)")
    };
}

/// The hits of documents, of which the first has the rank `first`.
pub(super) async fn hits(tx: &Tx, ranked: &[Ranked], first: u64, terms: &[Term]) -> Result<Vec<Hit>> {
    if ranked.is_empty() {
        return Ok(Vec::new());
    }
    let of = |kind: EntityType| ranked.iter().filter(move |one| one.kind == kind).map(|one| one.id).collect::<Vec<_>>();
    let mut rows: HashMap<Uuid, Row> = HashMap::new();
    for kind in EntityType::ALL {
        let ids = of(kind);
        if ids.is_empty() {
            continue;
        }
        rows.extend(match kind {
            EntityType::Item => items_of(tx, ids).await?,
            EntityType::Decision => decisions_of(tx, ids).await?,
            EntityType::Comment => comments_of(tx, ids).await?,
            EntityType::Note => notes_of(tx, ids).await?,
            EntityType::Checkpoint => checkpoints_of(tx, ids).await?,
        });
    }
    let projects = decision::slugs_and_prefixes(tx, rows.values().filter_map(|row| row.project)).await?;
    let hit = |(one, rank): (&Ranked, u64)| {
        // All is read from one state of the board: a document without its row is `verify`'s to name.
        let row = rows.remove(&one.id)?;
        let (slug, prefix) = row.project.and_then(|id| projects.get(&id)).cloned().unzip();
        Some(Hit {
            rank,
            kind: one.kind.into(),
            id: one.id,
            key: match row.key {
                Key::Text(key) => key,
                Key::Number(number) => decision::key(&prefix.unwrap_or_default(), number),
            },
            title: row.title,
            snippet: snippet(&row.text.unwrap_or_default(), terms),
            project: slug,
            status: row.status,
            archived: row.archived,
            changed_at: row.changed_at,
        })
    };
    Ok(ranked.iter().zip(first..).filter_map(hit).collect())
}

type Rows = Vec<(Uuid, Row)>;

async fn items_of(tx: &Tx, ids: Vec<Uuid>) -> Result<Rows> {
    use items::Column as C;
    let select = items::Entity::find().select_only().columns([C::Id, C::UpdatedAt]);
    let select = select.column_as(Expr::cust(beginning!("work_items.description")), "text").columns(ABOUT);
    Ok(written(select.filter(C::Id.is_in(ids)).into_tuple().all(&tx.conn).await?))
}

/// Id, project, number, title, status and time of a decision, and its texts as one.
type Decided = (Uuid, Uuid, i64, String, DecisionStatus, Timestamp, Option<String>);

async fn decisions_of(tx: &Tx, ids: Vec<Uuid>) -> Result<Rows> {
    use decisions::Column as C;
    let texts = beginning!(
        "coalesce(problem, '') || ' ' || coalesce(context, '') || ' ' || decision || ' ' || rationale || ' ' || \
         coalesce(implementation_approach, '') || ' ' || coalesce(outcome, '') || ' ' || coalesce(lessons, '')"
    );
    let found: Vec<Decided> = decisions::Entity::find()
        .select_only()
        .columns([C::Id, C::ProjectId, C::Number, C::Title, C::Status, C::UpdatedAt])
        .column_as(Expr::cust(texts), "text")
        .filter(C::Id.is_in(ids))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let row = |(id, project, number, title, status, changed_at, text): Decided| {
        let row = Row {
            project: Some(project),
            key: Key::Number(number),
            title: Some(title),
            text,
            status: Some(HitStatus::Decision(status)),
            archived: false,
            changed_at,
        };
        (id, row)
    };
    Ok(found.into_iter().map(row).collect())
}

/// The columns of the item that a row is about.
const ABOUT: [items::Column; 5] = [
    items::Column::ProjectId,
    items::Column::Key,
    items::Column::Title,
    items::Column::Status,
    items::Column::ArchivedAt,
];

async fn comments_of(tx: &Tx, ids: Vec<Uuid>) -> Result<Rows> {
    use events::Column as C;
    let select = events::Entity::find().select_only().columns([C::Id, C::CreatedAt]);
    let select = select.column_as(Expr::cust(beginning!("work_item_events.reason")), "text").columns(ABOUT);
    let select = select.join(JoinType::InnerJoin, events::Relation::WorkItem.def()).filter(C::Id.is_in(ids));
    Ok(written(select.into_tuple().all(&tx.conn).await?))
}

async fn checkpoints_of(tx: &Tx, ids: Vec<Uuid>) -> Result<Rows> {
    use checkpoints::Column as C;
    let select = checkpoints::Entity::find().select_only().columns([C::Id, C::CreatedAt]);
    let select = select.column_as(Expr::cust(beginning!("checkpoints.note")), "text").columns(ABOUT);
    let select = select.join(JoinType::InnerJoin, checkpoints::Relation::WorkItem.def()).filter(C::Id.is_in(ids));
    Ok(written(select.into_tuple().all(&tx.conn).await?))
}

/// Id, time and text of a row, then [`ABOUT`] of its item.
type Written = (Uuid, Timestamp, Option<String>, Uuid, String, String, WorkItemStatus, Option<Timestamp>);

fn written(found: Vec<Written>) -> Rows {
    let row = |(id, changed_at, text, project, key, title, status, archived): Written| {
        let row = Row {
            project: Some(project),
            key: Key::Text(key),
            title: Some(title),
            text,
            status: Some(HitStatus::Item(status)),
            archived: archived.is_some(),
            changed_at,
        };
        (id, row)
    };
    found.into_iter().map(row).collect()
}

/// Id, time and text of a note, project and key of its session, and title, status and archiving of its item.
type Note =
    (Uuid, Timestamp, Option<String>, Option<Uuid>, String, Option<String>, Option<WorkItemStatus>, Option<Timestamp>);

async fn notes_of(tx: &Tx, ids: Vec<Uuid>) -> Result<Rows> {
    use session_events::Column as C;
    let found: Vec<Note> = session_events::Entity::find()
        .select_only()
        .columns([C::Id, C::CreatedAt])
        .column_as(Expr::cust(beginning!("session_events.data ->> 'text'")), "text")
        .columns([sessions::Column::ProjectId, sessions::Column::Key])
        .columns([items::Column::Title, items::Column::Status, items::Column::ArchivedAt])
        .join(JoinType::InnerJoin, session_events::Relation::Session.def())
        .join(JoinType::LeftJoin, session_events::Relation::WorkItem.def())
        .filter(C::Id.is_in(ids))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let row = |(id, changed_at, text, project, key, title, status, archived): Note| {
        let row = Row {
            project,
            key: Key::Text(key),
            title,
            text,
            status: status.map(HitStatus::Item),
            archived: archived.is_some(),
            changed_at,
        };
        (id, row)
    };
    Ok(found.into_iter().map(row).collect())
}
