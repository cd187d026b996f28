//! Finding runs, and reading their steps.

use std::collections::HashMap;

use callboard_entity::{
    WorkflowStepStatus as StepStatus, work_items, workflow_runs as runs, workflow_step_dependencies as dependencies,
    workflow_steps as steps,
};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::ItemBrief;
use crate::rules;

/// Reads a run by its id or by its `workflow_id`, or says which of the newest are near.
pub(crate) async fn find(tx: &Tx, run: &Ref) -> Result<runs::Model> {
    let query = match run {
        Ref::Id(id) => runs::Entity::find_by_id(*id),
        Ref::Name(text) => runs::Entity::find().filter(runs::Column::WorkflowId.eq(text.as_str())),
    };
    if let Some(found) = query.one(&tx.conn).await? {
        return Ok(found);
    }
    let names: Vec<String> = runs::Entity::find()
        .select_only()
        .column(runs::Column::WorkflowId)
        .order_by_desc(runs::Column::Id)
        .limit(1000)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let near = rules::near(&run.to_string(), names.iter().map(String::as_str));
    Err(Error::NotFound { entity: "workflow run", name: run.to_string(), near })
}

/// The steps of a run in their order.
pub(crate) async fn steps(tx: &Tx, run: Uuid) -> Result<Vec<steps::Model>> {
    let of = steps::Entity::find().filter(steps::Column::WorkflowRunId.eq(run));
    Ok(of.order_by_asc(steps::Column::StepNumber).all(&tx.conn).await?)
}

/// What each step of a run waits for.
pub(crate) async fn dependencies(tx: &Tx, run: Uuid) -> Result<HashMap<Uuid, Vec<Uuid>>> {
    let rows = dependencies::Entity::find()
        .join(JoinType::InnerJoin, dependencies::Relation::Step.def())
        .filter(steps::Column::WorkflowRunId.eq(run))
        .order_by_asc(dependencies::Column::DependsOnId)
        .all(&tx.conn)
        .await?;
    let mut found: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in rows {
        found.entry(row.step_id).or_default().push(row.depends_on_id);
    }
    Ok(found)
}

/// The items that a run's steps wait for, in the order of the steps.
pub(crate) async fn waited_for(tx: &Tx, run: Uuid) -> Result<Vec<ItemBrief>> {
    let rows = steps::Entity::find()
        .join(JoinType::InnerJoin, steps::Relation::WorkItem.def())
        .select_also(work_items::Entity)
        .filter(steps::Column::WorkflowRunId.eq(run))
        .filter(steps::Column::Status.eq(StepStatus::Waiting))
        .order_by_asc(steps::Column::StepNumber)
        .all(&tx.conn)
        .await?;
    Ok(rows.into_iter().filter_map(|(_, item)| item).map(ItemBrief::from).collect())
}
