//! Lists of items: filters, orders, pages.

use callboard_service::entity::{WorkItemStatus as Status, WorkItemType};
use callboard_service::item::{
    ArchiveItem, Archived, Assignee, AssigneeFilter, CancelItem, CommentOnItem, ItemOrder, ItemRef, ListItems, NewItem,
};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::sprint::{AddSprint, AddSprintItems};
use callboard_service::{ErrorKind, Ref};
use support::{Seed, TestDb, both};

/// The numbers of the listed keys.
async fn list(seed: &Seed, list: ListItems) -> Vec<u32> {
    let page = seed.board.read(&list).await.unwrap_or_else(|e| panic!("{list:?}: {e}"));
    page.items.iter().map(|i| number(&i.item.key)).collect()
}

fn number(key: &str) -> u32 {
    key.rsplit('-').next().and_then(|n| n.parse().ok()).expect("a key")
}

fn all() -> ListItems {
    ListItems::default()
}

both! {
    async fn each_filter_finds_what_it_names(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let yesterday = seed.board.now() - chrono::TimeDelta::days(1);
        let items = vec![
            NewItem { r#type: WorkItemType::Epic, ..NewItem::titled("An EPIC: Großes 100%_x") },
            NewItem { parent: Some(ItemRef::Index(0)), tags: vec!["ui".to_owned()], ..NewItem::titled("child") },
            NewItem { priority: 0, tags: vec!["ui".to_owned(), "db".to_owned()], ..NewItem::titled("urgent") },
            NewItem { status: Status::Backlog, due_at: Some(yesterday), ..NewItem::titled("late") },
            NewItem { assignee: Some(Assignee::User("kim".into())), ..NewItem::titled("kim's") },
            NewItem { assignee: Some(Assignee::Agent("coder".into())), due_at: Some(yesterday), ..NewItem::titled("coder's") },
            NewItem::titled("waits"),
            NewItem::titled("lost"),
            NewItem::titled("old"),
        ];
        let items = seed.add_all(items).await;
        // 7 waits for 8, which dies; 9 is archived; 6 is done.
        seed.run(AddPrerequisite::new(items[6].id, items[7].id)).await;
        seed.bury(items[7].id, "x").await;
        seed.put(items[5].id, Status::Done).await;
        seed.run(ArchiveItem { item: items[8].id.into(), reason: None }).await;
        seed.run(AddSprint { code: "62".to_owned(), title: "s".to_owned(), ..AddSprint::default() }).await;
        let planned = vec![items[1].id.into(), items[2].id.into()];
        seed.run(AddSprintItems { project: None, sprint: "SPRINT-62".into(), items: planned, position: None }).await;
        let is = |who| Some(AssigneeFilter::Is(who));
        let cases: Vec<(&str, ListItems, &[u32])> = vec![
            ("nothing: all but the archived", all(), &[3, 1, 2, 4, 5, 6, 7, 8]),
            ("project", ListItems { project: Some("demo".into()), ..all() }, &[3, 1, 2, 4, 5, 6, 7, 8]),
            ("status", ListItems { statuses: vec![Status::Backlog, Status::Done], ..all() }, &[4, 6]),
            ("type", ListItems { types: vec![WorkItemType::Epic], ..all() }, &[1]),
            ("priority", ListItems { priorities: vec![0], ..all() }, &[3]),
            ("tag", ListItems { tags: vec!["ui".to_owned()], ..all() }, &[3, 2]),
            ("all of the tags", ListItems { tags: vec!["ui".to_owned(), "db".to_owned()], ..all() }, &[3]),
            ("nobody's", ListItems { assignee: Some(AssigneeFilter::Nobody), ..all() }, &[3, 1, 2, 4, 7, 8]),
            ("a user's", ListItems { assignee: is(Assignee::User("kim".into())), ..all() }, &[5]),
            ("an agent's", ListItems { assignee: is(Assignee::Agent(agent.id.into())), ..all() }, &[6]),
            ("parent", ListItems { parent: Some("cb-1".into()), ..all() }, &[2]),
            ("sprint", ListItems { sprint: Some("62".into()), ..all() }, &[3, 2]),
            ("text, in either case", ListItems { text: Some("epic: GRO".to_owned()), ..all() }, &[1]),
            ("text is no pattern", ListItems { text: Some("0%_X".to_owned()), ..all() }, &[1]),
            ("text is no pattern at all", ListItems { text: Some("%".to_owned()), ..all() }, &[1]),
            ("ready", ListItems { ready: true, ..all() }, &[3, 2]),
            ("dead", ListItems { dead: true, ..all() }, &[8]),
            ("stuck", ListItems { stuck: true, ..all() }, &[7]),
            ("overdue, not the done one", ListItems { overdue: true, ..all() }, &[4]),
            ("archived", ListItems { archived: Archived::Only, ..all() }, &[9]),
            ("archived too", ListItems { archived: Archived::Show, ..all() }, &[3, 1, 2, 4, 5, 6, 7, 8, 9]),
            ("two filters", ListItems { tags: vec!["ui".to_owned()], priorities: vec![2], ..all() }, &[2]),
        ];
        for (name, filter, expected) in cases {
            assert_eq!(list(&seed, filter).await, expected, "{name}");
        }
        let page = seed.board.read(&all()).await.expect("list");
        let names: Vec<_> = page.items.iter().filter_map(|i| i.assignee.as_deref()).collect();
        assert_eq!(names, ["user:kim", "agent:coder"]);
    }

    async fn stuck_is_who_waits_for_what_will_not_come(t: TestDb) {
        let seed = t.seed().await;
        let waits = |n: u32| NewItem { prerequisites: vec![Ref::from(format!("CB-{n}")).into()], ..NewItem::titled("w") };
        seed.add_all((0..4).map(|_| NewItem::titled("first")).collect()).await;
        seed.add_all((1..=4).map(waits).collect()).await;
        let stuck = || ListItems { stuck: true, ..all() };
        assert!(list(&seed, stuck()).await.is_empty());
        let items: Vec<_> = seed.board.read(&all()).await.expect("list").items.into_iter().map(|i| i.item.id).collect();
        seed.put(items[0], Status::Cancelled).await;
        seed.bury(items[1], "x").await;
        seed.put(items[2], Status::InProgress).await;
        assert_eq!(list(&seed, stuck()).await, [5, 6]);
        seed.run(CancelItem::new("CB-5")).await;
        assert_eq!(list(&seed, stuck()).await, [6], "a cancelled item waits for nothing any more");
    }

    async fn an_over_backoff_is_ready_and_a_running_one_is_not(t: TestDb) {
        let seed = t.seed().await;
        let (over, running) = (seed.item().await, seed.item().await);
        seed.back_off(over.id, -1).await;
        seed.back_off(running.id, 600).await;
        assert_eq!(list(&seed, ListItems { ready: true, ..all() }).await, [1]);
    }

    async fn pages_hold_each_item_once_in_every_order(t: TestDb) {
        let seed = t.seed().await;
        let item = |i: i64| NewItem { priority: i % 3, ..NewItem::titled(format!("n{i}")) };
        let items = seed.add_all((0..23).map(item).collect()).await;
        seed.run(CommentOnItem { item: items[4].id.into(), text: "x".to_owned() }).await;
        for order in ItemOrder::ALL {
            let mut page = ListItems { order: *order, limit: 5, ..all() };
            let mut seen = Vec::new();
            loop {
                let got = seed.board.read(&page).await.expect("list");
                seen.extend(got.items.into_iter().map(|i| i.item));
                if seen.len() == 5 {
                    // What comes meanwhile shifts no page: an item is not listed twice.
                    seed.add(NewItem { priority: 0, ..NewItem::titled("new") }).await;
                }
                match got.next {
                    Some(next) => page.cursor = Some(next),
                    None => break,
                }
            }
            let mut ids: Vec<_> = seen.iter().map(|i| i.id).collect();
            let sorted = match order {
                ItemOrder::Priority => seen.is_sorted_by_key(|i| (i.priority, i.id)),
                ItemOrder::Created => seen.is_sorted_by_key(|i| std::cmp::Reverse((i.created_at, i.id))),
                ItemOrder::Updated => seen.is_sorted_by_key(|i| std::cmp::Reverse((i.updated_at, i.id))),
            };
            assert!(sorted, "{order:?}");
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len(), seen.len(), "{order:?}: none twice");
            assert!(items.iter().all(|i| ids.contains(&i.id)), "{order:?}: none lost");
        }
        let newest = seed.board.read(&ListItems { order: ItemOrder::Updated, limit: 1, ..all() }).await.expect("list");
        assert_eq!(newest.items[0].item.title, "new");
    }

    async fn wrong_cursors_limits_and_names(t: TestDb) {
        let seed = t.seed().await;
        seed.add_all((0..3).map(|_| NewItem::titled("x")).collect()).await;
        let next = seed.board.read(&ListItems { limit: 1, ..all() }).await.expect("list").next;
        for (verb, kind) in [
            (ListItems { limit: 0, ..all() }, ErrorKind::Invalid),
            (ListItems { limit: 1001, ..all() }, ErrorKind::Invalid),
            (ListItems { cursor: Some("rubbish".to_owned()), ..all() }, ErrorKind::Invalid),
            (ListItems { cursor: Some("p2.nothing".to_owned()), ..all() }, ErrorKind::Invalid),
            (ListItems { cursor: next, order: ItemOrder::Created, ..all() }, ErrorKind::Invalid),
            (ListItems { priorities: vec![9], ..all() }, ErrorKind::Invalid),
            (ListItems { tags: vec!["A B".to_owned()], ..all() }, ErrorKind::Invalid),
            (ListItems { project: Some("dem".into()), ..all() }, ErrorKind::NotFound),
            (ListItems { parent: Some("CB-8".into()), ..all() }, ErrorKind::NotFound),
            (ListItems { sprint: Some("99".into()), ..all() }, ErrorKind::NotFound),
            (ListItems { assignee: Some(AssigneeFilter::Is(Assignee::Agent("who".into()))), ..all() }, ErrorKind::NotFound),
        ] {
            let error = seed.board.read(&verb).await.expect_err("refused");
            assert_eq!(error.kind(), kind, "{error}");
        }
        assert_eq!(seed.board.read(&ListItems { limit: 1000, ..all() }).await.expect("list").items.len(), 3);
    }

    async fn as_many_statements_for_many_as_for_one(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let item = |i: usize| NewItem {
            assignee: Some(if i.is_multiple_of(2) { Assignee::User("kim".into()) } else { Assignee::Agent("coder".into()) }),
            ..NewItem::titled("x")
        };
        seed.add_all((0..2).map(item).collect()).await;
        let few = t.statements(&seed.board, &ListItems { limit: 1000, ..all() }).await;
        seed.add_all((0..200).map(item).collect()).await;
        let many = t.statements(&seed.board, &ListItems { limit: 1000, ..all() }).await;
        assert_eq!(few, many);
        assert!(many <= 4, "{many} statements");
    }
}
