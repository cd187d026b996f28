//! An item with rows in every table that names items: archived, and put back.

use std::collections::{BTreeMap, BTreeSet};

use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::decision::AddDecision;
use callboard_service::entity as e;
use callboard_service::item::{CommentOnItem, EditItem, NewItem, Requirement};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::session::{EndSession, StartSession};
use callboard_service::{Change, Ref, message, sprint};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Statement};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use support::fixture::Schema;
use support::{Seed, TestDb, both, documents};
use uuid::Uuid;

use super::{differences, of, restore, rows};

/// Writes a row that no verb of this test's makes.
async fn put<E>(seed: &Seed, row: Value)
where
    E: EntityTrait,
    E::Model: DeserializeOwned + IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let model: E::Model = serde_json::from_value(row).expect("a row");
    E::insert(model.into_active_model().reset_all()).exec_without_returning(&seed.raw).await.expect("write a row");
}

/// Every column of the schema that names an item or a part of one: `table.column`.
async fn naming() -> BTreeSet<(String, String)> {
    let schema = Schema::at(e::SCHEMA_VERSION).await.expect("the schema");
    let mut parts = BTreeSet::from(["work_items".to_owned()]);
    let mut found = BTreeSet::new();
    // What a table refers to comes before it.
    for table in &schema.tables {
        for reference in table.references.iter().filter(|r| parts.contains(&r.table)) {
            let column = &table.columns[reference.column];
            found.insert((table.name.clone(), column.name.clone()));
        }
        if table.references.iter().any(|r| parts.contains(&r.table) && !table.columns[r.column].nullable) {
            parts.insert(table.name.clone());
        }
    }
    found
}

/// How many rows have something in each of those columns.
async fn counts(seed: &Seed, columns: &BTreeSet<(String, String)>) -> BTreeMap<String, i64> {
    let backend = seed.raw.get_database_backend();
    let mut counts = BTreeMap::new();
    for (table, column) in columns {
        let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE {column} IS NOT NULL");
        let row = seed.raw.query_one_raw(Statement::from_string(backend, sql)).await.expect("count").expect("a row");
        counts.insert(format!("{table}.{column}"), row.try_get("", "n").expect("a number"));
    }
    counts
}

/// A finished item of a workflow's step, with everything that an item can have.
async fn everything(seed: &Seed) -> e::work_items::Model {
    let run = seed.flow(&support::flow::delegated("story", &[("one", &[])])).await;
    let item = seed.item_of(run.id, "one").await;
    let own = || Ref::Id(item.id);
    let others = seed.add_all(["above", "below", "waiting", "first"].map(NewItem::titled).into()).await;
    let [above, below, waiting, first] = &others[..] else { panic!("four items") };
    seed.must(&EditItem { parent: Change::Set(Ref::Id(above.id)), ..EditItem::new(own()) }).await;
    seed.must(&EditItem { parent: Change::Set(own()), ..EditItem::new(Ref::Id(below.id)) }).await;
    seed.must(&EditItem {
        requirements: Some(vec![Requirement { capability: "rust".into(), level: e::CapabilityLevel::Basic }]),
        ..EditItem::new(own())
    })
    .await;
    seed.must(&AddPrerequisite { optional: true, ..AddPrerequisite::new(own(), Ref::Id(first.id)) }).await;
    seed.must(&AddPrerequisite::new(Ref::Id(waiting.id), own())).await;
    let agent = seed.agent_with("coder", &[("rust", e::CapabilityLevel::Expert)], None).await;
    let sprint = seed.must(&sprint::AddSprint { code: "1".into(), title: "one".into(), ..Default::default() }).await;
    let add = sprint::AddSprintItems { project: None, sprint: Ref::Id(sprint.id), items: vec![own()], position: None };
    seed.must(&add).await;
    let session = seed.must(&StartSession { item: Some(own()), ..StartSession::default() }).await;
    seed.must(&CommentOnItem { item: own(), text: "a remark".into() }).await;
    let send = message::SendMessage {
        to: Some(Ref::Id(agent.id)),
        item: Some(own()),
        text: "look".into(),
        ..Default::default()
    };
    seed.must(&send).await;
    let held = seed.claim_step(&agent, run.id, "one").await;
    let note = AddCheckpoint { assignment: Some(held), ..AddCheckpoint::of(own(), "half way") };
    seed.by(&agent, &note).await.expect("a checkpoint");
    seed.hand_in(&agent, held, json!({"done": true})).await.expect("complete");
    seed.must(&EndSession::default()).await;
    direct(seed, item.id, held, session.id, agent.id).await;
    seed.row(item.id).await
}

