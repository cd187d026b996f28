//! What a clean-up finds and does at each level.

use callboard_service::Ref;
use callboard_service::entity::{
    MaintenanceOperationValidationLevel as Level, TaskAssignmentStatus, WorkItemArchiveReason as Reason,
    WorkItemStatus, agent_profiles, work_item_archives as archives,
};
use callboard_service::item::{EditItem, ItemRef, NewItem};
use callboard_service::maintenance::{Outcome, Severity};
use callboard_service::setting::SetSetting;
use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use support::{Seed, TestDb, both};

use super::{changed, cleanup, idle, scan, told};

async fn set_type(seed: &Seed, agent: &agent_profiles::Model, kind: &str) {
    let change = agent_profiles::ActiveModel { r#type: Set(kind.to_owned()), ..Default::default() };
    let one = agent_profiles::Entity::update_many().set(change).filter(agent_profiles::Column::Id.eq(agent.id));
    one.exec(&seed.raw).await.expect("write the agent");
}

async fn reasons(seed: &Seed) -> Vec<(String, Reason)> {
    let mut found: Vec<_> = archives::Entity::find()
        .all(&seed.raw)
        .await
        .expect("read the archives")
        .into_iter()
        .map(|row| (row.item_key, row.reason))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

both! {
    async fn each_type_of_agent_has_its_threshold(t: TestDb) {
        let seed = t.seed().await;
        let hours = [("researcher", 12), ("documenter", 8), ("reviewer", 6), ("tester", 16), ("debugger", 24),
            ("implementer", 48), ("architect", 72), ("backend-engineer", 24)];
        let mut held = Vec::new();
        for (kind, hours) in hours {
            let agent = seed.agent(kind).await;
            set_type(&seed, &agent, kind).await;
            held.push((seed.work(&agent).await, hours));
        }
        for (one, hours) in &held {
            idle(&seed, one.item.id, TimeDelta::hours(*hours) - TimeDelta::minutes(2)).await;
        }
        assert_eq!(told(&scan(&seed, &cleanup(Level::Basic)).await.findings), Vec::<String>::new());
        for (one, hours) in &held {
            idle(&seed, one.item.id, TimeDelta::hours(*hours)).await;
        }
        let found = scan(&seed, &cleanup(Level::Basic)).await.findings;
        assert_eq!(found.len(), hours.len());
        assert!(found.iter().all(|f| (f.severity, f.outcome) == (Severity::Medium, Outcome::Reported)), "{found:#?}");
        // Over twice the threshold it is high, and the item goes back to the queue.
        let (one, hours) = &held[2];
        idle(&seed, one.item.id, TimeDelta::hours(hours * 2)).await;
        let found = scan(&seed, &cleanup(Level::Basic)).await.findings;
        let high = changed(&found);
        assert_eq!(high.len(), 1);
        assert_eq!((high[0].subject.as_str(), high[0].severity, high[0].action.as_deref()),
            (one.item.key.as_str(), Severity::High, Some("release")));
        assert!(high[0].detail.contains("agent:reviewer") && high[0].detail.contains("6 are allowed"), "{:?}", high[0]);
        assert_eq!(seed.assignment(one.assignment).await.status, TaskAssignmentStatus::Cancelled);
        let row = seed.row(one.item.id).await;
        assert_eq!((row.status, row.assignee_id, row.attempt_count), (WorkItemStatus::Todo, None, 0));
        assert!(seed.events(one.item.id).await.pop().and_then(|e| e.reason).is_some_and(|r| r.contains("stale")));
    }

    async fn a_project_sets_its_own_thresholds(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        set_type(&seed, &agent, "implementer").await;
        let held = seed.work(&agent).await;
        let set = |project: Option<Ref>, value| SetSetting { key: "stale_hours".to_owned(), value, project };
        seed.must(&set(None, json!({"implementer": 5, "default": 1}))).await;
        seed.must(&set(Some(Ref::Id(held.item.project_id)), json!({"implementer": 10}))).await;
        idle(&seed, held.item.id, TimeDelta::hours(9)).await;
        assert_eq!(scan(&seed, &cleanup(Level::Basic)).await.findings, []);
        idle(&seed, held.item.id, TimeDelta::hours(10)).await;
        assert_eq!(scan(&seed, &cleanup(Level::Basic)).await.findings.len(), 1);
        // Of a type that the project does not name, the board's own number counts.
        set_type(&seed, &agent, "poet").await;
        let found = scan(&seed, &cleanup(Level::Basic)).await.findings;
        assert_eq!((found.len(), found[0].severity), (1, Severity::High));
    }

    /// What people hold, and what nobody holds, is not stale.
    async fn only_what_an_agent_holds_is_stale(t: TestDb) {
        let seed = t.seed().await;
        let free = seed.item().await;
        let mine = seed.item().await;
        seed.must(&support::work::assign(mine.id, callboard_service::assignment::Holder::User(Ref::Id(seed.me.id.expect("a user"))))).await;
        for item in [free.id, mine.id] {
            idle(&seed, item, TimeDelta::days(20)).await;
        }
        assert_eq!(scan(&seed, &cleanup(Level::Basic)).await.findings, []);
    }

    async fn old_items_go_by_their_reasons(t: TestDb) {
        let seed = t.seed().await;
        let items = seed.add_all(vec![
            NewItem::titled("done"), NewItem::titled("cancelled"), NewItem::titled("dead"), NewItem::titled("begun"),
            NewItem::titled("never begun"), NewItem::titled("above"),
            NewItem { parent: Some(ItemRef::Index(5)), ..NewItem::titled("below") },
        ]).await;
        let begun = callboard_service::entity::work_items::ActiveModel { attempt_count: Set(1), ..Default::default() };
        seed.stage(items[3].id, begun, &[("attempt_count", 1.into())]).await;
        seed.put(items[0].id, WorkItemStatus::Done).await;
        seed.put(items[1].id, WorkItemStatus::Cancelled).await;
        seed.bury(items[2].id, "it fell").await;
        seed.put(items[5].id, WorkItemStatus::Cancelled).await;
        let days = [90, 90, 60, 30, 400, 90, 7];
        for (item, days) in items.iter().zip(days) {
            idle(&seed, item.id, TimeDelta::days(days) - TimeDelta::minutes(2)).await;
        }
        assert_eq!(scan(&seed, &cleanup(Level::Comprehensive)).await.findings, []);
        for (item, days) in items.iter().zip(days) {
            idle(&seed, item.id, TimeDelta::days(days)).await;
        }
        assert_eq!(scan(&seed, &cleanup(Level::Basic)).await.findings, [], "basic looks at what is held alone");
        let done = scan(&seed, &cleanup(Level::Comprehensive)).await;
        assert_eq!(changed(&done.findings).len(), 6, "{:#?}", done.findings);
        let key = |n: usize| items[n].key.clone();
        let mut expected = vec![
            (key(0), Reason::Completed), (key(1), Reason::Completed), (key(2), Reason::Failed), (key(3), Reason::Stale),
            (key(5), Reason::Completed), (key(6), Reason::Orphaned),
        ];
        expected.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(reasons(&seed).await, expected);
        // What was never begun only waits; and each archive names its run.
        assert_eq!(seed.row(items[4].id).await.key, items[4].key);
        let rows = archives::Entity::find().all(&seed.raw).await.expect("read the archives");
        assert!(rows.iter().all(|row| row.operation_id == Some(done.operation.id)));
        // What is restored is not archived again at once.
        seed.must(&callboard_service::archive::RestoreArchive { archive: Ref::Name(key(0)), leave_out: false }).await;
        assert_eq!(scan(&seed, &cleanup(Level::Comprehensive)).await.findings, []);
    }

    async fn what_is_not_to_be_changed_is_told(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let old = seed.item().await;
        let old = seed.put(old.id, WorkItemStatus::Done).await;
        for item in [held.item.id, old.id] {
            let edit = EditItem { auto_maintenance_enabled: Some(false), ..EditItem::new(Ref::Id(item)) };
            seed.must(&edit).await;
            idle(&seed, item, TimeDelta::days(100)).await;
        }
        let before = super::rows::all(&seed).await;
        let done = scan(&seed, &cleanup(Level::FullAudit)).await;
        assert_eq!(told(&done.findings), [
            format!("stale_assignment {} kept", held.item.key),
            format!("old_stale {} kept", held.item.key),
            format!("old_completed {} kept", old.key),
        ]);
        assert!(done.findings.iter().all(|f| f.detail.contains("automatic maintenance is off") && f.action.is_none()));
        assert_eq!(super::rows::all(&seed).await, before);
    }

    async fn what_keeps_an_old_item_is_told_by_a_full_audit(t: TestDb) {
        let seed = t.seed().await;
        let items = seed.add_all(vec![
            NewItem::titled("dead, and waited for"),
            NewItem { prerequisites: vec![ItemRef::Index(0)], ..NewItem::titled("waits") },
            NewItem::titled("done, with a child that is not"),
            NewItem { parent: Some(ItemRef::Index(2)), ..NewItem::titled("child") },
        ]).await;
        seed.bury(items[0].id, "it fell").await;
        seed.put(items[2].id, WorkItemStatus::Done).await;
        for item in [&items[0], &items[2]] {
            idle(&seed, item.id, TimeDelta::days(100)).await;
        }
        assert_eq!(scan(&seed, &cleanup(Level::Comprehensive)).await.findings, []);
        let found = scan(&seed, &cleanup(Level::FullAudit)).await.findings;
        assert_eq!(told(&found), [
            format!("old_failed {} kept", items[0].key),
            format!("old_completed {} kept", items[2].key),
            format!("stuck {} reported", items[1].key),
        ]);
        assert!(found[0].detail.contains("unfinished items wait for it") && found[1].detail.contains("below it"));
    }

    async fn a_full_audit_looks_into_archives(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let item = seed.put(item.id, WorkItemStatus::Done).await;
        seed.must(&callboard_service::archive::AddArchive { item: Ref::Id(item.id), reason: None }).await;
        assert_eq!(scan(&seed, &cleanup(Level::FullAudit)).await.findings, []);
        let sha = archives::Entity::find().one(&seed.raw).await.expect("read").expect("one").content_sha256;
        seed.sql("UPDATE work_item_archives SET content_sha256 = 'another'").await;
        let found = scan(&seed, &cleanup(Level::FullAudit)).await.findings;
        assert_eq!((told(&found), found[0].severity), (vec![format!("archive_damaged {} changed", item.key)], Severity::Critical));
        let row = archives::Entity::find().one(&seed.raw).await.expect("read").expect("one");
        assert!(!row.restorable);
        seed.sql(&format!("UPDATE work_item_archives SET content_sha256 = '{sha}'")).await;
        let found = scan(&seed, &cleanup(Level::FullAudit)).await.findings;
        assert_eq!(told(&found), [format!("archive_whole {} changed", item.key)]);
    }
}
