//! A row of every table is written and read back through its entity, on both databases.

use std::collections::BTreeSet;
use std::fmt::Debug;

use callboard_entity::*;
use sea_orm::prelude::{Date, DateTimeUtc, Decimal, Uuid};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityName, EntityTrait, Iden,
    IntoActiveModel, Iterable, ModelTrait, TransactionTrait,
};
use serde_json::json;
use support::{TestDb, both, plain, workflow_rows};

use super::change::{committed, run};
use super::{automation_rows, continuity_rows};

/// An id for each table, which is also its number.
pub(super) fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + n)
}

/// A time with microseconds that end in a zero, which a text without its trailing zeros has to survive.
pub(super) fn at(n: i64) -> DateTimeUtc {
    DateTimeUtc::from_timestamp_micros(1_795_230_000_123_450 + n).expect("a time")
}

/// Text that breaks careless quoting, encoding and escaping.
pub(super) fn words(name: &str) -> String {
    format!("{name} 'q' \"d\" \\ % é 漢字 \u{1F3AD}\n\t;--")
}

/// Writes a model, reads it back, then clears what may be null and reads again.
pub(super) async fn round_trip<M>(db: &DatabaseTransaction, model: M, keep: &[&str]) -> String
where
    M: ModelTrait + Clone + PartialEq + Debug + Sync + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    M::Entity: EntityTrait<Model = M>,
    <M::Entity as EntityTrait>::ActiveModel: Send,
{
    let table = M::Entity::default().table_name().to_owned();
    let written = model.clone().into_active_model().reset_all();
    M::Entity::insert(written).exec_without_returning(db).await.unwrap_or_else(|e| panic!("{table}: {e}"));
    let read = M::Entity::find().all(db).await.unwrap_or_else(|e| panic!("{table}: {e}"));
    assert_eq!(read, [model], "{table}");

    let nullable: Vec<String> = <M::Entity as EntityTrait>::Column::iter()
        .filter(|column| column.def().is_null() && !keep.contains(&column.unquoted()))
        .map(|column| column.unquoted().to_owned())
        .collect();
    if !nullable.is_empty() {
        let cleared: Vec<String> = nullable.iter().map(|column| format!("\"{column}\" = NULL")).collect();
        run(db, &format!("UPDATE {table} SET {}", cleared.join(", "))).await;
        let read = M::Entity::find().one(db).await.unwrap_or_else(|e| panic!("{table}: {e}")).expect("the row");
        for column in <M::Entity as EntityTrait>::Column::iter().filter(|c| nullable.contains(&c.unquoted().to_owned()))
        {
            let value = read.get(column);
            assert_eq!(value, value.as_null(), "{table}.{}", column.unquoted());
        }
    }
    table
}

pub(super) fn project() -> board_projects::Model {
    board_projects::Model {
        id: id(2),
        slug: "board".to_owned(),
        name: words("project"),
        key_prefix: "CB".to_owned(),
        next_item_number: i64::MAX,
        next_decision_number: i64::MIN,
        root_path: Some(words("/root")),
        status: ProjectStatus::Archived,
        metadata: Some(json!({"a": [1, 2.5, null, words("m")]})),
        created_at: at(0),
        updated_at: at(1),
    }
}

pub(super) fn item() -> work_items::Model {
    work_items::Model {
        id: id(4),
        project_id: id(2),
        parent_id: Some(id(4)),
        key: "CB-42".to_owned(),
        r#type: WorkItemType::Spike,
        title: words("title"),
        description: Some(words("description")),
        acceptance_criteria: Some(json!([{"text": "it works", "done": false}])),
        status: WorkItemStatus::InProgress,
        priority: 4,
        assignee_type: Some(WorkItemAssigneeType::Agent),
        assignee_id: Some(id(10)),
        tags: Some(json!(["a", "b"])),
        metadata: Some(json!({})),
        due_at: Some(at(2)),
        completed_at: Some(at(3)),
        archived_at: Some(at(4)),
        revision: 7,
        created_at: at(5),
        updated_at: at(6),
        delegation_status: WorkItemDelegationStatus::InProgress,
        delegation_context: Some(json!({"k": 1})),
        delegation_history: Some(json!([])),
        estimated_hours: Some(Decimal::new(99_999_999, 2)),
        actual_hours: Some(Decimal::new(7, 2)),
        unmet_prerequisites: 1,
        attempt_count: 2,
        max_attempts: 3,
        requirement_key: "rust:expert".to_owned(),
        available_at: Some(at(7)),
        dead_at: Some(at(8)),
        blocked_reason: Some(words("reason")),
        last_activity_at: Some(at(9)),
        prerequisite_satisfaction_required: true,
        auto_maintenance_enabled: false,
        quality_gate_level: WorkItemQualityGateLevel::Strict,
    }
}

