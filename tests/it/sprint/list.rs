//! Listing sprints.

use callboard_service::entity::{SprintStatus, WorkItemStatus};
use callboard_service::sprint::{AddSprint, EditSprint, ListSprints};
use callboard_service::{Error, Ref};
use support::{Seed, TestDb, both};

use super::{plan, sprint};

async fn codes(seed: &Seed, list: &ListSprints) -> Vec<String> {
    let page = seed.board.read(list).await.expect("list");
    page.rows.into_iter().map(|row| format!("{}/{}", row.project, row.sprint.code)).collect()
}

both! {
    async fn each_filter_keeps_its_own(t: TestDb) {
        let seed = t.seed().await;
        seed.board.run(seed.me, &crate::project::project("other", "OT")).await.expect("add");
        sprint(&seed, "1").await;
        sprint(&seed, "2").await;
        let other = AddSprint {
            project: Some(Ref::from("other")),
            code: "1".to_owned(),
            title: "x".to_owned(),
            ..AddSprint::default()
        };
        seed.board.run(seed.me, &other).await.expect("add");
        let edit = EditSprint { status: Some(SprintStatus::Active), ..EditSprint::new("2") };
        seed.board.run(seed.me, &edit).await.expect("edit");
        let all = ListSprints::default;
        assert_eq!(codes(&seed, &all()).await, ["other/SPRINT-1", "demo/SPRINT-2", "demo/SPRINT-1"]);
        let demo = ListSprints { project: Some(Ref::from("demo")), ..all() };
        assert_eq!(codes(&seed, &demo).await, ["demo/SPRINT-2", "demo/SPRINT-1"]);
        let active = ListSprints { status: vec![SprintStatus::Active, SprintStatus::OnHold], ..all() };
        assert_eq!(codes(&seed, &active).await, ["demo/SPRINT-2"]);
        let mut paged = ListSprints { limit: Some(2), ..all() };
        assert_eq!(codes(&seed, &paged).await.len(), 2);
        paged.after = seed.board.read(&paged).await.expect("list").next;
        assert_eq!(codes(&seed, &paged).await, ["demo/SPRINT-1"]);
    }

    async fn each_comes_with_its_numbers_in_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        seed.item().await;
        sprint(&seed, "1").await;
        seed.board.run(seed.me, &plan(&["CB-1", "CB-2"])).await.expect("plan");
        let list = ListSprints { limit: Some(500), ..ListSprints::default() };
        let one = t.statements(&seed.board, &list).await;
        for n in 2..=200 {
            sprint(&seed, &n.to_string()).await;
        }
        assert_eq!(t.statements(&seed.board, &list).await, one);
        let page = seed.board.read(&list).await.expect("list");
        assert_eq!(page.rows.len(), 200);
        let (newest, oldest) = (&page.rows[0].counts, &page.rows[199].counts);
        assert_eq!((newest.total, oldest.total, oldest.by_status[&WorkItemStatus::Todo]), (0, 2, 2));
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&ListSprints { limit: Some(501), ..ListSprints::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
        let error = seed.board.read(&ListSprints { project: Some(Ref::from("x")), ..ListSprints::default() }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }
}
