//! Each kind of damage, planted by raw SQL, is found; what cannot be derived is left as it is.

use callboard_service::entity::{
    ArtifactActorType, ArtifactType, CapabilityLevel, TaskPrerequisiteStatus as Status, TaskPrerequisiteType as Type,
    board_artifacts, sprint_items, sprints, task_prerequisites as edges, work_stream_items, work_streams,
};
use callboard_service::entity::{SprintStatus, WorkStreamStatus, WorkStreamType};
use callboard_service::item::NewItem;
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::project::AddProject;
use callboard_service::structure::Damage;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use std::collections::BTreeSet;
use support::flow::delegated;
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::structure::{look, told, validate};

/// CB-1 is free, CB-2 is held by the agent coder, CB-3 is done, CB-4 waits for CB-1, CB-5 needs rust; OT-1 is elsewhere.
pub async fn board(t: &TestDb) -> Seed {
    let seed = t.seed().await;
    let coder = seed.agent("coder").await;
    seed.agent("other").await;
    let free = seed.item().await;
    seed.work(&coder).await;
    let done = seed.work(&coder).await;
    let complete = callboard_service::assignment::Complete { assignment: done.assignment, ..Default::default() };
    seed.by(&coder, &complete).await.expect("complete");
    let waits = seed.item().await;
    seed.must(&AddPrerequisite::new(waits.id, free.id)).await;
    let needs = callboard_service::item::Requirement { capability: "rust".to_owned(), level: CapabilityLevel::Expert };
    seed.add(NewItem { requirements: vec![needs], ..NewItem::titled("needs rust") }).await;
    let other = AddProject {
        slug: "other".to_owned(),
        name: "Other".to_owned(),
        key_prefix: "OT".to_owned(),
        ..AddProject::default()
    };
    seed.must(&other).await;
    seed.add_all_in("other", vec![NewItem::titled("elsewhere")]).await;
    seed.must(&callboard_service::setting::SetSetting {
        key: "default_project".to_owned(),
        value: serde_json::json!("demo"),
        project: None,
    })
    .await;
    seed
}

pub async fn id(seed: &Seed, key: &str) -> Uuid {
    use callboard_service::item::ShowItem;
    seed.board.read(&ShowItem { item: key.into() }).await.expect("show").item.id
}

/// An edge that no verb would make.
pub async fn edge(seed: &Seed, from: &str, to: Option<&str>, kind: Type, status: Status, mandatory: bool) -> Uuid {
    let now = seed.board.now();
    let row = edges::Model {
        id: Uuid::now_v7(),
        work_item_id: id(seed, from).await,
        prerequisite_id: match to {
            Some(to) => Some(id(seed, to).await),
            None => None,
        },
        prerequisite_type: kind,
        description: "planted".to_owned(),
        validation_criteria: None,
        is_mandatory: mandatory,
        is_auto_resolvable: false,
        status,
        satisfied_at: None,
        waived_by: None,
        waiver_reason: None,
        created_at: now,
        updated_at: now,
    };
    let id = row.id;
    edges::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&seed.raw).await.expect("plant");
    id
}

async fn remove_edge(seed: &Seed, id: Uuid) {
    edges::Entity::delete_by_id(id).exec(&seed.raw).await.expect("remove the edge");
}

/// What is found now.
async fn found(seed: &Seed) -> Vec<String> {
    told(&validate(seed, &look()).await)
}

/// Plants, looks, and takes it back; gives what was found.
async fn planted(seed: &Seed, sql: &str, back: &str) -> Vec<String> {
    seed.sql(sql).await;
    let found = found(seed).await;
    let before = super::structure::rows(seed).await;
    super::structure::validate(seed, &super::structure::fix()).await;
    super::structure::assert_unchanged(seed, &before, "a repair of what cannot be derived").await;
    seed.sql(back).await;
    assert_eq!(self::found(seed).await, Vec::<String>::new(), "{back}");
    found
}

