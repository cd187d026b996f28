//! Lists file operations.

use std::collections::BTreeSet;

use callboard_entity::{
    ActorType, FileOperationActorType, FileOperationOperation, FileOperationVerificationStatus,
    file_operations as operations,
};
use sea_orm::sea_query::{Expr, ExprTrait, Func, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::page::{self, Page};
use crate::{item, names, project, session};

/// File operations, newest first, a page at a time. Listing verifies nothing: the status is what the newest look found.
///
/// # Errors
/// `NotFound` for a name; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListFiles {
    /// Of this item only, by key or id.
    pub item: Option<Ref>,
    /// Of items of this project only, by slug or id.
    pub project: Option<Ref>,
    /// Done in this session only, by key or id.
    pub session: Option<Ref>,
    /// Done under this assignment only.
    pub assignment: Option<Uuid>,
    /// On this path only, or on what lies below it; a move's or copy's new path counts too. Empty: the root, with all of it.
    pub path: Option<String>,
    /// Only these; all where none is named.
    pub operations: Vec<FileOperationOperation>,
    /// Only in one of these states; all where none is named.
    pub statuses: Vec<FileOperationVerificationStatus>,
    /// Goes on after this operation, as the last page said.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A file operation with the names that its ids stand for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedFile {
    /// The row.
    pub operation: operations::Model,
    /// The key of its item.
    pub item: String,
    /// Who did it: `agent:SLUG`, `user:NAME` or `system`.
    pub actor: String,
}

impl Query for ListFiles {
    type Output = Page<ListedFile>;

    async fn fetch(&self, tx: &Tx) -> Result<Page<ListedFile>> {
        let limit = page::limit(self.limit)?;
        let mut query = match &self.project {
            Some(name) => rows::of_project(project::find(tx, name).await?.id),
            None => operations::Entity::find(),
        };
        if let Some(name) = &self.item {
            query = query.filter(operations::Column::WorkItemId.eq(item::find(tx, name).await?.id));
        }
        if let Some(name) = &self.session {
            query = query.filter(operations::Column::SessionId.eq(session::find(tx, name).await?.id));
        }
        if let Some(id) = self.assignment {
            query = query.filter(operations::Column::AssignmentId.eq(id));
        }
        if let Some(path) = self.path.as_deref().filter(|path| !path.is_empty()) {
            query = query.filter(at_or_below(path));
        }
        if !self.operations.is_empty() {
            query = query.filter(operations::Column::Operation.is_in(self.operations.iter().copied()));
        }
        if !self.statuses.is_empty() {
            query = query.filter(operations::Column::VerificationStatus.is_in(self.statuses.iter().copied()));
        }
        if let Some(after) = self.after {
            query = query.filter(operations::Column::Id.lt(after));
        }
        let rows = query.order_by_desc(operations::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(rows, limit, |row| row.id);
        Ok(Page { rows: named(tx, page.rows).await?, next: page.next })
    }
}

/// The path itself, or a folder's content, without wildcards of the user's.
fn at_or_below(path: &str) -> Condition {
    let path = path.trim_end_matches('/');
    let below = format!("{path}/");
    let of = |column: operations::Column| Condition::any().add(column.eq(path)).add(starts_with(column, &below));
    Condition::any().add(of(operations::Column::Path)).add(of(operations::Column::NewPath))
}

/// Compared by characters, so that `%` and `_` in a path are themselves, whatever the order of the database's texts.
fn starts_with(column: operations::Column, start: &str) -> SimpleExpr {
    // PostgreSQL's takes 32-bit numbers only.
    let length = i32::try_from(start.chars().count()).unwrap_or(i32::MAX);
    Func::cust("substr").args([column.into_expr(), Expr::val(1_i32), Expr::val(length)]).eq(start)
}

/// Adds the names, in three statements whatever the rows.
pub(super) async fn named(tx: &Tx, rows: Vec<operations::Model>) -> Result<Vec<ListedFile>> {
    let items: BTreeSet<Uuid> = rows.iter().map(|row| row.work_item_id).collect();
    let keys = rows::keys(tx, items).await?;
    let who: Vec<_> = rows.iter().filter_map(|row| names::actor(actor(row.actor_type), row.actor_id)).collect();
    let names = names::names(tx, who).await?;
    let listed = rows.into_iter().map(|operation| ListedFile {
        item: keys.get(&operation.work_item_id).cloned().unwrap_or_default(),
        actor: match operation.actor_id.and_then(|id| names.get(&id)) {
            Some(name) => name.clone(),
            None => operation.actor_type.to_string(),
        },
        operation,
    });
    Ok(listed.collect())
}

fn actor(kind: FileOperationActorType) -> ActorType {
    match kind {
        FileOperationActorType::Agent => ActorType::Agent,
        FileOperationActorType::User => ActorType::User,
        FileOperationActorType::System => ActorType::System,
    }
}
