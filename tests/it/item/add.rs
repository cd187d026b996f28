//! Adding items: what is stored, what is refused, and how many statements it takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_service::entity::{
    CapabilityLevel::{Basic, Expert},
    TaskPrerequisiteStatus, WorkItemAssigneeType, WorkItemDelegationStatus, WorkItemStatus, WorkItemType,
    board_projects, task_prerequisites, work_item_events, work_item_requirements, work_items,
};
use callboard_service::item::{AddItems, Assignee, CancelItem, Criterion, ItemRef, NewItem};
use callboard_service::project::ArchiveProject;
use callboard_service::{Error, ErrorKind, Ref};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use support::{Seed, TestDb, both};

fn one(item: NewItem) -> AddItems {
    AddItems { project: None, items: vec![item] }
}

fn needs(list: &[(&str, callboard_service::entity::CapabilityLevel)]) -> Vec<callboard_service::item::Requirement> {
    list.iter().map(|(name, level)| ((*name).to_owned(), *level).into()).collect()
}

async fn counts(seed: &Seed) -> (u64, u64, i64) {
    let items = work_items::Entity::find().count(&seed.raw).await.expect("count");
    let events = work_item_events::Entity::find().count(&seed.raw).await.expect("count");
    let project = board_projects::Entity::find_by_id(seed.project.id).one(&seed.raw).await.expect("read");
    (items, events, project.expect("there").next_item_number)
}

