//! Tests of recovery packages and handovers.

mod budget;
mod claims;
mod files;
mod handover;
mod killed;
mod notes;
mod read_only;
mod recover;
mod rules;
mod story;

use callboard_service::Ref;
use callboard_service::entity::{
    DecisionActorType, DecisionCategory, DecisionImpact, DecisionImplementationStatus as Carried, DecisionStatus,
    FileOperationActorType, FileOperationOperation as Operation, FileOperationVerificationStatus as Verified,
    board_decisions as decisions, file_operations as operations,
};
use callboard_service::recovery::{Recover, RecoveryPackage};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use support::Seed;
use uuid::Uuid;

async fn package(seed: &Seed, item: Uuid) -> RecoveryPackage {
    seed.board.read(&Recover::of(Ref::Id(item))).await.expect("a package")
}

/// An accepted decision of low impact about an item, which the test makes into what it needs.
fn decision(seed: &Seed, item: Uuid, number: i64) -> decisions::Model {
    decisions::Model {
        id: Uuid::now_v7(),
        project_id: seed.project.id,
        number,
        work_item_id: Some(item),
        session_id: None,
        agent_id: None,
        title: format!("decision {number}"),
        category: DecisionCategory::Design,
        impact: DecisionImpact::Low,
        status: DecisionStatus::Accepted,
        problem: None,
        context: None,
        decision: "a hand-written parser".to_owned(),
        rationale: "better messages".to_owned(),
        implementation_approach: None,
        alternatives: None,
        trade_offs: None,
        risks: None,
        mitigations: None,
        success_criteria: None,
        affected_files: None,
        affected_components: None,
        implementation_status: Carried::Planned,
        outcome: None,
        lessons: None,
        review_at: None,
        actor_type: DecisionActorType::User,
        actor_id: Some(seed.user.id),
        created_at: seed.board.now(),
        updated_at: seed.board.now(),
    }
}

async fn decide(seed: &Seed, row: decisions::Model) {
    let insert = decisions::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("write a decision");
    seed.reindex().await;
}

/// What was done to a file, `after` seconds after the others.
fn operation(seed: &Seed, item: Uuid, after: i64, operation: Operation, path: &str) -> operations::Model {
    let now = seed.board.now();
    operations::Model {
        id: Uuid::now_v7(),
        work_item_id: item,
        assignment_id: None,
        session_id: None,
        operation,
        path: path.to_owned(),
        new_path: None,
        content_hash: Some("ab".repeat(32)),
        size_bytes: Some(7),
        rationale: None,
        file_metadata: None,
        verification_status: Verified::Pending,
        actor_type: FileOperationActorType::User,
        actor_id: Some(seed.user.id),
        occurred_at: now + TimeDelta::seconds(after),
        created_at: now,
        updated_at: now,
    }
}

async fn track(seed: &Seed, row: operations::Model) {
    let insert = operations::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("write an operation");
}
