//! A board in use, and ways to damage it that no verb has.

use callboard_service::Ref;
use callboard_service::decision::AddDecision;
use callboard_service::entity::{CapabilityLevel, TaskPrerequisiteStatus, TaskPrerequisiteType, task_prerequisites};
use callboard_service::item::{ItemRef, NewItem, Requirement};
use callboard_service::sprint::{AddSprint, AddSprintItems};
use support::automation_rows::{self, Around};
use support::flow::delegated;
use support::{Seed, TestDb, workflow_rows};
use uuid::Uuid;

/// Two users' worth of rows: items with a requirement, prerequisites, an assignment and a sprint, two runs, of one of
/// which a step is completed, and what the automation writes.
pub async fn board(t: &TestDb) -> Seed {
    let seed = t.seed().await;
    let agent = seed.agent_with("ada", &[("rust", CapabilityLevel::Expert)], None).await;
    let requirements =
        ["sql", "rust"].map(|name| Requirement { capability: name.to_owned(), level: CapabilityLevel::Basic });
    let first = NewItem { priority: 0, ..NewItem::titled("first".to_owned()) };
    let second = NewItem {
        prerequisites: vec![ItemRef::Index(0)],
        requirements: requirements.to_vec(),
        ..NewItem::titled("second".to_owned())
    };
    let items = seed.add_all(vec![first, second]).await;
    let held = seed.claim(&agent).await;
    let (project, assignment) = (seed.project.id, Some(held.assignment));
    let around = Around { project, item: held.item.id, assignment, session: None, agent: agent.id, user: seed.user.id };
    automation_rows::write_all(&seed.raw, &around).await;
    workflow_rows::write(&seed.raw, gate(items[1].id)).await;
    seed.run(AddSprint { code: "1".to_owned(), title: "One".to_owned(), ..AddSprint::default() }).await;
    let add = AddSprintItems {
        project: None,
        sprint: Ref::from("SPRINT-1"),
        items: items.iter().map(|i| Ref::Id(i.id)).collect(),
        position: None,
    };
    seed.run(add).await;
    seed.must(&AddDecision::new("Use one writer", "All writes go through it.", "There is one anyway.")).await;
    let steps: &[(&str, &[&str])] = &[("search", &[]), ("write", &["search"])];
    seed.flow(&delegated("idle", steps)).await;
    let run = seed.flow(&delegated("report", steps)).await;
    seed.play(&agent, run.id, "search", serde_json::json!("found")).await;
    seed
}

/// What an item waits for that counts only where it asks for it.
fn gate(item: Uuid) -> task_prerequisites::Model {
    let now = chrono::Utc::now();
    task_prerequisites::Model {
        id: Uuid::now_v7(),
        work_item_id: item,
        prerequisite_id: None,
        prerequisite_type: TaskPrerequisiteType::QualityGate,
        description: "strict".to_owned(),
        validation_criteria: None,
        is_mandatory: true,
        is_auto_resolvable: true,
        status: TaskPrerequisiteStatus::Pending,
        satisfied_at: None,
        waived_by: None,
        waiver_reason: None,
        created_at: now,
        updated_at: now,
    }
}

/// SQL that changes the text of a SQLite table's definition, and SQL that changes it back.
pub fn edited(table: &str, from: &str, to: &str) -> (String, String) {
    let edit = |from: &str, to: &str| {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        // The new table tells other connections that the schema changed.
        format!(
            "PRAGMA writable_schema = ON; \
             UPDATE sqlite_schema SET sql = replace(sql, {}, {}) WHERE name = '{table}' AND type = 'table'; \
             PRAGMA writable_schema = RESET; CREATE TABLE told (a); DROP TABLE told",
            quoted(from),
            quoted(to)
        )
    };
    // What is taken away can't be found again: the column before it marks the place.
    if to.is_empty() {
        let marked = format!(" /* {} */", table);
        return (edit(from, &marked), edit(&marked, from));
    }
    (edit(from, to), edit(to, from))
}
