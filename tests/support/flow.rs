//! Workflows for tests: templates of delegated steps, their runs, and rows of runs put into any state.

use callboard_service::assignment::{Claim, Complete, Completed};
use callboard_service::entity::{
    ActorType, WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus, agent_profiles, work_items,
    workflow_events as events, workflow_outputs as outputs, workflow_runs as runs, workflow_steps as steps,
};
use callboard_service::workflow::StartRun;
use callboard_service::workflow::template::AddTemplate;
use callboard_service::{Error, Ref};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde_json::Value;
use uuid::Uuid;

use crate::board::Seed;

/// A template whose steps are delegated, each with what it waits for. Their agents need nothing.
pub fn delegated(name: &str, steps: &[(&str, &[&str])]) -> String {
    let step = |(name, after): &(&str, &[&str])| {
        format!("  - name: {name}\n    delegate: {{}}\n    after: [{}]\n", after.join(", "))
    };
    format!("name: {name}\nsteps:\n{}", steps.iter().map(step).collect::<String>())
}

impl Seed {
    /// Adds a template from its text.
    pub async fn template(&self, text: &str) {
        self.must(&AddTemplate { text: text.to_owned() }).await;
    }

    /// Adds a template and starts a run of it whose id is the template's name.
    pub async fn flow(&self, text: &str) -> runs::Model {
        let added = self.must(&AddTemplate { text: text.to_owned() }).await.template;
        let start = StartRun { id: Some(added.name.clone()), ..StartRun::of(added.name) };
        self.must(&start).await.run
    }

    /// The run's row, as it is now.
    pub async fn run_row(&self, id: Uuid) -> runs::Model {
        runs::Entity::find_by_id(id).one(&self.raw).await.expect("read the run").expect("the run is there")
    }

    /// The steps' rows, in their order.
    pub async fn steps(&self, run: Uuid) -> Vec<steps::Model> {
        let of = steps::Entity::find().filter(steps::Column::WorkflowRunId.eq(run));
        of.order_by_asc(steps::Column::StepNumber).all(&self.raw).await.expect("read the steps")
    }

    pub async fn step(&self, run: Uuid, name: &str) -> steps::Model {
        let found = self.steps(run).await.into_iter().find(|step| step.name == name);
        found.unwrap_or_else(|| panic!("there is no step {name}"))
    }

    /// `name:status` of each step.
    pub async fn standing(&self, run: Uuid) -> Vec<String> {
        self.steps(run).await.into_iter().map(|step| format!("{}:{}", step.name, step.status)).collect()
    }

    /// The item that a step waits or waited for.
    pub async fn item_of(&self, run: Uuid, step: &str) -> work_items::Model {
        let step = self.step(run, step).await;
        self.row(step.work_item_id.expect("the step was handed out")).await
    }

    /// The ledger of a run, oldest first.
    pub async fn run_events(&self, run: Uuid) -> Vec<events::Model> {
        let of = events::Entity::find().filter(events::Column::WorkflowRunId.eq(run));
        of.order_by_asc(events::Column::Revision).all(&self.raw).await.expect("read the ledger")
    }

    /// The kinds of a run's ledger rows, oldest first; those of a step with its name.
    pub async fn run_kinds(&self, run: Uuid) -> Vec<String> {
        let steps = self.steps(run).await;
        let name = |id: Uuid| steps.iter().find(|step| step.id == id).map_or("?", |step| step.name.as_str());
        let kind = |event: events::Model| match event.step_id {
            Some(id) => format!("{} {}", event.kind, name(id)),
            None => event.kind,
        };
        self.run_events(run).await.into_iter().map(kind).collect()
    }

    /// `key` and `value` of a run's outputs, in the order in which they were stored.
    pub async fn outputs(&self, run: Uuid) -> Vec<(String, String)> {
        let of = outputs::Entity::find().filter(outputs::Column::WorkflowRunId.eq(run));
        let rows = of.order_by_asc(outputs::Column::Id).all(&self.raw).await.expect("read the outputs");
        rows.into_iter().map(|row| (row.output_key, row.output_value)).collect()
    }

    /// The agent claims the item of a step; gives the assignment.
    pub async fn claim_step(&self, agent: &agent_profiles::Model, run: Uuid, step: &str) -> Uuid {
        let item = self.item_of(run, step).await;
        let claim = Claim { item: Some(Ref::Id(item.id)), ..Claim::one(Ref::Id(agent.id)) };
        self.by(agent, &claim).await.unwrap_or_else(|error| panic!("{step}: {error}")).claimed[0].assignment
    }

    /// The agent completes what it holds with a result.
    pub async fn hand_in(
        &self,
        agent: &agent_profiles::Model,
        assignment: Uuid,
        result: Value,
    ) -> Result<Completed, Error> {
        let complete = Complete { assignment, result: Some(result), ..Complete::default() };
        self.by(agent, &complete).await
    }

    /// The agent claims the item of a step and completes it with a result.
    pub async fn play(&self, agent: &agent_profiles::Model, run: Uuid, step: &str, result: Value) {
        let assignment = self.claim_step(agent, run, step).await;
        self.hand_in(agent, assignment, result).await.unwrap_or_else(|error| panic!("{step}: {error}"));
    }