pub(super) fn agent() -> agent_profiles::Model {
    agent_profiles::Model {
        id: id(10),
        name: words("agent"),
        slug: "ada".to_owned(),
        r#type: "backend-engineer".to_owned(),
        mode: AgentProfileMode::Enablement,
        description: Some(words("description")),
        capabilities: Some(json!(["rust"])),
        constraints: Some(json!({"no": "network"})),
        tools: Some(json!(["cargo"])),
        metadata: Some(json!(null)),
        status: AgentProfileStatus::Inactive,
        max_open_assignments: Some(3),
        created_at: at(0),
        updated_at: at(1),
    }
}

pub(super) fn assignment() -> task_assignments::Model {
    task_assignments::Model {
        id: id(16),
        work_item_id: id(4),
        agent_id: Some(id(10)),
        user_id: None,
        assigned_by: Some(id(1)),
        assigned_by_agent_id: Some(id(10)),
        assigned_at: at(0),
        started_at: Some(at(1)),
        completed_at: Some(at(2)),
        status: TaskAssignmentStatus::Paused,
        attempt: 2,
        lease_expires_at: Some(at(3)),
        heartbeat_at: Some(at(4)),
        notes: Some(words("notes")),
        context: Some(json!({"requirement": "rust"})),
        created_at: at(5),
        updated_at: at(6),
    }
}

/// The tables that only refer to others.
async fn leaves(db: &DatabaseTransaction) -> Vec<String> {
    let prerequisite = task_prerequisites::Model {
        id: id(14),
        work_item_id: id(4),
        prerequisite_id: Some(id(4)),
        prerequisite_type: TaskPrerequisiteType::QualityGate,
        description: words("gate"),
        validation_criteria: Some(json!({"command": "cargo test"})),
        is_mandatory: true,
        is_auto_resolvable: false,
        status: TaskPrerequisiteStatus::Waived,
        satisfied_at: Some(at(0)),
        waived_by: Some("user:ada".to_owned()),
        waiver_reason: Some(words("why")),
        created_at: at(1),
        updated_at: at(2),
    };
    let event = work_item_events::Model {
        id: id(6),
        work_item_id: id(4),
        revision: 1,
        assignment_id: Some(id(16)),
        session_id: Some(id(99)),
        kind: "moved".to_owned(),
        from_status: Some("todo".to_owned()),
        to_status: Some("done".to_owned()),
        actor_type: ActorType::System,
        actor_id: Some(id(1)),
        reason: Some(words("reason")),
        data: Some(json!({"after": {"status": "done"}})),
        created_at: at(0),
    };
    let requirement = work_item_requirements::Model {
        work_item_id: id(4),
        capability: "rust".to_owned(),
        min_level: CapabilityLevel::Proficient,
        created_at: at(0),
    };
    let capability = agent_capabilities::Model {
        agent_id: id(10),
        capability: "rust".to_owned(),
        level: CapabilityLevel::Expert,
        verified_at: Some(at(0)),
        created_at: at(1),
    };
    let membership = sprint_items::Model { sprint_id: id(3), work_item_id: id(4), position: -1, created_at: at(0) };
    let key = idempotency_keys::Model {
        actor: "agent:ada".to_owned(),
        verb: "claim".to_owned(),
        key: words("key"),
        request_sha256: "00".repeat(32),
        result: json!({"claimed": []}),
        expires_at: at(0),
        created_at: at(1),
    };
    let setting = board_settings::Model {
        id: id(8),
        project_id: Some(id(2)),
        key: "stale_hours".to_owned(),
        value: json!(24.5),
        created_at: at(0),
        updated_at: at(1),
    };
    let external = external_refs::Model {
        id: id(9),
        source: "beads".to_owned(),
        source_id: "br-1".to_owned(),
        entity_type: "work_item".to_owned(),
        entity_id: id(4),
        content_sha256: "ff".repeat(32),
        imported_at: at(0),
        created_at: at(1),
    };
    vec![
        round_trip(db, prerequisite, &[]).await,
        round_trip(db, event, &[]).await,
        round_trip(db, requirement, &[]).await,
        round_trip(db, capability, &[]).await,
        round_trip(db, membership, &[]).await,
        round_trip(db, key, &[]).await,
        round_trip(db, setting, &[]).await,
        round_trip(db, external, &[]).await,
    ]
}

/// The tables of workflows; the step stands for itself in its dependencies.
async fn workflows(db: &DatabaseTransaction) -> Vec<String> {
    let step =
        || workflow_steps::Model { execution_time_seconds: Some(0.1 + 0.2), ..workflow_rows::step(1, id(10), id(4)) };
    vec![
        round_trip(db, workflow_rows::template(), &[]).await,
        round_trip(db, workflow_rows::run(id(2)), &[]).await,
        round_trip(db, step(), &[]).await,
        round_trip(db, workflow_rows::dependency(step().id, step().id), &[]).await,
        round_trip(db, workflow_rows::output(step().id), &[]).await,
        round_trip(db, workflow_rows::context(), &[]).await,
        round_trip(db, workflow_rows::event(step().id, id(1)), &[]).await,
    ]
}

