//! The tables of an export, in an order in which each comes after those that it refers to.

use std::collections::HashMap;

use callboard_entity as e;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, ModelTrait, Order, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::db::Tx;
use crate::db::dialect::Dialect;
use crate::error::{Error, Result};
use crate::import::graph;
use crate::search::{self, Indexed};

/// Rows of one page, and of one statement that writes them: 500 items have 17,000 values, and SQLite takes 32,766.
pub(crate) const PAGE: usize = 500;

/// A table whose rows can be given away and taken back.
pub(crate) trait Portable:
    EntityTrait<Model: Serialize + DeserializeOwned + IntoActiveModel<Self::ActiveModel> + Send + Sync>
{
    const KIND: &'static str;

    /// Rows of one page: fewer where a row may be long.
    const PAGE: usize = PAGE;

    /// The columns of the primary key.
    fn key() -> Vec<Self::Column>;

    /// The row in the one form that both databases give.
    fn canonical(row: Self::Model) -> Self::Model {
        row
    }

    /// What the full-text index has of new rows, which are on the board with all that they refer to.
    fn documents(_tx: &Tx, _rows: &[Self::Model]) -> impl Future<Output = Result<Vec<Indexed>>> + Send {
        async { Ok(Vec::new()) }
    }

    /// The row's id, and that of the row of its own table that it refers to; none where no row does.
    fn refers(_row: &Self::Model) -> Option<(Uuid, Option<Uuid>)> {
        None
    }

    /// An order in which no row comes before one that it refers to.
    fn ordered(rows: Vec<Self::Model>) -> Vec<Self::Model> {
        rows
    }
}

macro_rules! portable {
    ($($kind:literal $table:ident $($key:ident)+;)+) => {
        $(impl Portable for e::$table::Entity {
            const KIND: &'static str = $kind;

            fn key() -> Vec<Self::Column> {
                vec![$(e::$table::Column::$key),+]
            }
        })+
    };
}

portable! {
    "user" board_users Id;
    "project" board_projects Id;
    "setting" board_settings Id;
    "agent" agent_profiles Id;
    "agent_capability" agent_capabilities AgentId Capability;
    "sprint" sprints Id;
    "sprint_item" sprint_items SprintId WorkItemId;
    "requirement" work_item_requirements WorkItemId Capability;
    "prerequisite" task_prerequisites Id;
    "assignment" task_assignments Id;
    "workflow_template" workflow_templates Id;
    "workflow_run" workflow_runs Id;
    "workflow_step_dependency" workflow_step_dependencies StepId DependsOnId;
    "workflow_output" workflow_outputs Id;
    "workflow_context" workflow_context WorkflowRunId AgentKey ContextKey;
    "workflow_event" workflow_events Id;
    "session" work_sessions Id;
    "decision_evolution" decision_evolutions Id;
    "file_operation" file_operations Id;
    "file_verification" file_verifications Id;
    "review" reviews Id;
    "work_stream" work_streams Id;
    "work_stream_item" work_stream_items StreamId WorkItemId;
    "maintenance_operation" maintenance_operations Id;
    "external_ref" external_refs Id;
}

/// Tables whose rows are found by their words.
macro_rules! searchable {
    ($($kind:literal $table:ident $documents:path;)+) => {
        $(impl Portable for e::$table::Entity {
            const KIND: &'static str = $kind;

            fn key() -> Vec<Self::Column> {
                vec![e::$table::Column::Id]
            }

            async fn documents(tx: &Tx, rows: &[Self::Model]) -> Result<Vec<Indexed>> {
                $documents(tx, rows).await
            }
        })+
    };
}

searchable! {
    "event" work_item_events search::comments;
    "session_event" session_events search::notes;
    "checkpoint" checkpoints search::checkpoints;
}

impl Portable for e::board_decisions::Entity {
    const KIND: &'static str = "decision";

    fn key() -> Vec<Self::Column> {
        vec![e::board_decisions::Column::Id]
    }

    async fn documents(_tx: &Tx, rows: &[Self::Model]) -> Result<Vec<Indexed>> {
        Ok(rows.iter().map(search::decision).collect())
    }
}

