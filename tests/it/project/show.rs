//! Showing a project.

use callboard_service::entity::{SprintStatus, WorkItemDelegationStatus, WorkItemStatus};
use callboard_service::item::{ArchiveItem, NewItem};
use callboard_service::project::ShowProject;
use callboard_service::sprint::AddSprint;
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::project;

fn show(slug: &str) -> ShowProject {
    ShowProject { project: Ref::from(slug) }
}

both! {
    async fn a_project_is_shown_with_its_numbers(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.board.run(seed.me, &project("other", "OT")).await.expect("add");
        let items = seed.add_all_in("demo", (0..5).map(|_| NewItem::titled("x")).collect()).await;
        seed.add_all_in("other", vec![NewItem::titled("elsewhere")]).await;
        seed.claim(&agent).await;
        seed.board.run(seed.me, &ArchiveItem { item: Ref::Id(items[4].id), reason: None }).await.expect("archive");
        let sprint = AddSprint {
            project: Some(Ref::from("demo")),
            code: "1".to_owned(),
            title: "One".to_owned(),
            ..AddSprint::default()
        };
        seed.board.run(seed.me, &sprint).await.expect("add a sprint");

        let found = seed.board.read(&show("demo")).await.expect("show");
        assert_eq!(found.project.id, seed.project.id);
        assert_eq!((found.items.total, found.archived_items, found.open_assignments), (4, 1, 1));
        assert_eq!(found.items.by_status[&WorkItemStatus::Todo], 3);
        assert_eq!(found.items.by_status[&WorkItemStatus::InProgress], 1);
        assert_eq!(found.items.by_delegation[&WorkItemDelegationStatus::Unassigned], 3);
        assert_eq!(found.items.by_delegation[&WorkItemDelegationStatus::InProgress], 1);
        assert_eq!(found.items.by_status.len(), WorkItemStatus::ALL.len());
        assert_eq!(found.items.by_delegation.len(), WorkItemDelegationStatus::ALL.len());
        assert_eq!(found.sprints[&SprintStatus::Planning], 1);
        assert_eq!(found.sprints[&SprintStatus::Active], 0);
    }

    async fn the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        let one = t.statements(&seed.board, &show("demo")).await;
        seed.add_all((0..199).map(|_| NewItem::titled("x")).collect()).await;
        assert_eq!(t.statements(&seed.board, &show("demo")).await, one);
    }

    async fn an_unknown_project_is_named_with_near_ones(t: TestDb) {
        let seed = t.seed().await;
        match seed.board.read(&show("dmeo")).await.expect_err("not there") {
            Error::NotFound { entity: "project", near, .. } => assert_eq!(near, ["demo"]),
            other => panic!("{other:?}"),
        }
    }
}