/// A row of every table, there and back; gives the tables.
pub(super) async fn all_there_and_back(db: &DatabaseTransaction) -> BTreeSet<String> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    seen.insert(round_trip(db, user(), &[]).await);
    seen.insert(round_trip(db, project(), &[]).await);
    seen.insert(round_trip(db, sprint(), &[]).await);
    seen.insert(round_trip(db, agent(), &[]).await);
    seen.insert(round_trip(db, item(), &[]).await);
    seen.insert(round_trip(db, assignment(), &["agent_id", "user_id"]).await);
    seen.extend(leaves(db).await);
    seen.extend(workflows(db).await);
    seen.extend(continuity_rows::all(db).await);
    seen.extend(automation_rows::all(db).await);
    seen
}

pub(super) fn user() -> board_users::Model {
    board_users::Model {
        id: id(1),
        name: words("Ada"),
        email: Some("ada@example.org".to_owned()),
        created_at: at(0),
        updated_at: at(1),
    }
}

pub(super) fn sprint() -> sprints::Model {
    sprints::Model {
        id: id(3),
        project_id: id(2),
        code: "SPRINT-62".to_owned(),
        title: words("sprint"),
        goal: Some(words("goal")),
        status: SprintStatus::OnHold,
        starts_on: Date::from_ymd_opt(2026, 2, 28),
        ends_on: Date::from_ymd_opt(9999, 12, 31),
        metadata: Some(json!([])),
        created_at: at(0),
        updated_at: at(1),
    }
}

both! {
    async fn every_table(t: TestDb) {
        let db = t.raw().await.begin().await.expect("begin");
        let seen = all_there_and_back(&db).await;
        let files = committed();
        let tables: BTreeSet<String> = files.keys().filter_map(|f| f.strip_suffix(".rs")).map(str::to_owned)
            .filter(|f| f != "mod" && f != "sea_orm_active_enums").collect();
        assert_eq!(seen, tables, "a table without a round trip");
        db.rollback().await.expect("rows that no verb made do not stay");
    }

    async fn every_status_is_stored_as_its_text(t: TestDb) {
        let db = t.raw().await.begin().await.expect("begin");
        let alone = work_items::Model { parent_id: None, ..item() };
        project().into_active_model().reset_all().insert(&db).await.expect("a project");
        alone.into_active_model().reset_all().insert(&db).await.expect("an item");
        for status in WorkItemStatus::ALL {
            run(&db, &format!("UPDATE work_items SET status = '{status}'")).await;
            let read = work_items::Entity::find().one(&db).await.expect("read").expect("the item");
            assert_eq!(read.status, *status);
        }
        let refused = db.execute_unprepared("UPDATE work_items SET status = 'unheard of'").await;
        refused.expect_err("a value that is not in the list");
        db.rollback().await.expect("rows that no verb made do not stay");
    }
}

/// The stored text, `as_str`, `Display` and serde agree on every value.
fn agrees<E>(all: &[E], text: impl Fn(E) -> &'static str)
where
    E: ActiveEnum<Value = String> + Copy + Ord + PartialEq + Debug + std::fmt::Display + Iterable,
    E: serde::Serialize + serde::de::DeserializeOwned,
{
    assert!(!all.is_empty() && all.is_sorted() && all.iter().copied().eq(E::iter()));
    for value in all {
        let stored = text(*value);
        assert_eq!(value.to_value(), stored);
        assert_eq!(value.to_string(), stored);
        assert_eq!(serde_json::to_value(value).expect("serialize"), json!(stored));
        assert_eq!(serde_json::from_value::<E>(json!(stored)).expect("deserialize"), *value);
        assert_eq!(E::try_from_value(&stored.to_owned()).expect("parse"), *value);
    }
}

plain! {
    fn every_enum_has_one_text() {
        agrees(ActorType::ALL, ActorType::as_str);
        agrees(AgentProfileMode::ALL, AgentProfileMode::as_str);
        agrees(CapabilityLevel::ALL, CapabilityLevel::as_str);
        agrees(TaskAssignmentStatus::ALL, TaskAssignmentStatus::as_str);
        agrees(WorkItemDelegationStatus::ALL, WorkItemDelegationStatus::as_str);
        agrees(WorkItemStatus::ALL, WorkItemStatus::as_str);
        agrees(WorkItemType::ALL, WorkItemType::as_str);
        agrees(WorkflowOutputType::ALL, WorkflowOutputType::as_str);
        agrees(WorkflowRunStatus::ALL, WorkflowRunStatus::as_str);
        agrees(WorkflowStepStatus::ALL, WorkflowStepStatus::as_str);
    }
}
