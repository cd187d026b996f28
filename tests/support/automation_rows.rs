//! Rows of the automation as no verb makes them: every column holds something, and most of it is awkward. They agree with
//! each other all the same, as `migration verify` demands.

use callboard_service::entity::{
    ArtifactActorType, ArtifactType, MaintenanceOperationActorType, MaintenanceOperationExecutionStatus,
    MaintenanceOperationScope, MaintenanceOperationType, MaintenanceOperationValidationLevel, ReviewReviewerType,
    ReviewVerdict, WorkItemArchiveActorType, WorkItemArchiveReason, WorkStreamStatus, WorkStreamType, board_artifacts,
    maintenance_operations, project_health_metrics, reviews, work_item_archives, work_stream_items, work_streams,
};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::workflow_rows::write;

const ODD: &str = "'q' \"d\" \\ % é 漢字 \u{1F3AD}\n\t;--";

/// What is on the board already, and they are about.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    pub project: Uuid,
    pub item: Uuid,
    /// One of the item.
    pub assignment: Option<Uuid>,
    pub session: Option<Uuid>,
    /// Who reviewed.
    pub agent: Uuid,
    /// Who did all else.
    pub user: Uuid,
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0036_0000 + n)
}

fn at(n: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_795_230_000_123_450 + n).expect("a time")
}

pub fn review(of: &Around) -> reviews::Model {
    reviews::Model {
        id: id(1),
        work_item_id: of.item,
        assignment_id: of.assignment,
        session_id: of.session,
        verdict: ReviewVerdict::Rejected,
        reviewer_type: ReviewReviewerType::Agent,
        reviewer_id: of.agent,
        reason: Some(ODD.to_owned()),
        created_at: at(0),
    }
}

/// The version of that number: the first is a file, the second a text.
pub fn artifact(version: i64, of: &Around) -> board_artifacts::Model {
    let is_file = version == 1;
    let number = u128::try_from(version).expect("a number above 0");
    board_artifacts::Model {
        // The newer one has the lower id: an order by id would put it first.
        id: id(1_000 - number),
        work_item_id: of.item,
        assignment_id: of.assignment,
        session_id: of.session,
        name: "notes.md".to_owned(),
        artifact_type: ArtifactType::Documentation,
        version,
        content_hash: "0f".repeat(32),
        size_bytes: if is_file { i64::MAX } else { i64::try_from(ODD.len()).expect("a short text") },
        mime_type: Some("text/markdown".to_owned()),
        content: (!is_file).then(|| ODD.to_owned()),
        path: is_file.then(|| ODD.to_owned()),
        previous_version_id: (!is_file).then(|| id(1_001 - number)),
        actor_type: ArtifactActorType::User,
        actor_id: Some(of.user),
        created_at: at(version),
    }
}

pub fn stream(of: &Around) -> work_streams::Model {
    work_streams::Model {
        id: id(30),
        project_id: of.project,
        slug: "docs".to_owned(),
        name: ODD.to_owned(),
        stream_type: WorkStreamType::Documentation,
        status: WorkStreamStatus::Closed,
        guidance: Some(json!({"steps": [ODD]})),
        created_at: at(0),
        updated_at: at(1),
    }
}

pub fn stream_item(of: &Around) -> work_stream_items::Model {
    work_stream_items::Model { stream_id: id(30), work_item_id: of.item, position: i64::MIN, created_at: at(2) }
}

pub fn operation(of: &Around) -> maintenance_operations::Model {
    maintenance_operations::Model {
        id: id(40),
        project_id: Some(of.project),
        operation_type: MaintenanceOperationType::ScanCleanup,
        scope: MaintenanceOperationScope::SpecificItem,
        validation_level: MaintenanceOperationValidationLevel::FullAudit,
        target_id: Some(of.item),
        session_id: of.session,
        dry_run: true,
        execution_status: MaintenanceOperationExecutionStatus::Failed,
        results: Some(json!({"findings": [{"key": "CB-1", "odd": ODD}]})),
        auto_resolution_attempted: true,
        started_at: Some(at(0)),
        lease_expires_at: Some(at(1)),
        cursor: Some(json!({"after": null})),
        error: Some(ODD.to_owned()),
        completed_at: Some(at(2)),
        actor_type: MaintenanceOperationActorType::User,
        actor_id: Some(of.user),
        created_at: at(3),
        updated_at: at(4),
    }
}

pub fn metric(of: &Around) -> project_health_metrics::Model {
    project_health_metrics::Model {
        id: id(50),
        project_id: of.project,
        metric_type: "cycle_time_p90".to_owned(),
        value: 86_400.123_457,
        threshold: Some(0.1),
        is_passing: false,
        details: Some(json!({"slowest": ["CB-1"], "odd": ODD})),
        measured_at: at(0),
        created_at: at(1),
    }
}

pub fn archive(of: &Around) -> work_item_archives::Model {
    work_item_archives::Model {
        id: id(60),
        project_id: of.project,
        item_id: id(61),
        item_key: "CB-0".to_owned(),
        title: ODD.to_owned(),
        reason: WorkItemArchiveReason::Orphaned,
        content: json!({"work_items": [{"title": ODD, "estimated_hours": "1.5"}], "work_item_events": []}),
        content_sha256: "f0".repeat(32),
        row_count: 1,
        restorable: true,
        operation_id: Some(id(40)),
        actor_type: WorkItemArchiveActorType::User,
        actor_id: Some(of.user),
        expires_at: at(1),
        created_at: at(0),
    }
}

/// Writes something into every table: of artifacts two versions.
pub async fn write_all(db: &impl ConnectionTrait, of: &Around) {
    write(db, review(of)).await;
    write(db, artifact(1, of)).await;
    write(db, artifact(2, of)).await;
    write(db, stream(of)).await;
    write(db, stream_item(of)).await;
    write(db, operation(of)).await;
    write(db, metric(of)).await;
    write(db, archive(of)).await;
}
