//! The index report's list: each index with what it is there for, and a call that it serves.
//!
//! Those that hold a value unique, and those that find the rows which refer to another, are known by the catalogue: see
//! `indexes.rs`. All others stand here.

use callboard_service::Ref;
use callboard_service::agent::ListAgents;
use callboard_service::assignment::{Claim, ListAssignments};
use callboard_service::decision::ListDecisions;
use callboard_service::entity::{CapabilityLevel, TaskAssignmentStatus, WorkStreamStatus, WorkflowRunStatus};
use callboard_service::item::{Assignee, AssigneeFilter, ListItems, Ready, ShowItem};
use callboard_service::message::Inbox;
use callboard_service::project::Board;
use callboard_service::search::Search;
use callboard_service::session::{Continuity, ShowSession};
use callboard_service::stream::ListStreams;
use callboard_service::workflow::ListRuns;
use support::Kind;
use support::large::{HELD, HOLDER, Of, id};

use super::call::{Call, call};
use super::hot::project;

/// What an index serves.
pub enum Served {
    /// A call of the product.
    Call(Call),
    /// A statement of a call that owns its transactions, with what it is for. Written as `support::large::sql` reads it.
    Sql(&'static str, &'static str),
}

fn by(of: Of, number: u64) -> Ref {
    Ref::Id(id(of, number))
}

fn claim() -> Claim {
    Claim::one(by(Of::Agent, 1))
}

/// Indexes that only one of the databases needs, with what the other does instead.
pub const ONE_SIDED: &[(&str, Kind, &str)] = &[
    (
        "ix_work_items_backoff_project",
        Kind::Sqlite,
        "PostgreSQL knows how few are over, and finds them by `ix_work_items_available_at`",
    ),
    (
        "ix_work_streams_project_id_status",
        Kind::Sqlite,
        "PostgreSQL reads so few streams at once, or finds a project's by `ux_work_streams_project_id_slug`",
    ),
    ("ix_workflow_runs_lease", Kind::Postgres, "SQLite finds those that run by `ix_workflow_runs_status_id`"),
];

/// Every index that needs a reason of its own.
pub fn all() -> Vec<(&'static str, Served)> {
    let mut all = queue();
    all.extend(people());
    all.extend(records());
    all
}

fn queue() -> Vec<(&'static str, Served)> {
    let served = vec![
        (
            "ix_work_items_ready",
            call!("`claim`: the most urgent item, whatever its project", |c| {
                c.agent(1, &claim()).await;
            }),
        ),
        (
            "ix_work_items_waiting",
            call!("`claim` that finds nothing: how much waits for other items", |c| {
                c.agent(1, &Claim { sprint: Some(by(Of::Sprint, 1)), project: project(), ..claim() }).await;
            }),
        ),
        (
            "ix_work_items_backoff_project",
            call!("`ready --project`: backoffs of a project that are over", |c| {
                c.read(&Ready { project: project(), ..Ready::default() }).await;
            }),
        ),
        (
            "ix_work_items_list",
            call!("`item list`: a page, at any depth", |c| {
                let cursor = Some(format!("p3.{}", id(Of::Item, 50_000).simple()));
                c.read(&ListItems { cursor, ..ListItems::default() }).await;
            }),
        ),
        (
            "ix_work_items_list_project",
            call!("`item list --project`: a page, at any depth", |c| {
                let (project, cursor) =
                    (Some(by(Of::Project, 7)), Some(format!("p3.{}", id(Of::Item, 50_000).simple())));
                c.read(&ListItems { project, cursor, ..ListItems::default() }).await;
            }),
        ),
        (
            "ix_work_items_lost",
            call!("`board`: dead letters and cancelled items", |c| {
                c.read(&Board { project: None, limit: None, exact: false }).await;
            }),
        ),
        (
            "ix_work_items_assignee_type_assignee_id",
            call!("`item list --assignee`", |c| {
                let assignee = Some(AssigneeFilter::Is(Assignee::Agent(by(Of::Agent, HOLDER))));
                c.read(&ListItems { assignee, ..ListItems::default() }).await;
            }),
        ),
    ];
    served.into_iter().map(|(name, call)| (name, Served::Call(call))).collect()
}

