//! A row of each table of continuity, with something in every column.

use callboard_entity::*;
use sea_orm::DatabaseTransaction;
use sea_orm::prelude::Uuid;
use serde_json::json;

use super::round_trip::{at, id, round_trip, words};

/// The session that the rows are of.
pub(super) const SESSION: Uuid = Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0026);

fn session() -> work_sessions::Model {
    work_sessions::Model {
        id: SESSION,
        key: words("S-1"),
        project_id: Some(id(2)),
        agent_id: Some(id(10)),
        user_id: None,
        source: WorkSessionSource::Mcp,
        session_type: WorkSessionType::Review,
        status: WorkSessionStatus::Abandoned,
        active_work_item_id: Some(id(4)),
        started_at: at(0),
        resumed_at: Some(at(1)),
        paused_at: Some(at(2)),
        ended_at: Some(at(3)),
        active_seconds: i64::MAX,
        summary: Some(words("summary")),
        metadata: Some(json!({"a": [1]})),
        created_at: at(4),
        updated_at: at(5),
    }
}

fn operation() -> file_operations::Model {
    file_operations::Model {
        id: id(29),
        work_item_id: id(4),
        assignment_id: Some(id(16)),
        session_id: Some(SESSION),
        operation: FileOperationOperation::Move,
        path: words("src/old"),
        new_path: Some(words("src/new")),
        content_hash: Some("0f".repeat(32)),
        size_bytes: Some(i64::MAX),
        rationale: Some(words("why")),
        file_metadata: Some(json!({"mode": 420})),
        verification_status: FileOperationVerificationStatus::Superseded,
        actor_type: FileOperationActorType::Agent,
        actor_id: Some(id(10)),
        occurred_at: at(0),
        created_at: at(1),
        updated_at: at(2),
    }
}

fn decision() -> board_decisions::Model {
    let list = || Some(json!(["one", words("two")]));
    board_decisions::Model {
        id: id(31),
        project_id: id(2),
        number: i64::MAX,
        work_item_id: Some(id(4)),
        session_id: Some(SESSION),
        agent_id: Some(id(10)),
        title: words("title"),
        category: DecisionCategory::Security,
        impact: DecisionImpact::Low,
        status: DecisionStatus::Reversed,
        problem: Some(words("problem")),
        context: Some(words("context")),
        decision: words("decision"),
        rationale: words("rationale"),
        implementation_approach: Some(words("approach")),
        alternatives: list(),
        trade_offs: list(),
        risks: list(),
        mitigations: list(),
        success_criteria: list(),
        affected_files: list(),
        affected_components: list(),
        implementation_status: DecisionImplementationStatus::Failed,
        outcome: Some(words("outcome")),
        lessons: Some(words("lessons")),
        review_at: Some(at(0)),
        actor_type: DecisionActorType::User,
        actor_id: Some(id(1)),
        created_at: at(1),
        updated_at: at(2),
    }
}

/// Writes and reads them; gives their tables.
pub(super) async fn all(db: &DatabaseTransaction) -> Vec<String> {
    let event = session_events::Model {
        id: id(27),
        session_id: SESSION,
        seq: i64::MIN,
        kind: SessionEventKind::Switch,
        work_item_id: Some(id(4)),
        actor_type: SessionEventActorType::System,
        actor_id: Some(id(1)),
        data: Some(json!({"text": words("note")})),
        created_at: at(0),
    };
    let verification = file_verifications::Model {
        id: id(30),
        operation_id: id(29),
        file_exists: true,
        content_matches: Some(false),
        size_matches: Some(true),
        is_regular_file: Some(false),
        status: FileVerificationStatus::Partial,
        errors: Some(json!(["size"])),
        actor_type: FileVerificationActorType::Agent,
        actor_id: Some(id(10)),
        created_at: at(0),
    };
    let evolution = decision_evolutions::Model {
        id: id(32),
        original_id: id(31),
        new_id: id(31),
        kind: DecisionEvolutionKind::Clarified,
        reason: words("reason"),
        actor_type: DecisionEvolutionActorType::User,
        actor_id: Some(id(1)),
        created_at: at(0),
    };
    let message = board_messages::Model {
        id: id(33),
        project_id: id(2),
        thread_id: Some(id(33)),
        kind: MessageKind::Handover,
        from_agent_id: Some(id(10)),
        to_agent_id: Some(id(10)),
        work_item_id: Some(id(4)),
        body: json!({"text": words("body")}),
        actor_type: MessageActorType::Agent,
        actor_id: Some(id(10)),
        read_at: Some(at(0)),
        acknowledged_at: Some(at(1)),
        created_at: at(2),
    };
    let checkpoint = checkpoints::Model {
        id: id(34),
        work_item_id: id(4),
        assignment_id: Some(id(16)),
        session_id: Some(SESSION),
        seq: i64::MAX,
        note: words("note"),
        data: Some(json!([1.5])),
        actor_type: CheckpointActorType::Agent,
        actor_id: Some(id(10)),
        created_at: at(0),
    };
    vec![
        round_trip(db, session(), &[]).await,
        round_trip(db, event, &[]).await,
        round_trip(db, operation(), &[]).await,
        round_trip(db, verification, &[]).await,
        round_trip(db, decision(), &[]).await,
        round_trip(db, evolution, &[]).await,
        round_trip(db, message, &[]).await,
        round_trip(db, checkpoint, &[]).await,
    ]
}