both! {
    async fn a_board_as_the_verbs_leave_it_has_none(t: TestDb) {
        let seed = board(&t).await;
        assert_eq!(found(&seed).await, Vec::<String>::new());
        let flow = seed.flow(&delegated("release", &[("a", &[]), ("b", &["a"])])).await;
        assert_eq!(flow.workflow_id, "release");
        assert_eq!(found(&seed).await, Vec::<String>::new());
    }

    async fn states_that_cannot_be(t: TestDb) {
        let seed = board(&t).await;
        let item = "UPDATE work_items SET";
        let found = planted(
            &seed,
            &format!("{item} status = 'blocked' WHERE key = 'CB-2'"),
            &format!("{item} status = 'in_progress' WHERE key = 'CB-2'"),
        ).await;
        assert_eq!(found, ["ledger CB-2", "status_against_assignment CB-2"]);
        let found = planted(
            &seed,
            &format!("{item} dead_at = created_at WHERE key = 'CB-1'"),
            &format!("{item} dead_at = NULL WHERE key = 'CB-1'"),
        ).await;
        assert_eq!(found, ["dead_letter CB-1", "ledger CB-1"]);
        let until = seed.board.read(&callboard_service::item::ShowItem { item: "CB-2".into() }).await.expect("show");
        assert!(until.current.is_some(), "CB-2 is held");
        let found = planted(
            &seed,
            "UPDATE task_assignments SET heartbeat_at = lease_expires_at, lease_expires_at = NULL WHERE status = 'started'",
            "UPDATE task_assignments SET lease_expires_at = heartbeat_at WHERE status = 'started'",
        ).await;
        assert_eq!(found, ["missing_deadline CB-2"]);
    }

    async fn a_ledger_that_does_not_replay(t: TestDb) {
        let seed = board(&t).await;
        let found = planted(
            &seed,
            "UPDATE work_items SET revision = revision + 1 WHERE key = 'CB-1'",
            "UPDATE work_items SET revision = revision - 1 WHERE key = 'CB-1'",
        ).await;
        assert_eq!(found, ["ledger CB-1"]);
        let found = planted(
            &seed,
            "UPDATE work_items SET archived_at = created_at WHERE key = 'CB-5'",
            "UPDATE work_items SET archived_at = NULL WHERE key = 'CB-5'",
        ).await;
        assert_eq!(found, ["ledger CB-5"]);
        let found = planted(
            &seed,
            "UPDATE task_assignments SET status = 'failed' WHERE status = 'completed'",
            "UPDATE task_assignments SET status = 'completed' WHERE status = 'failed'",
        ).await;
        assert_eq!(found, ["assignment_ledger CB-3"]);
        let found = planted(
            &seed,
            "UPDATE work_item_events SET revision = revision + 10 WHERE work_item_id = (SELECT id FROM work_items WHERE key = 'CB-2') AND kind = 'claimed'",
            "UPDATE work_item_events SET revision = revision - 10 WHERE revision > 9",
        ).await;
        assert_eq!(found, ["ledger CB-2"], "a gap");
    }

    async fn what_belongs_to_another_project(t: TestDb) {
        let seed = board(&t).await;
        let found = planted(
            &seed,
            "UPDATE work_items SET parent_id = (SELECT id FROM work_items WHERE key = 'OT-1') WHERE key = 'CB-1'",
            "UPDATE work_items SET parent_id = NULL WHERE key = 'CB-1'",
        ).await;
        assert_eq!(found, ["parent_elsewhere CB-1"]);
        let planted = edge(&seed, "CB-1", Some("OT-1"), Type::CompletionDependency, Status::Pending, false).await;
        assert_eq!(self::found(&seed).await, ["prerequisite_elsewhere CB-1"]);
        remove_edge(&seed, planted).await;
        let now = seed.board.now();
        let (sprint, stream, item) = (Uuid::now_v7(), Uuid::now_v7(), id(&seed, "OT-1").await);
        let day = now.date_naive();
        let row = sprints::Model {
            id: sprint, project_id: seed.project.id, code: "SPRINT-9".to_owned(), title: "x".to_owned(), goal: None,
            status: SprintStatus::Active, starts_on: Some(day), ends_on: Some(day - chrono::TimeDelta::days(1)),
            metadata: None, created_at: now, updated_at: now,
        };
        sprints::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&seed.raw).await.expect("plant");
        assert_eq!(self::found(&seed).await, ["sprint_dates SPRINT-9"]);
        seed.sql("UPDATE sprints SET ends_on = starts_on").await;
        let row = sprint_items::Model { sprint_id: sprint, work_item_id: item, position: 1, created_at: now };
        sprint_items::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&seed.raw).await.expect("plant");
        assert_eq!(self::found(&seed).await, ["sprint_elsewhere SPRINT-9"]);
        seed.sql("DELETE FROM sprint_items").await;
        let row = work_streams::Model {
            id: stream, project_id: seed.project.id, slug: "docs".to_owned(), name: "Docs".to_owned(),
            stream_type: WorkStreamType::Documentation, status: WorkStreamStatus::Open, guidance: None,
            created_at: now, updated_at: now,
        };
        work_streams::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&seed.raw).await.expect("plant");
        let row = work_stream_items::Model { stream_id: stream, work_item_id: item, position: 1, created_at: now };
        work_stream_items::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&seed.raw).await.expect("plant");
        assert_eq!(self::found(&seed).await, ["stream_elsewhere docs"]);
    }

    async fn prerequisites_that_say_too_little_or_go_in_circles(t: TestDb) {
        let seed = board(&t).await;
        let incomplete = [
            (Type::CompletionDependency, Status::Pending),
            (Type::QualityGate, Status::Waived),
            (Type::FileDependency, Status::Satisfied),
        ];
        for (kind, status) in incomplete {
            let planted = edge(&seed, "CB-5", None, kind, status, false).await;
            assert_eq!(found(&seed).await, ["prerequisite_incomplete CB-5"], "{kind} {status}");
            remove_edge(&seed, planted).await;
        }
        // CB-4 waits for CB-1 already; CB-5 leads into the cycle, and is not in it.
        let back = edge(&seed, "CB-1", Some("CB-4"), Type::CompletionDependency, Status::Pending, false).await;
        let into = edge(&seed, "CB-5", Some("CB-4"), Type::CompletionDependency, Status::Pending, false).await;
        let done = validate(&seed, &look()).await;
        assert_eq!(told(&done), ["prerequisite_cycle CB-1"]);
        assert!(done.findings[0].detail.contains("CB-1 -> CB-4 -> CB-1"), "{:?}", done.findings);
        let mut item = look();
        item.request.scope = callboard_service::maintenance::Scope::Item("CB-4".into());
        assert_eq!(told(&validate(&seed, &item).await), ["prerequisite_cycle CB-1"], "whichever item of it is named");
        item.request.scope = callboard_service::maintenance::Scope::Item("CB-5".into());
        assert_eq!(told(&validate(&seed, &item).await), Vec::<String>::new());
        remove_edge(&seed, back).await;
        remove_edge(&seed, into).await;
        let found = planted(
            &seed,
            "UPDATE work_items SET parent_id = CASE key WHEN 'CB-1' THEN (SELECT id FROM work_items WHERE key = 'CB-5') \
             ELSE (SELECT id FROM work_items WHERE key = 'CB-1') END WHERE key IN ('CB-1', 'CB-5')",
            "UPDATE work_items SET parent_id = NULL",
        ).await;
        assert_eq!(found, ["parent_cycle CB-1"]);
    }

    async fn artifacts_and_runs(t: TestDb) {
        let seed = board(&t).await;
        let row = board_artifacts::Model {
            id: Uuid::now_v7(), work_item_id: id(&seed, "CB-1").await, assignment_id: None, session_id: None,
            name: "report".to_owned(), artifact_type: ArtifactType::General, version: 1,
            content_hash: "0".repeat(64), size_bytes: 3, mime_type: None, content: None, path: None,
            previous_version_id: None, actor_type: ArtifactActorType::User, actor_id: Some(seed.user.id),
            created_at: seed.board.now(),
        };
        board_artifacts::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&seed.raw).await.expect("plant");
        assert_eq!(found(&seed).await, ["missing_artifact CB-1"]);
        seed.sql("UPDATE board_artifacts SET path = 'kept/report'").await;
        assert_eq!(found(&seed).await, ["missing_artifact CB-1"], "the project has no root");
        let root = t.dir().join("root");
        std::fs::create_dir_all(root.join("kept")).expect("make a folder");
        let edit = callboard_service::project::EditProject {
            root_path: callboard_service::Change::Set(root.to_string_lossy().into_owned()),
            ..callboard_service::project::EditProject::new("demo")
        };
        seed.must(&edit).await;
        for content in ["", "abcd"] {
            std::fs::write(root.join("kept/report"), content).expect("write");
            assert_eq!(found(&seed).await, ["missing_artifact CB-1"], "{content:?}");
        }
        std::fs::write(root.join("kept/report"), "abc").expect("write");
        assert_eq!(found(&seed).await, Vec::<String>::new());
        seed.sql("DELETE FROM board_artifacts").await;

        seed.flow(&delegated("release", &[("a", &[])])).await;
        let found = planted(
            &seed,
            "UPDATE workflow_runs SET steps_completed = 7, project_id = (SELECT id FROM board_projects WHERE slug = 'demo')",
            "UPDATE workflow_runs SET steps_completed = 0",
        ).await;
        assert_eq!(found, ["workflow_steps release"]);
    }
}

support::plain! {
    /// This file and structure_fixed.rs plant each of them.
    fn every_kind_is_planted() {
        let here = [include_str!("structure_found.rs"), include_str!("structure_fixed.rs")].concat();
        let words: BTreeSet<&str> = here.split(|c: char| !c.is_ascii_lowercase() && c != '_').collect();
        let forgotten: Vec<&str> = Damage::ALL.iter().map(|damage| damage.as_str()).filter(|name| !words.contains(name)).collect();
        assert_eq!(forgotten, Vec::<&str>::new());
        assert!(Damage::ALL.len() >= 15);
    }
}