fn people() -> Vec<(&'static str, Served)> {
    let served = vec![
        (
            "ix_agent_capabilities_capability",
            call!("`agent list --capability`", |c| {
                let capability = Some(("skill-7".to_owned(), CapabilityLevel::Basic));
                c.read(&ListAgents { capability, ..ListAgents::default() }).await;
            }),
        ),
        (
            "ix_agent_profiles_type_status",
            call!("`agent list --type`", |c| {
                c.read(&ListAgents { r#type: Some("type-7".to_owned()), ..ListAgents::default() }).await;
            }),
        ),
        (
            "ix_task_assignments_status_id",
            call!("`assignment list --status`", |c| {
                let statuses = vec![TaskAssignmentStatus::Expired];
                c.read(&ListAssignments { statuses, ..ListAssignments::default() }).await;
            }),
        ),
        (
            "ix_board_decisions_project_id_id",
            call!("`decision list --project`: a page, the newest first", |c| {
                c.read(&ListDecisions { project: Some(by(Of::Project, 7)), ..ListDecisions::default() }).await;
            }),
        ),
        (
            "ix_work_streams_project_id_status",
            call!("`stream list --project --status`", |c| {
                let status = Some(WorkStreamStatus::Closed);
                c.read(&ListStreams { project: project(), status, ..ListStreams::default() }).await;
            }),
        ),
        (
            "ix_board_messages_to_read",
            call!("`message inbox`: what is not read", |c| {
                c.read(&Inbox::of(by(Of::Agent, 4))).await;
            }),
        ),
        (
            "ix_board_messages_to_acknowledge",
            call!("`message inbox`: how much is not acknowledged", |c| {
                c.read(&Inbox::of(by(Of::Agent, 4))).await;
            }),
        ),
        (
            "ix_board_messages_to_agent_id_id",
            call!("`message inbox --all`: the newest", |c| {
                c.read(&Inbox { all: true, ..Inbox::of(by(Of::Agent, 7)) }).await;
            }),
        ),
        (
            "ix_board_messages_handed_over",
            call!("`message inbox`: handovers of what the agent holds", |c| {
                c.read(&Inbox::of(by(Of::Agent, HOLDER))).await;
            }),
        ),
        (
            "ix_work_item_events_session",
            call!("`session show`: what was changed in it", |c| {
                c.read(&ShowSession { session: by(Of::Session, 100), before: None, limit: 50 }).await;
            }),
        ),
        (
            "ix_board_decisions_review_at",
            call!("`decision list --due`", |c| {
                c.read(&ListDecisions { due: true, ..ListDecisions::default() }).await;
            }),
        ),
        (
            "ix_external_refs_entity_type_entity_id",
            call!("`item show`: what it was imported from", |c| {
                c.read(&ShowItem { item: by(Of::Item, HELD) }).await;
            }),
        ),
        (
            "ix_board_search_search_vector",
            call!("`search`", |c| {
                c.read(&Search::new("word123")).await;
            }),
        ),
        (
            "ix_file_operations_unverified",
            call!("`session continuity`: files that nobody verified", |c| {
                c.read(&Continuity { project: project() }).await;
            }),
        ),
        (
            "ix_workflow_runs_status_id",
            call!("`workflow list --status`", |c| {
                c.read(&ListRuns { status: vec![WorkflowRunStatus::Pending], ..ListRuns::default() }).await;
            }),
        ),
        (
            "ix_workflow_runs_workflow_name_id",
            call!("`workflow list --workflow`", |c| {
                c.read(&ListRuns { workflow: Some("workflow-7".to_owned()), ..ListRuns::default() }).await;
            }),
        ),
        (
            "ix_workflow_runs_lease",
            call!("`workflow list --interrupted`", |c| {
                c.read(&ListRuns { interrupted: true, ..ListRuns::default() }).await;
            }),
        ),
    ];
    served.into_iter().map(|(name, call)| (name, Served::Call(call))).collect()
}

const FILE: &str = "SELECT id FROM file_operations WHERE (path IN ('src/file7.rs') OR new_path IN ('src/file7.rs')) \
    AND EXISTS (SELECT 1 FROM work_items own WHERE own.id = file_operations.work_item_id AND own.project_id = {id 01 1})";

fn records() -> Vec<(&'static str, Served)> {
    let served = vec![
        (
            "ix_work_items_ready_project",
            "`claim --project`: the most urgent items of a project",
            "SELECT id FROM work_items{by ix_work_items_ready_project} WHERE status = 'todo' \
             AND delegation_status = 'unassigned' AND unmet_prerequisites = 0 AND archived_at IS NULL AND available_at IS NULL \
             AND assignee_id IS NULL AND type <> 'epic' AND requirement_key = '' AND project_id = {id 01 7} \
             ORDER BY priority, id LIMIT 20",
        ),
        (
            "ix_work_items_preassigned",
            "`claim`: what is set aside for the agent",
            "SELECT id FROM work_items{by ix_work_items_preassigned} WHERE status = 'todo' \
             AND delegation_status = 'unassigned' AND unmet_prerequisites = 0 AND archived_at IS NULL AND available_at IS NULL \
             AND assignee_type = 'agent' AND type <> 'epic' AND assignee_id = {id 03 217} ORDER BY priority, id LIMIT 1",
        ),
        ("ix_file_operations_path_work_item_id", "`file track`, `file verify`: what was done to a file before", FILE),
        ("ix_file_operations_new_path", "the same: what was moved there", FILE),
        (
            "ix_work_items_available_at",
            "`assignment expire`, and each claim now and then: backoffs that are over",
            "SELECT id FROM work_items WHERE available_at IS NOT NULL AND available_at <= {at 200} \
             ORDER BY available_at LIMIT 3",
        ),
        (
            "ix_task_assignments_lease",
            "the same: leases that ran out",
            "SELECT id FROM task_assignments{by ix_task_assignments_lease} WHERE status IN ('assigned', 'started', 'paused') \
             AND lease_expires_at <= {at 100} ORDER BY lease_expires_at LIMIT 3",
        ),
        (
            "ix_workflow_steps_deadline",
            "the same: steps that waited too long",
            "SELECT id FROM workflow_steps WHERE status = 'waiting' AND deadline_at <= {at 100} ORDER BY deadline_at LIMIT 3",
        ),
        (
            "ix_work_sessions_open",
            "`session continuity`: sessions that are not over",
            "SELECT count(*) FROM work_sessions WHERE {off project_id} = {id 01 1} AND status IN ('active', 'paused')",
        ),
        (
            "ix_task_assignments_agent_held",
            "claims of an agent with a limit: how much it holds",
            "SELECT count(*) FROM task_assignments o WHERE o.agent_id = {id 03 1} \
             AND o.status IN ('assigned', 'started', 'paused')",
        ),
        (
            "ix_work_item_events_assignment_id",
            "`assignment history`: how each attempt went",
            "SELECT * FROM work_item_events WHERE assignment_id IN ({id 11 50216})",
        ),
        (
            "ix_board_artifacts_content_hash",
            "`artifact collect`: contents that something refers to",
            "SELECT DISTINCT content_hash FROM board_artifacts WHERE content_hash IN ('a', 'b') AND path IS NOT NULL",
        ),
        (
            "ix_idempotency_keys_expires_at",
            "the sweep: answers that are no longer kept",
            "SELECT actor, verb, key FROM idempotency_keys WHERE expires_at <= {at 1100} ORDER BY expires_at LIMIT 100",
        ),
        (
            "ix_workflow_context_expires_at",
            "the sweep: values of runs that are no longer kept",
            "SELECT context_key FROM workflow_context WHERE expires_at <= {at 100} ORDER BY expires_at LIMIT 100",
        ),
        (
            "ix_maintenance_operations_running",
            "the sweep: maintenance whose process was killed",
            "SELECT id FROM maintenance_operations WHERE execution_status IN ('pending', 'running') \
             AND lease_expires_at <= {at 100} ORDER BY id LIMIT 100",
        ),
        (
            "ix_project_health_metrics_measured_at",
            "the sweep, and each `health`: measurements that are no longer kept",
            "SELECT id FROM project_health_metrics WHERE {off project_id} = {id 01 1} AND measured_at < {at 10000} \
             ORDER BY measured_at, id LIMIT 100",
        ),
        (
            "ix_work_item_archives_expires_at",
            "the sweep: archives that are no longer kept",
            "SELECT id, item_key, expires_at FROM work_item_archives WHERE expires_at <= {at 20100000} \
             ORDER BY expires_at, id LIMIT 100",
        ),
        (
            "ix_sprint_items_sprint_id_position",
            "`sprint show`: its items in their order",
            "SELECT work_item_id FROM sprint_items WHERE sprint_id = {id 14 3} ORDER BY position LIMIT 10",
        ),
        (
            "ix_work_stream_items_stream_id_position",
            "claims in a stream: its items in their order",
            "SELECT work_item_id FROM work_stream_items WHERE stream_id = {id 15 12} ORDER BY position LIMIT 5",
        ),
    ];
    served.into_iter().map(|(name, what, sql)| (name, Served::Sql(what, sql))).collect()
}
