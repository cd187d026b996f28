//! Editing items.

use callboard_service::entity::{
    CapabilityLevel::{Basic, Expert, Proficient},
    WorkItemAssigneeType, WorkItemType, work_item_requirements, work_items,
};
use callboard_service::item::{Assignee, Criterion, EditItem, ItemRef, NewItem};
use callboard_service::{Change, Conflict, Error, ErrorKind, Ref};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use support::{Seed, TestDb, both};
use uuid::Uuid;

async fn requirements(seed: &Seed, item: Uuid) -> Vec<(String, callboard_service::entity::CapabilityLevel)> {
    let rows = work_item_requirements::Entity::find()
        .filter(work_item_requirements::Column::WorkItemId.eq(item))
        .order_by_asc(work_item_requirements::Column::Capability)
        .all(&seed.raw)
        .await
        .expect("read the requirements");
    rows.into_iter().map(|r| (r.capability, r.min_level)).collect()
}

both! {
    async fn every_field_is_set_and_cleared(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (parent, item) = (seed.item().await, seed.item().await);
        let due = seed.board.now() + chrono::TimeDelta::hours(1);
        let edit = EditItem {
            title: Some("new title".to_owned()),
            r#type: Some(WorkItemType::Bug),
            description: Change::Set("words".to_owned()),
            acceptance_criteria: Some(vec![Criterion { text: "c".to_owned(), done: true }]),
            priority: Some(0),
            parent: Change::Set(Ref::from("CB-1")),
            assignee: Change::Set(Assignee::Agent(Ref::from("coder"))),
            tags: Some(vec!["one".to_owned(), "two".to_owned()]),
            add_tags: vec!["three".to_owned()],
            remove_tags: vec!["one".to_owned()],
            metadata: Change::Set(json!({"k": 1})),
            due_at: Change::Set(due),
            estimated_hours: Change::Set(Decimal::new(25, 1)),
            actual_hours: Change::Set(Decimal::new(5, 1)),
            max_attempts: Some(9),
            requirements: Some(vec![("rust".to_owned(), Expert).into(), ("go".to_owned(), Basic).into()]),
            ..EditItem::new("cb-2")
        };
        let edited = seed.run(edit).await;
        assert!(edited.changed);
        let row = seed.row(item.id).await;
        assert_eq!(row, edited.item);
        assert_eq!((row.title.as_str(), row.r#type, row.priority), ("new title", WorkItemType::Bug, 0));
        assert_eq!(row.description.as_deref(), Some("words"));
        assert_eq!(row.acceptance_criteria, Some(json!([{"text": "c", "done": true}])));
        assert_eq!((row.parent_id, row.max_attempts, row.due_at), (Some(parent.id), 9, Some(due)));
        assert_eq!((row.assignee_type, row.assignee_id), (Some(WorkItemAssigneeType::Agent), Some(agent.id)));
        assert_eq!((row.tags, row.metadata), (Some(json!(["two", "three"])), Some(json!({"k": 1}))));
        assert_eq!((row.estimated_hours, row.actual_hours), (Some(Decimal::new(25, 1)), Some(Decimal::new(5, 1))));
        assert_eq!(row.requirement_key, "go:basic,rust:expert");
        assert_eq!(requirements(&seed, item.id).await, [("go".to_owned(), Basic), ("rust".to_owned(), Expert)]);
        let last = seed.events(item.id).await.pop().expect("a ledger row");
        assert_eq!(last.kind, "edited");
        let changes = last.data.expect("what changed")["changes"].clone();
        assert_eq!(changes["title"], json!(["item 2", "new title"]));
        assert_eq!(changes["priority"], json!([2, 0]));
        assert!(changes.get("status").is_none() && changes.get("revision").is_none(), "{changes}");

        let clear = EditItem {
            description: Change::Clear,
            acceptance_criteria: Some(vec![]),
            parent: Change::Clear,
            assignee: Change::Clear,
            tags: Some(vec![]),
            metadata: Change::Clear,
            due_at: Change::Clear,
            estimated_hours: Change::Clear,
            actual_hours: Change::Clear,
            requirements: Some(vec![]),
            ..EditItem::new(item.id)
        };
        seed.run(clear).await;
        let row = seed.row(item.id).await;
        let empty = work_items::Model {
            description: None,
            acceptance_criteria: None,
            parent_id: None,
            assignee_type: None,
            assignee_id: None,
            tags: None,
            metadata: None,
            due_at: None,
            estimated_hours: None,
            actual_hours: None,
            requirement_key: String::new(),
            ..row.clone()
        };
        assert_eq!(row, empty);
        assert_eq!(requirements(&seed, item.id).await, []);
    }

    async fn an_edit_that_changes_nothing_writes_nothing(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let same = EditItem { title: Some(item.title.clone()), priority: Some(2), ..EditItem::new(item.id) };
        assert!(!seed.run(same).await.changed);
        assert!(!seed.run(EditItem::new(item.id)).await.changed);
        assert_eq!(seed.row(item.id).await, item);
        assert_eq!(seed.kinds(item.id).await, ["created"]);
    }

    async fn an_edit_of_what_somebody_changed_meanwhile_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let edit = |title: &str, expected| EditItem {
            title: Some(title.to_owned()),
            expected_revision: expected,
            ..EditItem::new(item.id)
        };
        let first = seed.run(edit("first", Some(item.revision))).await.item;
        let error = seed.board.run(seed.me, &edit("second", Some(item.revision))).await.expect_err("too late");
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let Error::Conflict(Conflict::Revision { expected, found, .. }) = error else { panic!("{error}") };
        assert_eq!((expected, found), (item.revision, first.revision));
        assert_eq!(seed.row(item.id).await.title, "first");
        seed.run(edit("third", Some(first.revision))).await;
        assert_eq!(seed.row(item.id).await.title, "third");
    }

    async fn a_parent_below_the_item_is_refused_with_the_way(t: TestDb) {
        let seed = t.seed().await;
        let items = vec![
            NewItem::titled("top"),
            NewItem { parent: Some(ItemRef::Index(0)), ..NewItem::titled("middle") },
            NewItem { parent: Some(ItemRef::Index(1)), ..NewItem::titled("bottom") },
        ];
        let items = seed.add_all(items).await;
        let under = |item: Uuid, parent: Uuid| EditItem { parent: Change::Set(parent.into()), ..EditItem::new(item) };
        let error = seed.board.run(seed.me, &under(items[0].id, items[2].id)).await.expect_err("a cycle");
        let Error::Cycle { path, .. } = error else { panic!("{error}") };
        assert_eq!(path, ["CB-1", "CB-3", "CB-2", "CB-1"]);
        let error = seed.board.run(seed.me, &under(items[0].id, items[0].id)).await.expect_err("itself");
        assert!(matches!(error, Error::Cycle { .. }), "{error}");
        assert_eq!(seed.row(items[0].id).await, items[0]);
        seed.run(under(items[2].id, items[0].id)).await;
        assert_eq!(seed.row(items[2].id).await.parent_id, Some(items[0].id));

        seed.project("other", "OT").await;
        let add = callboard_service::item::AddItems { project: Some("other".into()), items: vec![NewItem::titled("x")] };
        let elsewhere = seed.run(add).await.remove(0);
        let (kind, text) = seed.refused(under(items[0].id, elsewhere.id)).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::Invalid, "parent: must be in the project of CB-1, not 'OT-1'"));
    }

    async fn a_held_item_keeps_its_assignee_and_does_not_become_an_epic(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let held = seed.claim(&agent).await;
        for edit in [
            EditItem { assignee: Change::Clear, ..EditItem::new(item.id) },
            EditItem { assignee: Change::Set(Assignee::User("kim".into())), ..EditItem::new(item.id) },
            EditItem { r#type: Some(WorkItemType::Epic), ..EditItem::new(item.id) },
        ] {
            let (kind, text) = seed.refused(edit).await;
            assert_eq!(kind, ErrorKind::Conflict);
            assert!(text.contains(&held.assignment.to_string()), "{text}");
        }
        let words = EditItem { description: Change::Set("more".to_owned()), ..EditItem::new(item.id) };
        assert!(seed.run(words).await.changed, "its words may be made clearer");
    }

    async fn what_an_item_requires_decides_who_gets_it(t: TestDb) {
        let seed = t.seed().await;
        let novice = seed.agent_with("novice", &[("rust", Basic)], None).await;
        let item = seed.item().await;
        let needs = |level| EditItem { requirements: Some(vec![("rust".to_owned(), level).into()]), ..EditItem::new(item.id) };
        seed.run(needs(Proficient)).await;
        assert!(seed.try_claim(&novice).await.is_err());
        seed.run(needs(Basic)).await;
        assert_eq!(seed.claim(&novice).await.item.id, item.id);
    }

    async fn bad_values_are_refused(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        for (expected, edit) in [
            ("title: must not be empty", EditItem { title: Some(String::new()), ..EditItem::new(item.id) }),
            ("title: must not hold", EditItem { title: Some("a\u{9b}b".to_owned()), ..EditItem::new(item.id) }),
            ("priority: must", EditItem { priority: Some(7), ..EditItem::new(item.id) }),
            ("tag: must", EditItem { add_tags: vec!["A B".to_owned()], ..EditItem::new(item.id) }),
            ("tag: cannot", EditItem {
                add_tags: vec!["a".to_owned()],
                remove_tags: vec!["a".to_owned()],
                ..EditItem::new(item.id)
            }),
            ("metadata: must", EditItem { metadata: Change::Set(json!("text")), ..EditItem::new(item.id) }),
            ("actual_hours: must", EditItem { actual_hours: Change::Set(Decimal::from(-3)), ..EditItem::new(item.id) }),
            ("there is no item 'CB-9'", EditItem { parent: Change::Set("CB-9".into()), ..EditItem::new(item.id) }),
        ] {
            let (_, text) = seed.refused(edit).await;
            assert!(text.starts_with(expected), "expected '{expected}', got '{text}'");
        }
        assert_eq!(seed.row(item.id).await, item);
    }
}
