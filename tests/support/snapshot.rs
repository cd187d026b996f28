//! All that a verb of the work could change, to prove that a refused one changed nothing.

use std::collections::BTreeMap;
use std::fmt::Debug;

use callboard_service::entity::{
    agent_profiles, board_artifacts, board_decisions, board_messages, checkpoints, decision_evolutions,
    file_operations, file_verifications, idempotency_keys, maintenance_operations, project_health_metrics, reviews,
    session_events, task_assignments, task_prerequisites, work_item_archives, work_item_events, work_items,
    work_sessions, work_stream_items, work_streams, workflow_context, workflow_events, workflow_outputs, workflow_runs,
    workflow_step_dependencies, workflow_steps, workflow_templates,
};
use sea_orm::{DatabaseConnection, EntityTrait};

use crate::board::Seed;

/// Every row of the work's tables, by table and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<String, String>);

impl Snapshot {
    /// The same without the rows of a table.
    pub fn without(mut self, table: &str) -> Self {
        self.0.retain(|key, _| key.split(' ').next() != Some(table));
        self
    }

    /// The rows that are not the same in both.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let keys: std::collections::BTreeSet<&String> = self.0.keys().chain(other.0.keys()).collect();
        let line = |key: &String| match (self.0.get(key), other.0.get(key)) {
            (a, b) if a == b => None,
            (Some(a), Some(b)) => Some(format!("{key}\n  was {a}\n  is  {b}")),
            (None, Some(b)) => Some(format!("{key}\n  is new: {b}")),
            (_, _) => Some(format!("{key}\n  is gone")),
        };
        keys.into_iter().filter_map(line).collect()
    }
}

impl Seed {
    pub async fn snapshot(&self) -> Snapshot {
        let mut rows = BTreeMap::new();
        add::<work_items::Entity>(&mut rows, &self.raw, "work_items", |r| r.key.clone()).await;
        add::<task_assignments::Entity>(&mut rows, &self.raw, "task_assignments", |r| r.id.to_string()).await;
        add::<work_item_events::Entity>(&mut rows, &self.raw, "work_item_events", |r| r.id.to_string()).await;
        add::<task_prerequisites::Entity>(&mut rows, &self.raw, "task_prerequisites", |r| r.id.to_string()).await;
        add::<agent_profiles::Entity>(&mut rows, &self.raw, "agent_profiles", |r| r.slug.clone()).await;
        let key = |r: &idempotency_keys::Model| format!("{} {} {}", r.actor, r.verb, r.key);
        add::<idempotency_keys::Entity>(&mut rows, &self.raw, "idempotency_keys", key).await;
        add::<work_sessions::Entity>(&mut rows, &self.raw, "work_sessions", |r| r.id.to_string()).await;
        add::<session_events::Entity>(&mut rows, &self.raw, "session_events", |r| r.id.to_string()).await;
        add::<file_operations::Entity>(&mut rows, &self.raw, "file_operations", |r| r.id.to_string()).await;
        add::<file_verifications::Entity>(&mut rows, &self.raw, "file_verifications", |r| r.id.to_string()).await;
        add::<checkpoints::Entity>(&mut rows, &self.raw, "checkpoints", |r| r.id.to_string()).await;
        add::<board_messages::Entity>(&mut rows, &self.raw, "board_messages", |r| r.id.to_string()).await;
        self.add_workflows(&mut rows).await;
        add::<board_decisions::Entity>(&mut rows, &self.raw, "board_decisions", |r| r.id.to_string()).await;
        add::<decision_evolutions::Entity>(&mut rows, &self.raw, "decision_evolutions", |r| r.id.to_string()).await;
        self.add_automation(&mut rows).await;
        Snapshot(rows)
    }

    async fn add_automation(&self, rows: &mut BTreeMap<String, String>) {
        let raw = &self.raw;
        add::<reviews::Entity>(rows, raw, "reviews", |r| r.id.to_string()).await;
        add::<board_artifacts::Entity>(rows, raw, "board_artifacts", |r| format!("{} {}", r.name, r.id)).await;
        add::<work_streams::Entity>(rows, raw, "work_streams", |r| r.slug.clone()).await;
        let key = |r: &work_stream_items::Model| format!("{} {}", r.stream_id, r.work_item_id);
        add::<work_stream_items::Entity>(rows, raw, "work_stream_items", key).await;
        add::<maintenance_operations::Entity>(rows, raw, "maintenance_operations", |r| r.id.to_string()).await;
        add::<project_health_metrics::Entity>(rows, raw, "project_health_metrics", |r| r.id.to_string()).await;
        add::<work_item_archives::Entity>(rows, raw, "work_item_archives", |r| r.item_key.clone()).await;
    }

    async fn add_workflows(&self, rows: &mut BTreeMap<String, String>) {
        let raw = &self.raw;
        add::<workflow_templates::Entity>(rows, raw, "workflow_templates", |r| r.id.to_string()).await;
        add::<workflow_runs::Entity>(rows, raw, "workflow_runs", |r| r.workflow_id.clone()).await;
        add::<workflow_steps::Entity>(rows, raw, "workflow_steps", |r| format!("{} {}", r.name, r.id)).await;
        let edge = |r: &workflow_step_dependencies::Model| format!("{} {}", r.step_id, r.depends_on_id);
        add::<workflow_step_dependencies::Entity>(rows, raw, "workflow_step_dependencies", edge).await;
        add::<workflow_outputs::Entity>(rows, raw, "workflow_outputs", |r| r.id.to_string()).await;
        let key = |r: &workflow_context::Model| format!("{} {} {}", r.workflow_run_id, r.agent_key, r.context_key);
        add::<workflow_context::Entity>(rows, raw, "workflow_context", key).await;
        add::<workflow_events::Entity>(rows, raw, "workflow_events", |r| r.id.to_string()).await;
    }

    /// Fails when anything is not as it was, naming the rows.
    pub async fn assert_unchanged(&self, before: &Snapshot, what: &str) {
        let found = before.differences(&self.snapshot().await);
        assert!(found.is_empty(), "{what} changed:\n{}", found.join("\n"));
    }
}

async fn add<E: EntityTrait>(
    rows: &mut BTreeMap<String, String>,
    raw: &DatabaseConnection,
    table: &str,
    key: impl Fn(&E::Model) -> String,
) where
    E::Model: Debug,
{
    for row in E::find().all(raw).await.unwrap_or_else(|error| panic!("read {table}: {error}")) {
        rows.insert(format!("{table} {}", key(&row)), format!("{row:?}"));
    }
}