impl Portable for e::workflow_steps::Entity {
    const KIND: &'static str = "workflow_step";

    fn key() -> Vec<Self::Column> {
        vec![e::workflow_steps::Column::Id]
    }

    fn canonical(mut row: Self::Model) -> Self::Model {
        // Whole microseconds are read back from JSON to the last bit; serde_json may miss that of a longer fraction.
        row.execution_time_seconds = row.execution_time_seconds.map(|seconds| (seconds * 1e6).round() / 1e6);
        row
    }
}

impl Portable for e::board_messages::Entity {
    const KIND: &'static str = "message";

    fn key() -> Vec<Self::Column> {
        vec![e::board_messages::Column::Id]
    }

    fn refers(row: &Self::Model) -> Option<(Uuid, Option<Uuid>)> {
        Some((row.id, row.thread_id))
    }

    fn ordered(mut rows: Vec<Self::Model>) -> Vec<Self::Model> {
        // A thread is one message, which has none itself, and all that name it.
        rows.sort_by_key(|row| row.thread_id.is_some());
        rows
    }
}

impl Portable for e::board_artifacts::Entity {
    const KIND: &'static str = "artifact";
    /// Each may hold 64 KiB of text.
    const PAGE: usize = 100;

    fn key() -> Vec<Self::Column> {
        vec![e::board_artifacts::Column::Id]
    }

    fn refers(row: &Self::Model) -> Option<(Uuid, Option<Uuid>)> {
        Some((row.id, row.previous_version_id))
    }

    fn ordered(rows: Vec<Self::Model>) -> Vec<Self::Model> {
        parents_first(rows, |row| row.id, |row| row.previous_version_id)
    }
}

impl Portable for e::project_health_metrics::Entity {
    const KIND: &'static str = "health_metric";

    fn key() -> Vec<Self::Column> {
        vec![e::project_health_metrics::Column::Id]
    }

    fn canonical(mut row: Self::Model) -> Self::Model {
        row.value = fifteen_digits(row.value);
        row.threshold = row.threshold.map(fifteen_digits);
        row
    }
}

impl Portable for e::work_item_archives::Entity {
    const KIND: &'static str = "archive";
    /// Each holds an item with all that belongs to it.
    const PAGE: usize = 20;

    fn key() -> Vec<Self::Column> {
        vec![e::work_item_archives::Column::Id]
    }
}

/// A number as JSON gives it back to the last bit: serde_json may miss that of one with more digits.
fn fifteen_digits(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

impl Portable for e::work_items::Entity {
    const KIND: &'static str = "item";

    fn key() -> Vec<Self::Column> {
        vec![e::work_items::Column::Id]
    }

    fn canonical(mut row: Self::Model) -> Self::Model {
        // PostgreSQL keeps trailing zeros, SQLite does not.
        let short = |hours: rust_decimal::Decimal| hours.round_dp(2).normalize();
        row.estimated_hours = row.estimated_hours.map(short);
        row.actual_hours = row.actual_hours.map(short);
        row
    }

    async fn documents(_tx: &Tx, rows: &[Self::Model]) -> Result<Vec<Indexed>> {
        Ok(rows.iter().map(search::item).collect())
    }

    fn refers(row: &Self::Model) -> Option<(Uuid, Option<Uuid>)> {
        Some((row.id, row.parent_id))
    }

    fn ordered(rows: Vec<Self::Model>) -> Vec<Self::Model> {
        parents_first(rows, |row| row.id, |row| row.parent_id)
    }
}

/// The rows in an order in which each comes after the one of them that it refers to.
fn parents_first<M>(rows: Vec<M>, id: fn(&M) -> Uuid, parent: fn(&M) -> Option<Uuid>) -> Vec<M> {
    let places: HashMap<Uuid, usize> = rows.iter().enumerate().map(|(place, row)| (id(row), place)).collect();
    let parent = |row: &M| parent(row).and_then(|id| places.get(&id)).copied();
    let order = graph::parents_first(&rows.iter().map(parent).collect::<Vec<_>>());
    let mut rows: Vec<Option<M>> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|place| rows[place].take()).collect()
}

