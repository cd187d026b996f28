//! Lists archives.

use std::collections::HashMap;

use callboard_entity::{WorkItemArchiveReason as Reason, board_projects as projects, work_item_archives as archives};
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::page::{self, Page};
use crate::{names, project, rules};

/// Archives, the newest first: four statements, whatever their number; their contents are not read.
///
/// # Errors
/// `NotFound` for the project; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListArchives {
    /// Of this project only, by slug or id.
    pub project: Option<Ref>,
    /// Only of these reasons, where any is named.
    pub reasons: Vec<Reason>,
    /// Only those that expire until then.
    pub expiring: Option<Timestamp>,
    /// The id of the last one of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// An archive without its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedArchive {
    /// Its id.
    pub id: Uuid,
    /// The item's key.
    pub item: String,
    /// The item's title.
    pub title: String,
    /// The slug of its project.
    pub project: Option<String>,
    /// Why it went.
    pub reason: Reason,
    /// How many rows it holds.
    pub rows: i64,
    /// Whether it can be put back.
    pub restorable: bool,
    /// The run of the maintenance that made it.
    pub operation: Option<Uuid>,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    /// When it was made.
    pub archived_at: Timestamp,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

/// An archive's row without its content, which may be large.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Head {
    pub id: Uuid,
    pub project_id: Uuid,
    pub item_key: String,
    title: String,
    reason: Reason,
    row_count: i64,
    restorable: bool,
    operation_id: Option<Uuid>,
    actor_type: String,
    actor_id: Option<Uuid>,
    created_at: Timestamp,
    expires_at: Timestamp,
}

impl Query for ListArchives {
    type Output = Page<ListedArchive>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = heads();
        if let Some(name) = &self.project {
            query = query.filter(archives::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if !self.reasons.is_empty() {
            query = query.filter(archives::Column::Reason.is_in(self.reasons.iter().copied()));
        }
        if let Some(until) = self.expiring {
            query = query.filter(archives::Column::ExpiresAt.lte(until));
        }
        if let Some(after) = self.after {
            query = query.filter(archives::Column::Id.lt(after));
        }
        let newest = query.order_by_desc(archives::Column::Id).limit(limit + 1);
        let page = Page::cut(newest.into_model::<Head>().all(&tx.conn).await?, limit, |row| row.id);
        let next = page.next;
        Ok(Page { rows: named(tx, page.rows).await?, next })
    }
}

fn heads() -> Select<archives::Entity> {
    use archives::Column as C;
    archives::Entity::find().select_only().columns([
        C::Id,
        C::ProjectId,
        C::ItemKey,
        C::Title,
        C::Reason,
        C::RowCount,
        C::Restorable,
        C::OperationId,
        C::ActorType,
        C::ActorId,
        C::CreatedAt,
        C::ExpiresAt,
    ])
}

/// Finds an archive by the item's key, the item's id, or its own id.
pub(super) async fn find(tx: &Tx, name: &Ref) -> Result<Head> {
    let named = match name {
        Ref::Id(id) => Condition::any().add(archives::Column::Id.eq(*id)).add(archives::Column::ItemId.eq(*id)),
        Ref::Name(key) => Condition::all().add(archives::Column::ItemKey.eq(key.to_uppercase())),
    };
    if let Some(found) = heads().filter(named).into_model::<Head>().one(&tx.conn).await? {
        return Ok(found);
    }
    let keys: Vec<String> = archives::Entity::find()
        .select_only()
        .column(archives::Column::ItemKey)
        .order_by_desc(archives::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let near = rules::near(&name.to_string(), keys.iter().map(String::as_str));
    Err(Error::NotFound { entity: "archive", name: name.to_string(), near })
}

/// Adds the names: three statements, whatever the rows.
pub(super) async fn named(tx: &Tx, rows: Vec<Head>) -> Result<Vec<ListedArchive>> {
    let slugs: Vec<(Uuid, String)> = projects::Entity::find()
        .select_only()
        .columns([projects::Column::Id, projects::Column::Slug])
        .filter(projects::Column::Id.is_in(rows.iter().map(|row| row.project_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let slugs: HashMap<_, _> = slugs.into_iter().collect();
    let who: Vec<_> = rows.iter().filter_map(|row| names::by(&row.actor_type, row.actor_id)).collect();
    let names = names::names(tx, who).await?;
    let listed = rows.into_iter().map(|row| ListedArchive {
        id: row.id,
        project: slugs.get(&row.project_id).cloned(),
        by: names::written(&row.actor_type, row.actor_id, &names),
        item: row.item_key,
        title: row.title,
        reason: row.reason,
        rows: row.row_count,
        restorable: row.restorable,
        operation: row.operation_id,
        archived_at: row.created_at,
        expires_at: row.expires_at,
    });
    Ok(listed.collect())
}
