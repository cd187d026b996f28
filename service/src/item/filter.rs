//! The filters of item lists, as conditions over `work_items`.

use callboard_entity::{TaskPrerequisiteType, WorkItemStatus, sprint_items, task_prerequisites as edges, work_items};
use sea_orm::sea_query::{Alias, Expr, IntoCondition, Query, SelectStatement, SimpleExpr, UnionType};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, JoinType, QueryFilter, QuerySelect, QueryTrait, RelationTrait,
    Select,
};
use uuid::Uuid;
use work_items::Column as C;

use super::list::{Archived, AssigneeFilter, ListItems};
use super::state::FINISHED;
use super::{assignee, fields};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::db::dialect::ready;
use crate::error::Result;
use crate::prerequisite::edge;
use crate::{project, rules, sprint};

/// Adds every filter that is set. Names are looked up first, so that a wrong one is an error and not an empty list.
pub(crate) async fn apply(
    tx: &Tx,
    query: Select<work_items::Entity>,
    list: &ListItems,
) -> Result<Select<work_items::Entity>> {
    let mut all = Condition::all();
    let mut project_id = None;
    if let Some(name) = &list.project {
        let project = project::find(tx, name).await?;
        project_id = Some(project.id);
        all = all.add(C::ProjectId.eq(project.id));
    }
    if let Some(parent) = &list.parent {
        all = all.add(C::ParentId.eq(super::find(tx, parent).await?.id));
    }
    if let Some(name) = &list.sprint {
        let sprint = sprint::find(tx, project_id, name).await?;
        all = all.add(in_sprint(sprint.id));
    }
    match &list.assignee {
        None => {}
        Some(AssigneeFilter::Nobody) => all = all.add(C::AssigneeId.is_null()),
        Some(AssigneeFilter::Is(name)) => {
            let (kind, id) = assignee::find(tx, name).await?;
            all = all.add(C::AssigneeType.eq(kind)).add(C::AssigneeId.eq(id));
        }
    }
    all = all.add(words(list)?);
    for tag in &list.tags {
        rules::name("tag", tag)?;
        all = all.add(tx.dialect.has_tag(tag));
    }
    if let Some(text) = list.text.as_deref().filter(|t| !t.is_empty()) {
        all = all.add(tx.dialect.contains((work_items::Entity, C::Title), text));
    }
    if list.ready {
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        all = all.add(C::Id.in_subquery(ready_ids(lease_now)));
    }
    if list.stuck {
        all = all.add(unfinished()).add(C::Id.in_subquery(stuck()));
    }
    if list.overdue {
        all = all.add(unfinished()).add(C::DueAt.lt(tx.now));
    }
    Ok(query.filter(all))
}

/// The filters that need no look at the board.
fn words(list: &ListItems) -> Result<Condition> {
    let mut all = Condition::all();
    if !list.statuses.is_empty() {
        all = all.add(C::Status.is_in(list.statuses.iter().copied()));
    }
    if !list.types.is_empty() {
        all = all.add(C::Type.is_in(list.types.iter().copied()));
    }
    if !list.priorities.is_empty() {
        list.priorities.iter().try_for_each(|p| fields::priority(*p).map(|_| ()))?;
        all = all.add(C::Priority.is_in(list.priorities.iter().copied()));
    }
    if list.dead {
        all = all.add(C::DeadAt.is_not_null());
    }
    match list.archived {
        Archived::Hide => all = all.add(C::ArchivedAt.is_null()),
        Archived::Only => all = all.add(C::ArchivedAt.is_not_null()),
        Archived::Show => {}
    }
    Ok(all)
}

/// The ready queue and the backoffs that are over, each by an index of its own.
fn ready_ids(lease_now: Timestamp) -> SelectStatement {
    let ids = |part: Condition| work_items::Entity::find().select_only().column(C::Id).filter(part).into_query();
    let over = ids(due(lease_now).add(C::AssigneeId.is_null()));
    ids(ready::ready().into_condition()).union(UnionType::All, over).to_owned()
}

/// Items whose backoff is over: the next claim of their scope releases them, so they are ready.
pub(crate) fn due(lease_now: Timestamp) -> Condition {
    Condition::all().add(ready::backing_off()).add(C::AvailableAt.lte(lease_now))
}

pub(super) fn in_sprint(sprint: Uuid) -> SimpleExpr {
    let inside = sprint_items::Entity::find()
        .select_only()
        .column(sprint_items::Column::WorkItemId)
        .filter(sprint_items::Column::SprintId.eq(sprint));
    C::Id.in_subquery(inside.into_query())
}

pub(crate) fn unfinished() -> SimpleExpr {
    C::Status.is_not_in(FINISHED.iter().copied())
}

/// Items with an unmet prerequisite that will not be met unless somebody acts.
pub(crate) fn stuck() -> SelectStatement {
    let other = Alias::new("waited_for");
    edges::Entity::find()
        .select_only()
        .column(edges::Column::WorkItemId)
        .join_as(JoinType::InnerJoin, edges::Relation::Prerequisite.def(), other.clone())
        .filter(waits())
        .filter(lost(other))
        .into_query()
}

/// Edges that hold their item back.
pub(crate) fn waits() -> Condition {
    let own = Alias::new("waiting");
    let column = |c: C| Expr::col((own.clone(), c));
    let waits_for_all = Query::select()
        .expr(Expr::value(1))
        .from_as(work_items::Entity, own.clone())
        .and_where(column(C::Id).equals((edges::Entity, edges::Column::WorkItemId)))
        .and_where(column(C::PrerequisiteSatisfactionRequired).eq(true))
        .to_owned();
    let counted = Condition::any()
        .add(edges::Column::PrerequisiteType.eq(TaskPrerequisiteType::CompletionDependency))
        .add(Expr::exists(waits_for_all));
    edge::open().add(counted)
}

/// Prerequisites, in the table or alias `item`, that nothing satisfies any more.
pub(crate) fn lost(item: impl sea_orm::sea_query::IntoIden) -> Condition {
    let item = item.into_iden();
    let column = |c: C| Expr::col((item.clone(), c));
    Condition::any()
        .add(column(C::Status).eq(WorkItemStatus::Cancelled))
        .add(column(C::DeadAt).is_not_null())
        .add(column(C::ArchivedAt).is_not_null())
}