/// The rows that need a file, a review or a stream.
async fn direct(seed: &Seed, item: Uuid, assignment: Uuid, session: Uuid, agent: Uuid) {
    let now = seed.board.now();
    let project = seed.row(item).await.project_id;
    let [operation, old, stream] = [Uuid::now_v7(), Uuid::now_v7(), Uuid::now_v7()];
    put::<e::file_operations::Entity>(seed, json!({
        "id": operation, "work_item_id": item, "assignment_id": assignment, "session_id": session,
        "operation": "create", "path": "src/a", "new_path": null, "content_hash": "0f".repeat(32), "size_bytes": 3,
        "rationale": "why", "file_metadata": {"mode": 420}, "verification_status": "verified", "actor_type": "agent",
        "actor_id": agent, "occurred_at": now, "created_at": now, "updated_at": now,
    })).await;
    put::<e::file_verifications::Entity>(
        seed,
        json!({
            "id": Uuid::now_v7(), "operation_id": operation, "file_exists": true, "content_matches": true,
            "size_matches": true, "is_regular_file": true, "status": "verified", "errors": null, "actor_type": "system",
            "actor_id": null, "created_at": now,
        }),
    )
    .await;
    put::<e::reviews::Entity>(seed, json!({
        "id": Uuid::now_v7(), "work_item_id": item, "assignment_id": assignment, "session_id": session,
        "verdict": "rejected", "reviewer_type": "agent", "reviewer_id": agent, "reason": "once more", "created_at": now,
    })).await;
    for (version, id, before) in [(1, old, None), (2, Uuid::now_v7(), Some(old))] {
        put::<e::board_artifacts::Entity>(seed, json!({
            "id": id, "work_item_id": item, "assignment_id": assignment, "session_id": session, "name": "plan",
            "artifact_type": "design", "version": version, "content_hash": format!("{version}a").repeat(32),
            "size_bytes": 4, "mime_type": "text/plain", "content": "plan", "path": null, "previous_version_id": before,
            "actor_type": "agent", "actor_id": agent, "created_at": now,
        })).await;
    }
    put::<e::work_streams::Entity>(
        seed,
        json!({
            "id": stream, "project_id": project, "slug": "docs", "name": "Docs", "stream_type": "documentation",
            "status": "open", "guidance": null, "created_at": now, "updated_at": now,
        }),
    )
    .await;
    put::<e::work_stream_items::Entity>(
        seed,
        json!({
            "stream_id": stream, "work_item_id": item, "position": 1, "created_at": now,
        }),
    )
    .await;
    put::<e::external_refs::Entity>(
        seed,
        json!({
            "id": Uuid::now_v7(), "source": "beads", "source_id": "bd-7", "entity_type": "work_item", "entity_id": item,
            "content_sha256": "0".repeat(64), "imported_at": now, "created_at": now,
        }),
    )
    .await;
    let decision = AddDecision { item: Some(Ref::Id(item)), ..AddDecision::new("Use it", "It is used", "It is there") };
    seed.must(&decision).await;
}

both! {
    async fn every_row_comes_back(t: TestDb) {
        let seed = t.seed().await;
        let item = everything(&seed).await;
        let columns = naming().await;
        assert!(columns.len() >= 20, "the schema is no longer read: {columns:?}");
        let full = counts(&seed, &columns).await;
        let empty: Vec<_> = full.iter().filter(|(_, n)| **n == 0).map(|(column, _)| column.as_str()).collect();
        assert_eq!(empty, Vec::<&str>::new(), "a table that names items has no row in this test: add one above");
        let (before, words) = (rows(&seed).await, documents(&seed.raw).await);

        let added = seed.must(&of(&item)).await;
        assert!(added.rows >= 15 && added.links >= 5, "{added:?}");
        // Nothing of the item is left: what still names an item names another.
        let left: BTreeSet<String> = rows(&seed).await.into_iter().filter(|row| !row.starts_with("{\"kind\":\"archive\"")).collect();
        let own = item.id.to_string();
        let names_it = |row: &&String| {
            let row: serde_json::Value = serde_json::from_str(row).expect("a row");
            // The ledgers of others go on telling of it.
            row["data"].as_object().expect("columns").values().any(|value| value == own.as_str())
        };
        let naming_it: Vec<_> = left.iter().filter(names_it).collect();
        assert_eq!(naming_it, Vec::<&String>::new());

        let restored = restore(&seed, &item.key).await;
        assert_eq!((restored.left_out.len(), restored.loosened.len(), restored.changed.len()), (0, 0, 0), "{restored:?}");
        assert_eq!((i64::try_from(restored.rows).expect("few"), restored.links), (added.rows, added.links));
        assert_eq!(counts(&seed, &columns).await.iter().filter(|(column, n)| {
            // One row of the ledger tells of it, here and at its child, twice.
            let more = if *column == "work_item_events.work_item_id" { 3 } else { 0 };
            full[*column] + more != **n
        }).count(), 0);
        let (gone, new) = differences(&before, &rows(&seed).await);
        let kinds = |rows: &[String]| rows.iter().map(|row| row.split('"').nth(3).unwrap_or_default().to_owned()).collect::<Vec<_>>();
        assert_eq!(kinds(&gone), ["item", "item"], "only the item and its child have another revision: {gone:#?}");
        assert_eq!(kinds(&new), ["event", "event", "event", "item", "item"], "{new:#?}");
        assert_eq!(documents(&seed.raw).await.len(), words.len());
    }

    async fn a_rehearsal_puts_all_of_it_back(t: TestDb) {
        let seed = t.seed().await;
        let item = everything(&seed).await;
        let before = rows(&seed).await;
        seed.board.rehearse(seed.me, &of(&item)).await.expect("rehearse");
        assert_eq!(rows(&seed).await, before);
    }
}