both! {
    async fn every_field_is_stored(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let due = seed.board.now() + chrono::TimeDelta::days(3);
        let item = NewItem {
            title: "  Ein Titel mit Umlaut: ä ∑  ".to_owned(),
            r#type: WorkItemType::Bug,
            description: Some("two\nlines\tand a tab".to_owned()),
            acceptance_criteria: vec![
                Criterion { text: "it works".to_owned(), done: false },
                Criterion { text: "it is tested".to_owned(), done: true },
            ],
            status: WorkItemStatus::Backlog,
            priority: 0,
            assignee: Some(Assignee::Agent(Ref::from("coder"))),
            tags: vec!["ui".to_owned(), "rust".to_owned(), "ui".to_owned()],
            metadata: Some(json!({"source": {"line": 4}})),
            due_at: Some(due),
            estimated_hours: Some(Decimal::new(12_345, 3)),
            max_attempts: 5,
            requirements: needs(&[("sql", Basic), ("rust", Basic), ("rust", Expert), ("tool/cargo", Basic)]),
            ..NewItem::default()
        };
        let added = seed.add(item).await;
        let row = seed.row(added.id).await;
        assert_eq!(row, added, "what was given back is what is stored");
        assert_eq!(row.key, "CB-1");
        assert_eq!(row.title, "Ein Titel mit Umlaut: ä ∑");
        assert_eq!((row.r#type, row.status, row.priority), (WorkItemType::Bug, WorkItemStatus::Backlog, 0));
        assert_eq!(row.description.as_deref(), Some("two\nlines\tand a tab"));
        assert_eq!(
            row.acceptance_criteria,
            Some(json!([{"text": "it works", "done": false}, {"text": "it is tested", "done": true}]))
        );
        assert_eq!((row.assignee_type, row.assignee_id), (Some(WorkItemAssigneeType::Agent), Some(agent.id)));
        assert_eq!(row.tags, Some(json!(["ui", "rust"])));
        assert_eq!(row.metadata, Some(json!({"source": {"line": 4}})));
        assert_eq!(row.due_at, Some(due));
        assert_eq!(row.estimated_hours, Some(Decimal::new(1234, 2)), "rounded to two decimals, half to even");
        assert_eq!((row.max_attempts, row.attempt_count, row.revision), (5, 0, 0));
        assert_eq!(row.delegation_status, WorkItemDelegationStatus::Unassigned);
        assert_eq!(row.requirement_key, "rust:expert,sql:basic,tool/cargo:basic");
        let rows = work_item_requirements::Entity::find()
            .filter(work_item_requirements::Column::WorkItemId.eq(row.id))
            .order_by_asc(work_item_requirements::Column::Capability)
            .all(&seed.raw)
            .await
            .expect("read the requirements");
        let rows: Vec<_> = rows.into_iter().map(|r| (r.capability, r.min_level)).collect();
        assert_eq!(
            rows,
            [("rust".to_owned(), Expert), ("sql".to_owned(), Basic), ("tool/cargo".to_owned(), Basic)]
        );
        let events = seed.events(row.id).await;
        assert_eq!(events.len(), 1);
        assert_eq!((events[0].kind.as_str(), events[0].revision), ("created", 0));
        assert_eq!((events[0].actor_id, events[0].to_status.as_deref()), (Some(seed.user.id), Some("backlog")));
    }

    async fn a_title_is_enough(t: TestDb) {
        let seed = t.seed().await;
        let row = seed.row(seed.add(NewItem::titled("small")).await.id).await;
        assert_eq!((row.r#type, row.status, row.priority), (WorkItemType::Task, WorkItemStatus::Todo, 2));
        assert_eq!((row.tags, row.metadata, row.acceptance_criteria, row.description), (None, None, None, None));
        assert_eq!((row.assignee_id, row.parent_id, row.max_attempts), (None, None, 3));
        assert_eq!(row.requirement_key, "");
    }

    async fn parents_and_prerequisites_inside_one_call_and_outside(t: TestDb) {
        let seed = t.seed().await;
        let (open, done) = (seed.item().await, seed.item().await);
        seed.put(done.id, WorkItemStatus::Done).await;
        let outside = |item: &work_items::Model| ItemRef::Existing(Ref::from(item.key.to_lowercase()));
        let items = vec![
            NewItem { r#type: WorkItemType::Epic, parent: Some(outside(&open)), ..NewItem::titled("epic") },
            NewItem {
                parent: Some(ItemRef::Index(0)),
                // A later item, one on the board twice, and one that is done.
                prerequisites: vec![ItemRef::Index(2), outside(&open), ItemRef::Existing(open.id.into()), outside(&done)],
                ..NewItem::titled("waits")
            },
            NewItem { parent: Some(ItemRef::Index(0)), ..NewItem::titled("first") },
        ];
        let added = seed.add_all(items).await;
        let keys: Vec<&str> = added.iter().map(|i| i.key.as_str()).collect();
        assert_eq!(keys, ["CB-3", "CB-4", "CB-5"]);
        assert_eq!(seed.row(added[0].id).await.parent_id, Some(open.id));
        assert_eq!(seed.row(added[1].id).await.parent_id, Some(added[0].id));
        assert_eq!(seed.row(added[1].id).await.unmet_prerequisites, 2, "the done one is met");
        let mut edges = task_prerequisites::Entity::find()
            .filter(task_prerequisites::Column::WorkItemId.eq(added[1].id))
            .all(&seed.raw)
            .await
            .expect("read the edges");
        edges.sort_by_key(|e| e.prerequisite_id);
        let seen: Vec<_> = edges.iter().map(|e| (e.prerequisite_id, e.status, e.satisfied_at.is_some())).collect();
        assert_eq!(
            seen,
            [
                (Some(open.id), TaskPrerequisiteStatus::Pending, false),
                (Some(done.id), TaskPrerequisiteStatus::Satisfied, true),
                (Some(added[2].id), TaskPrerequisiteStatus::Pending, false),
            ]
        );
    }

    async fn each_refusal_names_its_field_and_leaves_nothing(t: TestDb) {
        let seed = t.seed().await;
        let before = counts(&seed).await;
        let base = || NewItem::titled("fine");
        let cases: Vec<(&str, NewItem)> = vec![
            ("title: must not be empty", NewItem::titled("   ")),
            ("title: must have at most 500", NewItem::titled("x".repeat(501))),
            ("title: must not hold control characters (found U+0007)", NewItem::titled("bell\u{7}")),
            ("title: must not hold control characters (found U+202E)", NewItem::titled("r\u{202e}evil")),
            ("description: must not hold", NewItem { description: Some("\u{1b}[2J".to_owned()), ..base() }),
            ("description: must have at most", NewItem { description: Some("x".repeat(1024 * 1024 + 1)), ..base() }),
            ("status: a new item is backlog or todo, not 'done'", NewItem { status: WorkItemStatus::Done, ..base() }),
            ("priority: must be 0 (most urgent) to 4, not '5'", NewItem { priority: 5, ..base() }),
            ("priority: must be", NewItem { priority: -1, ..base() }),
            ("max_attempts: must be 1 to 1000, not '0'", NewItem { max_attempts: 0, ..base() }),
            ("tag: must be 1 to 64", NewItem { tags: vec!["Two Words".to_owned()], ..base() }),
            ("tags: must be at most 100", NewItem { tags: (0..101).map(|n| format!("t{n}")).collect(), ..base() }),
            ("metadata: must be a JSON object", NewItem { metadata: Some(json!([1])), ..base() }),
            ("metadata: must not hold the character U+0000", NewItem { metadata: Some(json!({"a": "\u{0}"})), ..base() }),
            ("estimated_hours: must be 0 to 999999.99", NewItem { estimated_hours: Some(Decimal::from(-1)), ..base() }),
            ("estimated_hours: must be", NewItem { estimated_hours: Some(Decimal::from(1_000_000)), ..base() }),
            ("capability: must be", NewItem { requirements: needs(&[("a:b", Basic)]), ..base() }),
            ("acceptance_criteria: a criterion", NewItem {
                acceptance_criteria: vec![Criterion { text: " ".to_owned(), done: false }],
                ..base()
            }),
            ("parent: must be the index of an earlier item", NewItem { parent: Some(ItemRef::Index(1)), ..base() }),
            ("prerequisites: must be the index", NewItem { prerequisites: vec![ItemRef::Index(9)], ..base() }),
        ];
        for (expected, item) in cases {
            let (kind, text) = seed.refused(AddItems { project: None, items: vec![base(), item] }).await;
            assert_eq!(kind, ErrorKind::Invalid, "{text}");
            assert!(text.starts_with(expected), "expected '{expected}', got '{text}'");
        }
        assert_eq!(seed.refused(AddItems::default()).await.0, ErrorKind::Invalid, "no item at all");
        assert_eq!(counts(&seed).await, before, "nothing was stored, and no number was used up");
    }

    async fn names_that_are_not_there_or_not_usable(t: TestDb) {
        let seed = t.seed().await;
        let (item, agent) = (seed.item().await, seed.agent("coder").await);
        let near = one(NewItem { parent: Some(ItemRef::Existing("CB-11".into())), ..NewItem::titled("x") });
        let (kind, text) = seed.refused(near).await;
        assert_eq!(kind, ErrorKind::NotFound);
        assert!(text.contains("'CB-11'") && text.contains("near to it: CB-1"), "{text}");
        for (assignee, near) in [
            (Assignee::Agent("codr".into()), "coder"),
            (Assignee::User("kimm".into()), "kim"),
        ] {
            let (kind, text) = seed.refused(one(NewItem { assignee: Some(assignee), ..NewItem::titled("x") })).await;
            assert_eq!(kind, ErrorKind::NotFound);
            assert!(text.contains(near), "{text}");
        }
        seed.sql("UPDATE agent_profiles SET status = 'archived'").await;
        let archived = Assignee::Agent(agent.id.into());
        let (kind, text) = seed.refused(one(NewItem { assignee: Some(archived), ..NewItem::titled("x") })).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::Conflict, "agent 'coder' is archived"));

        let other = seed.project("other", "OT").await;
        let elsewhere = AddItems {
            project: Some(other.id.into()),
            items: vec![NewItem { parent: Some(ItemRef::Existing(item.id.into())), ..NewItem::titled("x") }],
        };
        let (kind, text) = seed.refused(elsewhere).await;
        assert_eq!(kind, ErrorKind::Invalid);
        assert!(text.contains("must be in the project other, not 'CB-1'"), "{text}");
        let unnamed = seed.refused(one(NewItem::titled("x"))).await.1;
        assert!(unnamed.contains("demo, other"), "two projects: one must be named; {unnamed}");
    }

    async fn cancelled_and_archived_prerequisites_and_parents_are_refused(t: TestDb) {
        let seed = t.seed().await;
        let (cancelled, archived) = (seed.item().await, seed.item().await);
        seed.run(CancelItem::new(cancelled.id)).await;
        seed.sql("UPDATE work_items SET archived_at = created_at WHERE key = 'CB-2'").await;
        let waits = |id| one(NewItem { prerequisites: vec![ItemRef::Existing(Ref::Id(id))], ..NewItem::titled("x") });
        let (kind, text) = seed.refused(waits(cancelled.id)).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::Conflict, "item 'CB-1' is cancelled"));
        assert_eq!(seed.refused(waits(archived.id)).await.1, "item 'CB-2' is archived");
        let below = one(NewItem { parent: Some(ItemRef::Existing(archived.id.into())), ..NewItem::titled("x") });
        assert_eq!(seed.refused(below).await.1, "item 'CB-2' is archived");
        // The row was put out of step with its ledger by hand: back again.
        seed.sql("UPDATE work_items SET archived_at = NULL").await;
    }

    async fn a_cycle_inside_the_call_is_named(t: TestDb) {
        let seed = t.seed().await;
        let waits = |n: usize| NewItem { prerequisites: vec![ItemRef::Index(n)], ..NewItem::titled("x") };
        let before = counts(&seed).await;
        let round = AddItems { project: None, items: vec![NewItem::titled("free"), waits(2), waits(3), waits(1)] };
        let error = seed.board.run(seed.me, &round).await.expect_err("a cycle");
        let Error::Cycle { path, .. } = error else { panic!("{error}") };
        assert_eq!(path, ["CB-2", "CB-3", "CB-4", "CB-2"]);
        let error = seed.board.run(seed.me, &one(waits(0))).await.expect_err("an item that waits for itself");
        assert!(matches!(error, Error::Cycle { .. }), "{error}");
        assert_eq!(counts(&seed).await, before);
    }

    async fn an_archived_project_takes_no_items(t: TestDb) {
        let seed = t.seed().await;
        seed.run(ArchiveProject { project: seed.project.id.into(), reason: None }).await;
        let add = AddItems { project: Some("demo".into()), items: vec![NewItem::titled("x")] };
        let (kind, text) = seed.refused(add).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::Conflict, "project 'demo' is archived"));
    }

    async fn a_hundred_items_take_no_more_statements_than_one(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let first = seed.item().await;
        let items = |n: usize| {
            let item = |i: usize| NewItem {
                parent: i.checked_sub(1).map(ItemRef::Index),
                prerequisites: vec![ItemRef::Existing(first.id.into())],
                assignee: Some(Assignee::Agent("coder".into())),
                requirements: needs(&[("rust", Basic)]),
                ..NewItem::titled(format!("n{i}"))
            };
            AddItems { project: None, items: (0..n).map(item).collect() }
        };
        let sent = Arc::new(AtomicUsize::new(0));
        let mut conn = t.raw().await;
        let counter = Arc::clone(&sent);
        conn.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        let mut statements = Vec::new();
        for n in [1, 100] {
            sent.store(0, Ordering::Relaxed);
            seed.board.run_in(&conn, seed.me, &items(n)).await.expect("add");
            statements.push(sent.load(Ordering::Relaxed));
        }
        assert!(statements[0] > 4, "the callback is not called");
        assert_eq!(statements[0], statements[1]);
        assert_eq!(counts(&seed).await.0, 102);
    }

    /// More than one statement's worth: keys stay without gaps, and in the order of the call.
    async fn twelve_hundred_at_once(t: TestDb) {
        let seed = t.seed().await;
        let item = |i: usize| NewItem {
            parent: i.checked_sub(600).map(ItemRef::Index),
            prerequisites: i.checked_sub(1).map(ItemRef::Index).into_iter().collect(),
            ..NewItem::titled(format!("n{i}"))
        };
        let added = seed.add_all((0..1200).map(item).collect()).await;
        assert_eq!(counts(&seed).await, (1200, 1200, 1201));
        for (i, item) in added.iter().enumerate() {
            assert_eq!((item.key.clone(), &item.title), (format!("CB-{}", i + 1), &format!("n{i}")));
        }
        let edges = task_prerequisites::Entity::find().count(&seed.raw).await.expect("count");
        assert_eq!(edges, 1199);
        assert_eq!(seed.row(added[1199].id).await.parent_id, Some(added[599].id));
    }
}
