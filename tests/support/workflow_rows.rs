//! Rows of a workflow run as no verb makes them: every column holds something, and most of it is awkward. They agree
//! with each other all the same, as `workflow::CheckRuns` demands after each test.

use callboard_service::entity::{
    ActorType, WorkflowOutputType, WorkflowRunStatus, WorkflowStepStatus, workflow_context, workflow_events,
    workflow_outputs, workflow_runs, workflow_step_dependencies, workflow_steps, workflow_templates,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, ModelTrait};
use serde_json::json;
use uuid::Uuid;

const ODD: &str = "'q' \"d\" \\ % é 漢字 \u{1F3AD}\n\t;--";

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0007_0000 + n)
}

fn at(n: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_795_230_000_123_450 + n).expect("a time")
}

pub fn template() -> workflow_templates::Model {
    workflow_templates::Model {
        id: id(1),
        name: "research".to_owned(),
        version: 3,
        description: Some(ODD.to_owned()),
        definition: json!({"steps": [{"name": "question", "after": []}], "odd": ODD}),
        content_sha256: "0f".repeat(32),
        created_at: at(0),
    }
}

pub fn run(project: Uuid) -> workflow_runs::Model {
    workflow_runs::Model {
        id: id(2),
        workflow_name: "research".to_owned(),
        workflow_id: ODD.to_owned(),
        project_id: Some(project),
        template_id: Some(id(1)),
        status: WorkflowRunStatus::Running,
        inputs: Some(json!({"topic": ODD, "depth": 2.5})),
        total_steps: Some(2),
        steps_completed: 1,
        error_message: Some(ODD.to_owned()),
        started_at: Some(at(1)),
        completed_at: Some(at(2)),
        runner_id: Some("host:1".to_owned()),
        run_epoch: i64::MAX,
        lease_expires_at: Some(at(3)),
        revision: 3,
        created_at: at(4),
        updated_at: at(5),
    }
}

/// The step of that number: the first, `question`, is completed, and the second, `search`, waits.
pub fn step(number: i64, agent: Uuid, item: Uuid) -> workflow_steps::Model {
    workflow_steps::Model {
        id: id(10 + u128::try_from(number).expect("a number above 0")),
        workflow_run_id: id(2),
        step_number: number,
        name: if number == 1 { "question" } else { "search" }.to_owned(),
        occurrence: number,
        agent_name: ODD.to_owned(),
        agent_id: Some(agent),
        work_item_id: Some(item),
        status: if number == 1 { WorkflowStepStatus::Completed } else { WorkflowStepStatus::Waiting },
        attempt: 2,
        max_attempts: 100,
        spec: Some(json!({"delegate": {"requires": ["rust:basic"]}})),
        input_summary: Some(ODD.to_owned()),
        output_summary: Some(String::new()),
        output: Some(json!(["checkpoint", null, 0.1])),
        execution_time_seconds: Some(86_400.123_457),
        error_context: Some(json!({"attempts": []})),
        stack_trace: Some(ODD.to_owned()),
        started_at: Some(at(6)),
        completed_at: Some(at(7)),
        next_attempt_at: Some(at(8)),
        deadline_at: Some(at(9)),
        created_at: at(10),
        updated_at: at(11),
    }
}

pub fn dependency(step: Uuid, depends_on: Uuid) -> workflow_step_dependencies::Model {
    workflow_step_dependencies::Model { step_id: step, depends_on_id: depends_on, created_at: at(12) }
}

pub fn output(step: Uuid) -> workflow_outputs::Model {
    workflow_outputs::Model {
        id: id(30),
        workflow_run_id: id(2),
        step_id: Some(step),
        output_key: ODD.to_owned(),
        output_value: ODD.to_owned(),
        output_type: WorkflowOutputType::CitationList,
        created_at: at(13),
    }
}

pub fn context() -> workflow_context::Model {
    workflow_context::Model {
        workflow_run_id: id(2),
        agent_key: ODD.to_owned(),
        context_key: String::new(),
        value: json!({"last_result": [ODD]}),
        expires_at: Some(at(14)),
        created_at: at(15),
        updated_at: at(16),
    }
}

/// The last event of the run: a step waits.
pub fn event(step: Uuid, user: Uuid) -> workflow_events::Model {
    workflow_events::Model {
        id: id(40),
        workflow_run_id: id(2),
        revision: 3,
        step_id: Some(step),
        kind: "step_waiting".to_owned(),
        from_status: Some("running".to_owned()),
        to_status: Some("waiting".to_owned()),
        actor_type: ActorType::User,
        actor_id: Some(user),
        runner_id: Some("host:1".to_owned()),
        run_epoch: i64::MAX,
        reason: Some(ODD.to_owned()),
        data: Some(json!({"odd": ODD})),
        created_at: at(17),
    }
}

/// The events before it: the run was started, and its first step completed.
fn earlier_events(first: Uuid, user: Uuid) -> [workflow_events::Model; 2] {
    let event = event(first, user);
    let moved = |from: &str, to: &str| (Some(from.to_owned()), Some(to.to_owned()));
    let ((from_status, to_status), (before, after)) = (moved("pending", "running"), moved("running", "completed"));
    let (started, completed) = ("start".to_owned(), "step_complete".to_owned());
    [
        workflow_events::Model {
            id: id(41),
            revision: 1,
            step_id: None,
            kind: started,
            from_status,
            to_status,
            ..event.clone()
        },
        workflow_events::Model {
            id: id(42),
            revision: 2,
            kind: completed,
            from_status: before,
            to_status: after,
            ..event
        },
    ]
}

/// Writes one of them.
pub async fn write<M>(db: &impl ConnectionTrait, model: M) -> M
where
    M: ModelTrait + Clone + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    M::Entity: EntityTrait<Model = M>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity> + Send,
{
    let row = model.clone().into_active_model().reset_all();
    let written = M::Entity::insert(row).exec_without_returning(db).await;
    written.unwrap_or_else(|error| panic!("write a row of a workflow: {error}"));
    model
}

/// Writes a run of two steps, the second of which depends on the first, with something in every table.
pub async fn write_all(db: &impl ConnectionTrait, project: Uuid, agent: Uuid, item: Uuid, user: Uuid) {
    write(db, template()).await;
    write(db, run(project)).await;
    let first = write(db, step(1, agent, item)).await;
    let second = write(db, step(2, agent, item)).await;
    write(db, dependency(second.id, first.id)).await;
    write(db, output(first.id)).await;
    write(db, context()).await;
    for event in earlier_events(first.id, user) {
        write(db, event).await;
    }
    write(db, event(second.id, user)).await;
}
