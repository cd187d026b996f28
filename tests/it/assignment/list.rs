//! Lists of assignments: filters, pages and names.

use callboard_service::assignment::{AssignmentPage, Complete, Holder, ListAssignments, Pause};
use callboard_service::entity::TaskAssignmentStatus as Status;
use callboard_service::item::{AddItems, NewItem};
use callboard_service::project::AddProject;
use callboard_service::{ErrorKind, Ref};
use support::work::{assign, holder};
use support::{Seed, TestDb, both};
use uuid::Uuid;

both! {
    async fn the_filters_narrow_and_the_names_are_told(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let done = seed.work(&one).await.assignment;
        seed.must(&Complete { assignment: done, ..Complete::default() }).await;
        let paused = seed.work(&one).await.assignment;
        seed.must(&Pause { assignment: paused, reason: "x".to_owned(), deadline_seconds: None }).await;
        let started = seed.work(&two).await.assignment;
        let own = seed.item().await;
        let own_id = seed.must(&assign(own.id, Holder::User(Ref::from("kim")))).await.assignment.id;
        let other = AddProject {
            slug: "other".to_owned(),
            name: "Other".to_owned(),
            key_prefix: "OT".to_owned(),
            ..AddProject::default()
        };
        seed.must(&other).await;
        let project = Some(Ref::from("other"));
        seed.must(&AddItems { project: project.clone(), items: vec![NewItem::titled("there")] }).await;
        let there = seed.claim(&two).await.assignment;

        let all = ListAssignments::default;
        assert_eq!(ids(&seed, all()).await, [there, own_id, started, paused, done], "the newest first");
        assert_eq!(ids(&seed, ListAssignments { open: true, ..all() }).await, [there, own_id, started, paused]);
        let mine = Holder::User(Ref::Id(seed.user.id));
        assert_eq!(ids(&seed, ListAssignments { holder: Some(mine), ..all() }).await, [own_id]);
        let of_one = ListAssignments { holder: Some(holder(&one)), ..all() };
        assert_eq!(ids(&seed, of_one.clone()).await, [paused, done]);
        assert_eq!(ids(&seed, ListAssignments { open: true, ..of_one }).await, [paused]);
        assert_eq!(ids(&seed, ListAssignments { item: Some(Ref::Id(own.id)), ..all() }).await, [own_id]);
        assert_eq!(ids(&seed, ListAssignments { project, ..all() }).await, [there]);
        let statuses = vec![Status::Completed, Status::Paused];
        assert_eq!(ids(&seed, ListAssignments { statuses, ..all() }).await, [paused, done]);

        let page = list(&seed, all()).await;
        let holders: Vec<&str> = page.assignments.iter().map(|a| a.holder.as_str()).collect();
        assert_eq!(holders, ["agent:two", "user:kim", "agent:two", "agent:one", "agent:one"]);
        let assigned_by: Vec<_> = page.assignments.iter().map(|a| a.assigned_by.as_deref()).collect();
        let (two, kim) = (Some("agent:two"), Some("user:kim"));
        assert_eq!(assigned_by, [two, kim, kim, kim, kim], "who claimed for itself, and who was given it");
        assert_eq!((page.assignments[0].item.as_str(), page.assignments[0].title.as_str()), ("OT-1", "there"));
        assert_eq!(page.assignments[1].assignment, seed.assignment(own_id).await);
    }

    async fn the_pages_hold_each_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let mut expected = Vec::new();
        for _ in 0..7 {
            expected.insert(0, seed.work(&agent).await.assignment);
        }
        let mut found = Vec::new();
        let mut ask = ListAssignments { limit: 3, ..ListAssignments::default() };
        let mut sizes = Vec::new();
        loop {
            let page = list(&seed, ask.clone()).await;
            sizes.push(page.assignments.len());
            found.extend(page.assignments.iter().map(|a| a.assignment.id));
            ask.after = page.next;
            if page.next.is_none() {
                break;
            }
        }
        assert_eq!((sizes, found), (vec![3, 3, 1], expected));
        // A page that is just full is the last one.
        assert_eq!(list(&seed, ListAssignments { limit: 7, ..ListAssignments::default() }).await.next, None);
        let few = t.statements(&seed.board, &ListAssignments { limit: 1, ..ListAssignments::default() }).await;
        assert_eq!(t.statements(&seed.board, &ListAssignments::default()).await, few);
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let ask = ListAssignments { limit: 1001, ..ListAssignments::default() };
        assert_eq!(seed.board.read(&ask).await.expect_err("out of range").kind(), ErrorKind::Invalid);
        for ask in [
            ListAssignments { holder: Some(Holder::Agent(Ref::from("nobody"))), ..ListAssignments::default() },
            ListAssignments { item: Some(Ref::from("CB-1")), ..ListAssignments::default() },
            ListAssignments { project: Some(Ref::from("none")), ..ListAssignments::default() },
        ] {
            assert_eq!(seed.board.read(&ask).await.expect_err("unknown").kind(), ErrorKind::NotFound);
        }
    }
}

async fn list(seed: &Seed, ask: ListAssignments) -> AssignmentPage {
    seed.board.read(&ask).await.expect("list")
}

async fn ids(seed: &Seed, ask: ListAssignments) -> Vec<Uuid> {
    list(seed, ask).await.assignments.iter().map(|a| a.assignment.id).collect()
}