/// Something that is done to every table.
pub(crate) trait ForEachTable {
    async fn table<E>(&mut self) -> Result<()>
    where
        E: Portable,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send;
}

/// Does it, in the order of an export.
pub(crate) async fn for_each(what: &mut impl ForEachTable) -> Result<()> {
    what.table::<e::board_users::Entity>().await?;
    what.table::<e::board_projects::Entity>().await?;
    what.table::<e::board_settings::Entity>().await?;
    what.table::<e::agent_profiles::Entity>().await?;
    what.table::<e::agent_capabilities::Entity>().await?;
    what.table::<e::sprints::Entity>().await?;
    what.table::<e::work_items::Entity>().await?;
    what.table::<e::sprint_items::Entity>().await?;
    what.table::<e::work_item_requirements::Entity>().await?;
    what.table::<e::task_prerequisites::Entity>().await?;
    what.table::<e::task_assignments::Entity>().await?;
    what.table::<e::work_item_events::Entity>().await?;
    what.table::<e::workflow_templates::Entity>().await?;
    what.table::<e::workflow_runs::Entity>().await?;
    what.table::<e::workflow_steps::Entity>().await?;
    what.table::<e::workflow_step_dependencies::Entity>().await?;
    what.table::<e::workflow_outputs::Entity>().await?;
    what.table::<e::workflow_context::Entity>().await?;
    what.table::<e::workflow_events::Entity>().await?;
    what.table::<e::work_sessions::Entity>().await?;
    what.table::<e::session_events::Entity>().await?;
    what.table::<e::board_decisions::Entity>().await?;
    what.table::<e::decision_evolutions::Entity>().await?;
    what.table::<e::file_operations::Entity>().await?;
    what.table::<e::file_verifications::Entity>().await?;
    what.table::<e::board_messages::Entity>().await?;
    what.table::<e::checkpoints::Entity>().await?;
    what.table::<e::reviews::Entity>().await?;
    what.table::<e::board_artifacts::Entity>().await?;
    what.table::<e::work_streams::Entity>().await?;
    what.table::<e::work_stream_items::Entity>().await?;
    what.table::<e::maintenance_operations::Entity>().await?;
    what.table::<e::project_health_metrics::Entity>().await?;
    what.table::<e::work_item_archives::Entity>().await?;
    what.table::<e::external_refs::Entity>().await
}

/// A row as a line has it.
pub(crate) fn data<E: Portable>(row: E::Model) -> Result<Value> {
    let value = serde_json::to_value(E::canonical(row));
    value.map_err(|error| Error::Stored { what: E::KIND.to_owned(), why: error.to_string() })
}

/// The rows that come next in the order of the key.
pub(super) async fn page<E: Portable>(tx: &Tx, last: Option<&E::Model>) -> Result<Vec<E::Model>> {
    let mut page = E::find().limit(E::PAGE as u64);
    for column in E::key() {
        page = page.order_by(tx.dialect.bytewise(column), Order::Asc);
    }
    if let Some(last) = last {
        page = page.filter(after::<E>(tx.dialect, last));
    }
    Ok(page.all(&tx.conn).await?)
}

/// What comes after a row in the order of the key.
fn after<E: Portable>(dialect: Dialect, row: &E::Model) -> Condition {
    let mut any = Condition::any();
    let mut same = Condition::all();
    for column in E::key() {
        let expr = || dialect.bytewise(column);
        any = any.add(same.clone().add(expr().gt(Expr::val(row.get(column)))));
        same = same.add(column.eq(row.get(column)));
    }
    any
}

/// The rows of the board whose keys may be those of some rows: their first column is.
pub(crate) fn perhaps_same<E: Portable>(rows: &[E::Model]) -> SimpleExpr {
    match E::key().first() {
        Some(first) => first.is_in(rows.iter().map(|row| row.get(*first))),
        None => Expr::val(false),
    }
}

/// The key of a row as a refusal names it.
pub(crate) fn name<E: Portable>(row: &Value) -> String {
    use sea_orm::IdenStatic;
    let parts = E::key().into_iter().map(|column| match &row[column.as_str()] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    parts.collect::<Vec<_>>().join(" ")
}
