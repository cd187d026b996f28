//! Listing projects.

use callboard_service::entity::WorkItemStatus;
use callboard_service::item::NewItem;
use callboard_service::project::{ArchiveProject, ListProjects};
use callboard_service::{Error, Ref};
use support::{Seed, TestDb, both};

use super::project;

async fn slugs(seed: &Seed, list: &ListProjects) -> Vec<String> {
    let page = seed.board.read(list).await.expect("list");
    page.rows.into_iter().map(|row| row.project.slug).collect()
}

both! {
    async fn archived_ones_are_listed_on_demand(t: TestDb) {
        let seed = t.seed().await;
        seed.board.run(seed.me, &project("other", "OT")).await.expect("add");
        let archive = ArchiveProject { project: Ref::from("demo"), reason: None };
        seed.board.run(seed.me, &archive).await.expect("archive");
        assert_eq!(slugs(&seed, &ListProjects::default()).await, ["other"]);
        assert_eq!(slugs(&seed, &ListProjects { archived: true, ..ListProjects::default() }).await, ["demo", "other"]);
    }

    async fn each_project_comes_with_its_numbers_in_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        let list = ListProjects { limit: Some(500), ..ListProjects::default() };
        let one = t.statements(&seed.board, &list).await;
        for n in 1..200 {
            seed.board.run(seed.me, &project(&format!("p{n}"), &format!("P{n}"))).await.expect("add");
        }
        seed.add_all_in("p7", (0..3).map(|_| NewItem::titled("x")).collect()).await;
        assert_eq!(t.statements(&seed.board, &list).await, one);
        let page = seed.board.read(&list).await.expect("list");
        assert_eq!((page.rows.len(), page.next), (200, None));
        let todo = |slug: &str| {
            let row = page.rows.iter().find(|row| row.project.slug == slug).expect("listed");
            (row.items.total, row.items.by_status[&WorkItemStatus::Todo])
        };
        assert_eq!((todo("demo"), todo("p7"), todo("p8")), ((1, 1), (3, 3), (0, 0)));
    }

    async fn pages_hold_every_project_once(t: TestDb) {
        let seed = t.seed().await;
        for slug in ["b", "a"] {
            seed.board.run(seed.me, &project(slug, &format!("X{}", slug.to_uppercase()))).await.expect("add");
        }
        let mut list = ListProjects { limit: Some(2), ..ListProjects::default() };
        assert_eq!(slugs(&seed, &list).await, ["demo", "b"]);
        list.after = seed.board.read(&list).await.expect("list").next;
        assert_eq!(slugs(&seed, &list).await, ["a"]);
        let error = seed.board.read(&ListProjects { limit: Some(0), ..ListProjects::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
    }
}
