//! The board at a glance.

use callboard_service::assignment::{Assign, Claim, Fail, Holder};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemDelegationStatus, WorkItemStatus};
use callboard_service::item::{Assignee, ItemRef, NewItem};
use callboard_service::project::{Board, BoardOverview, COUNTED_TO};
use callboard_service::{Actor, Error, Ref};
use support::{Seed, TestDb, both};

use super::project;

/// One item of each: dead, held by an agent, held by a person, stuck behind the dead one, ready, set aside.
async fn fill(seed: &Seed) {
    let agent = seed.agent("coder").await;
    let me = Actor::agent(agent.id);
    let mut items = vec![NewItem { priority: 0, ..NewItem::titled("dies") }];
    items.push(NewItem { priority: 1, ..NewItem::titled("held") });
    items.push(NewItem::titled("by hand"));
    items.push(NewItem { prerequisites: vec![ItemRef::Index(0)], ..NewItem::titled("behind the dead") });
    items.push(NewItem::titled("ready"));
    items.push(NewItem {
        assignee: Some(Assignee::Agent(Ref::from("coder"))),
        priority: 4,
        ..NewItem::titled("aside")
    });
    let items = seed.add_all_in("demo", items).await;

    let claim = |n: usize| Claim { item: Some(Ref::Id(items[n].id)), ..Claim::one(Ref::Id(agent.id)) };
    let dying = seed.board.run(me, &claim(0)).await.expect("claim").into_claimed().expect("claimed").remove(0);
    let fail = Fail { assignment: dying.assignment, reason: "broken".to_owned(), permanent: true };
    seed.board.run(me, &fail).await.expect("fail");
    let held = seed.board.run(me, &claim(1)).await.expect("claim").into_claimed().expect("claimed").remove(0);
    seed.lapse(held.assignment).await;
    let assign = Assign {
        item: Ref::Id(items[2].id),
        holder: Holder::User(Ref::from("kim")),
        accept_seconds: None,
        context: None,
        notes: None,
    };
    seed.board.run(seed.me, &assign).await.expect("assign");
}

both! {
    async fn it_says_who_holds_what_and_what_needs_somebody(t: TestDb) {
        let seed = t.seed().await;
        fill(&seed).await;
        let found = seed.board.read(&Board::default()).await.expect("look");
        assert_eq!(found.project, None);
        assert_eq!(found.items.total, 6);
        assert_eq!(found.items.by_status[&WorkItemStatus::InProgress], 1);
        assert_eq!(found.items.by_status[&WorkItemStatus::Blocked], 1);
        assert_eq!(found.items.by_delegation[&WorkItemDelegationStatus::Assigned], 1);
        assert_eq!((found.ready, found.set_aside), (1, 1));

        let held: Vec<_> = found
            .held
            .rows
            .iter()
            .map(|row| (row.item.title.as_str(), row.holder.as_str(), row.assignment_status, row.overdue))
            .collect();
        let expected = [
            ("held", "agent:coder", TaskAssignmentStatus::Started, true),
            ("by hand", "user:kim", TaskAssignmentStatus::Assigned, false),
        ];
        assert_eq!((found.held.total, held), (2, expected.to_vec()));
        assert!(found.held.rows[0].until.is_some() && found.held.rows[1].until.is_none());

        let dead: Vec<_> = found.dead.rows.iter().map(|row| (row.item.title.as_str(), row.reason.as_deref())).collect();
        assert_eq!((found.dead.total, dead), (1, vec![("dies", Some("failed: broken"))]));
        assert!(found.dead.rows[0].dead_at.is_some());
        let stuck: Vec<_> = found.stuck.rows.iter().map(|row| (row.item.title.as_str(), row.waits_for.clone())).collect();
        assert_eq!((found.stuck.total, stuck), (1, vec![("behind the dead", vec!["CB-1".to_owned()])]));
    }

    async fn a_project_is_looked_at_alone(t: TestDb) {
        let seed = t.seed().await;
        fill(&seed).await;
        seed.board.run(seed.me, &project("other", "OT")).await.expect("add");
        seed.add_all_in("other", vec![NewItem::titled("elsewhere")]).await;
        let of = |slug: &str| Board { project: Some(Ref::from(slug)), ..Board::default() };
        let other = seed.board.read(&of("other")).await.expect("look");
        assert_eq!((other.project.as_deref(), other.items.total, other.ready), (Some("other"), 1, 1));
        assert_eq!((other.set_aside, other.held.total, other.dead.total, other.stuck.total), (0, 0, 0, 0));
        let demo = seed.board.read(&of("demo")).await.expect("look");
        assert_eq!((demo.items.total, demo.ready, demo.held.total, demo.stuck.total), (6, 1, 2, 1));
        assert_eq!(seed.board.read(&Board::default()).await.expect("look").items.total, 7);
        let error = seed.board.read(&of("nothing")).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }

    async fn lists_are_cut_totals_are_not_and_the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        fill(&seed).await;
        let look = Board { limit: Some(1), ..Board::default() };
        let one = t.statements(&seed.board, &look).await;
        assert!(one <= 20, "{one}");
        let holder = seed.agent("holder").await;
        seed.add_all((0..200).map(|_| NewItem::titled("x")).collect()).await;
        for _ in 0..3 {
            seed.claim(&holder).await;
        }
        assert_eq!(t.statements(&seed.board, &look).await, one);
        let found = seed.board.read(&look).await.expect("look");
        // The first claim took back the one whose lease had run out.
        assert_eq!((found.held.total, found.held.rows.len()), (4, 1));
        let error = seed.board.read(&Board { limit: Some(0), ..Board::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
    }

    /// Both looks agree below the bound; above it one says so, and the other one counts on.
    async fn numbers_stop_at_a_bound_unless_all_is_counted(t: TestDb) {
        let seed = t.seed().await;
        fill(&seed).await;
        let exact = Board { exact: true, ..Board::default() };
        let [some, all] = [seed.board.read(&Board::default()).await, seed.board.read(&exact).await];
        let (some, all) = (some.expect("look"), all.expect("look"));
        assert_eq!((some.counted_to, all.counted_to), (Some(COUNTED_TO), None));
        assert_eq!(BoardOverview { counted_to: None, ..some }, all, "nothing has reached the bound");

        let more = usize::try_from(COUNTED_TO).expect("small") + 5;
        seed.board.run(seed.me, &project("other", "OT")).await.expect("add");
        seed.add_all_in("other", (0..more).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let some = seed.board.read(&Board::default()).await.expect("look");
        let all = seed.board.read(&exact).await.expect("look");
        assert_eq!((some.items.by_status[&WorkItemStatus::Todo], some.ready), (COUNTED_TO, COUNTED_TO));
        assert_eq!((all.items.by_status[&WorkItemStatus::Todo], all.ready), (more as u64 + 4, more as u64 + 1));
        assert_eq!(some.items.by_status[&WorkItemStatus::Blocked], 1, "what is rare is not hidden by the rest");
        assert_eq!((some.held, some.dead, some.stuck), (all.held, all.dead, all.stuck));
        let demo = Board { project: Some(Ref::from("demo")), ..Board::default() };
        assert_eq!(seed.board.read(&demo).await.expect("look").items.total, 6);
    }
}