    /// Moves the time-out of a waiting step into the past.
    pub async fn lapse_step(&self, step: Uuid) {
        let past = self.board.now() - chrono::TimeDelta::seconds(1);
        let moved = steps::Entity::update_many()
            .set(steps::ActiveModel { deadline_at: Set(Some(past)), ..Default::default() })
            .filter(steps::Column::Id.eq(step))
            .filter(steps::Column::DeadlineAt.is_not_null())
            .exec(&self.raw)
            .await
            .expect("move the time-out");
        assert_eq!(moved.rows_affected, 1, "the step has no time-out");
    }

    /// Says who drives a run, and for how many seconds more; none are a lease that ran out.
    pub async fn lease(&self, run: Uuid, runner: Option<&str>, seconds: i64) {
        let row = runs::ActiveModel {
            id: Set(run),
            runner_id: Set(runner.map(str::to_owned)),
            lease_expires_at: Set(Some(self.board.now() + chrono::TimeDelta::seconds(seconds))),
            ..Default::default()
        };
        runs::Entity::update(row).exec(&self.raw).await.expect("write the lease");
    }

    /// Puts a run into a state by hand, with the ledger row that says so.
    pub async fn put_run(&self, id: Uuid, status: RunStatus) -> runs::Model {
        let before = self.run_row(id).await;
        let after = runs::Model { status, ..before.clone() };
        self.put_event(before, after, None, ("put", status.as_str())).await
    }

    /// Puts a step into a state by hand, with the ledger row that says so and the run's count.
    pub async fn put_step(&self, id: Uuid, status: StepStatus) -> steps::Model {
        let step = steps::Entity::find_by_id(id).one(&self.raw).await.expect("read the step").expect("it is there");
        let run = self.run_row(step.workflow_run_id).await;
        let counts = |status| i64::from(status == StepStatus::Completed);
        let completed = run.steps_completed + counts(status) - counts(step.status);
        let row = steps::ActiveModel { id: Set(id), status: Set(status), ..Default::default() };
        let row = steps::Entity::update(row).exec(&self.raw).await.expect("write the step");
        let after = runs::Model { steps_completed: completed, ..run.clone() };
        self.put_event(run, after, Some(id), ("step_put", status.as_str())).await;
        row
    }

    async fn put_event(
        &self,
        before: runs::Model,
        after: runs::Model,
        step_id: Option<Uuid>,
        (kind, to): (&str, &str),
    ) -> runs::Model {
        let after = runs::Model { revision: before.revision + 1, ..after };
        let event = events::Model {
            id: Uuid::now_v7(),
            workflow_run_id: before.id,
            revision: after.revision,
            step_id,
            kind: kind.to_owned(),
            from_status: None,
            to_status: Some(to.to_owned()),
            actor_type: ActorType::System,
            actor_id: None,
            runner_id: None,
            run_epoch: before.run_epoch,
            reason: Some("a test".to_owned()),
            data: None,
            created_at: self.board.now(),
        };
        let inserted = events::Entity::insert(event.into_active_model().reset_all());
        inserted.exec_without_returning(&self.raw).await.expect("write the ledger");
        let row = after.into_active_model().reset_all();
        runs::Entity::update(row).exec(&self.raw).await.expect("write the run")
    }

    /// A run of code that nothing has happened to, which no verb leaves behind: its beginning is one transaction.
    pub async fn pending_run(&self, workflow: &str, id: &str) -> runs::Model {
        let row = runs::Model {
            id: Uuid::now_v7(),
            workflow_name: workflow.to_owned(),
            workflow_id: id.to_owned(),
            project_id: Some(self.project.id),
            template_id: None,
            status: RunStatus::Pending,
            inputs: None,
            total_steps: None,
            steps_completed: 0,
            error_message: None,
            started_at: None,
            completed_at: None,
            runner_id: None,
            run_epoch: 0,
            lease_expires_at: None,
            revision: 0,
            created_at: self.board.now(),
            updated_at: self.board.now(),
        };
        let inserted = runs::Entity::insert(row.clone().into_active_model().reset_all());
        inserted.exec_without_returning(&self.raw).await.expect("write a run");
        row
    }

    /// A step of a run of code, put into a state by hand.
    pub async fn recorded_step(&self, run: Uuid, number: i64, name: &str, status: StepStatus) -> steps::Model {
        let row = steps::Model {
            id: Uuid::now_v7(),
            workflow_run_id: run,
            step_number: number,
            name: name.to_owned(),
            occurrence: 1,
            agent_name: String::new(),
            agent_id: None,
            work_item_id: None,
            status: StepStatus::Pending,
            attempt: 0,
            max_attempts: 2,
            spec: None,
            input_summary: None,
            output_summary: None,
            output: None,
            execution_time_seconds: None,
            error_context: None,
            stack_trace: None,
            started_at: None,
            completed_at: None,
            next_attempt_at: None,
            deadline_at: None,
            created_at: self.board.now(),
            updated_at: self.board.now(),
        };
        let inserted = steps::Entity::insert(row.clone().into_active_model().reset_all());
        inserted.exec_without_returning(&self.raw).await.expect("write a step");
        self.put_step(row.id, status).await
    }
}
