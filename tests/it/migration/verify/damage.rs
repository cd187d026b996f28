//! A board in use, and ways to damage it that no verb has.

use callboard_service::Ref;
use callboard_service::decision::AddDecision;
use callboard_service::entity::CapabilityLevel;
use callboard_service::item::{ItemRef, NewItem, Requirement};
use callboard_service::sprint::{AddSprint, AddSprintItems};
use support::flow::delegated;
use support::{Seed, TestDb};

/// Two users' worth of rows: items with a requirement, a prerequisite, an assignment and a sprint, and two runs, of one
/// of which a step is completed.
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
    seed.claim(&agent).await;
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
