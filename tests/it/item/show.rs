//! One item with its relations, in a bounded number of statements.

use callboard_service::ErrorKind;
use callboard_service::assignment::Cancel;
use callboard_service::entity::{CapabilityLevel::Proficient, TaskPrerequisiteStatus, WorkItemStatus, external_refs};
use callboard_service::item::{ItemDetails, ItemRef, NewItem, ShowItem};
use callboard_service::sprint::{AddSprint, AddSprintItems};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use support::{Seed, TestDb, both};
use uuid::Uuid;

async fn show(seed: &Seed, item: &str) -> ItemDetails {
    seed.board.read(&ShowItem { item: item.into() }).await.expect("show")
}

pub async fn external(seed: &Seed, item: Uuid, source_id: &str) {
    let row = external_refs::ActiveModel {
        id: Set(Uuid::now_v7()),
        source: Set("beads".to_owned()),
        source_id: Set(source_id.to_owned()),
        entity_type: Set("work_item".to_owned()),
        entity_id: Set(item),
        content_sha256: Set("0".repeat(64)),
        imported_at: Set(seed.board.now()),
        created_at: Set(seed.board.now()),
    };
    external_refs::Entity::insert(row).exec_without_returning(&seed.raw).await.expect("insert");
}

/// An item with everything around it, `n` times.
async fn crowded(seed: &Seed, n: usize) -> String {
    let parent = seed.item().await;
    let before = seed.add_all((0..n).map(|i| NewItem::titled(format!("before {i}"))).collect()).await;
    let item = seed.add(NewItem {
        parent: Some(ItemRef::Existing(parent.id.into())),
        prerequisites: before.iter().map(|b| ItemRef::Existing(b.id.into())).collect(),
        requirements: (0..n).map(|i| (format!("c{i:02}"), Proficient).into()).collect(),
        ..NewItem::titled("in the middle")
    });
    let item = item.await;
    let link = || Some(ItemRef::Existing(item.id.into()));
    let child =
        |i: usize| NewItem { parent: link(), priority: 4 - (i % 5) as i64, ..NewItem::titled(format!("child {i}")) };
    seed.add_all((0..n).map(child).collect()).await;
    let after =
        |i: usize| NewItem { prerequisites: link().into_iter().collect(), ..NewItem::titled(format!("after {i}")) };
    seed.add_all((0..n).map(after).collect()).await;
    for i in 0..n {
        external(seed, item.id, &format!("bd-{}-{i}", item.key)).await;
        let sprint = AddSprint { code: format!("S-{}-{i}", item.key), title: "s".to_owned(), ..AddSprint::default() };
        let sprint = seed.run(sprint).await;
        let items = vec![item.id.into()];
        seed.run(AddSprintItems { project: None, sprint: sprint.id.into(), items, position: None }).await;
    }
    item.key
}

both! {
    async fn everything_around_an_item(t: TestDb) {
        let seed = t.seed().await;
        let key = crowded(&seed, 3).await;
        let shown = show(&seed, &key.to_lowercase()).await;
        assert_eq!((shown.item.key.as_str(), shown.project.as_str()), (key.as_str(), "demo"));
        assert_eq!(shown.parent.map(|p| p.key), Some("CB-1".to_owned()));
        let priorities: Vec<i64> = shown.children.iter().map(|c| c.priority).collect();
        assert_eq!(priorities, [2, 3, 4], "most urgent first");
        assert_eq!(shown.requirements[0], ("c00".to_owned(), Proficient));
        assert_eq!(shown.requirements.len(), 3);
        let first = &shown.edges.prerequisites[0];
        let waited = first.item.as_ref().expect("an item");
        assert_eq!((waited.key.as_str(), waited.status), ("CB-2", WorkItemStatus::Todo));
        assert_eq!((first.status, first.mandatory), (TaskPrerequisiteStatus::Pending, true));
        let dependents: Vec<&str> =
            shown.edges.dependents.iter().filter_map(|e| e.item.as_ref()).map(|i| i.title.as_str()).collect();
        assert_eq!(dependents, ["after 0", "after 1", "after 2"]);
        assert_eq!(shown.sprints.len(), 3);
        assert!(shown.sprints[0].code.ends_with("-0"), "{:?}", shown.sprints);
        assert_eq!(shown.external_refs.len(), 3);
        assert_eq!(shown.external_refs[0].source_id, format!("bd-{key}-0"));
        assert_eq!(show(&seed, &format!("bd-{key}-1")).await.item.key, key, "the name that it had elsewhere finds it");
        assert_eq!(shown.events[0].actor, "user:kim");
        assert!(shown.current.is_none() && shown.assignments.is_empty() && shown.assignee.is_none());
    }

    async fn who_holds_it_and_who_held_it(t: TestDb) {
        let seed = t.seed().await;
        let (ann, bob) = (seed.agent("ann").await, seed.agent("bob").await);
        seed.item().await;
        let first = seed.claim(&ann).await;
        seed.run(Cancel { assignment: first.assignment, reason: "not hers".to_owned() }).await;
        let second = seed.claim(&bob).await;
        let shown = show(&seed, "CB-1").await;
        assert_eq!(shown.assignee.as_deref(), Some("agent:bob"));
        let current = shown.current.expect("held");
        assert_eq!((current.holder.as_deref(), current.assignment.id), (Some("agent:bob"), second.assignment));
        let all: Vec<_> = shown.assignments.iter().map(|a| (a.assignment.id, a.holder.as_deref())).collect();
        assert_eq!(all, [(second.assignment, Some("agent:bob")), (first.assignment, Some("agent:ann"))]);
        assert_eq!(shown.events[0].actor, "agent:bob");
    }

    async fn a_wrong_key_names_near_ones(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        let error = seed.board.read(&ShowItem { item: "CB-12".into() }).await.expect_err("not there");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.to_string(), "there is no item 'CB-12'; near to it: CB-1");
    }

    async fn as_many_statements_for_a_crowd_as_for_one(t: TestDb) {
        let seed = t.seed().await;
        let (one, many) = (crowded(&seed, 1).await, crowded(&seed, 12).await);
        let statements = |key: String| {
            let (t, seed) = (&t, &seed);
            async move { t.statements(&seed.board, &ShowItem { item: key.into() }).await }
        };
        let (one, many) = (statements(one).await, statements(many).await);
        assert_eq!(one, many);
        assert!(one <= 19, "{one} statements");
    }
}
