//! Archiving projects: none of their work is handed out any more.

use callboard_service::entity::{ProjectStatus, board_projects};
use callboard_service::item::{AddItems, CancelItem, NewItem};
use callboard_service::project::{ArchiveProject, ProjectArchive};
use callboard_service::{Conflict, Error, ErrorKind, Ref};
use sea_orm::EntityTrait;
use support::{Seed, TestDb, both};

use super::project;

fn archive(slug: &str) -> ArchiveProject {
    ArchiveProject { project: Ref::from(slug), reason: Some("over".to_owned()) }
}

async fn status(seed: &Seed, slug: &str) -> ProjectStatus {
    let rows = board_projects::Entity::find().all(&seed.raw).await.expect("read");
    rows.into_iter().find(|project| project.slug == slug).expect("a row").status
}

both! {
    async fn its_unfinished_items_are_archived_with_it(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.board.run(seed.me, &project("other", "OT")).await.expect("add");
        let items = seed.add_all_in("demo", (0..3).map(|_| NewItem::titled("x")).collect()).await;
        let elsewhere = seed.add_all_in("other", vec![NewItem::titled("y")]).await;
        seed.board.run(seed.me, &CancelItem::new(Ref::Id(items[2].id))).await.expect("cancel");
        let finished = seed.row(items[2].id).await;

        let done = seed.board.run(seed.me, &archive("demo")).await.expect("archive");
        assert_eq!((done.already, done.items, done.project.status), (false, 2, ProjectStatus::Archived));
        assert_eq!((status(&seed, "demo").await, status(&seed, "other").await), (ProjectStatus::Archived, ProjectStatus::Active));
        for item in &items[..2] {
            let row = seed.row(item.id).await;
            assert_eq!((row.archived_at, row.revision), (Some(done.project.updated_at), item.revision + 1));
            let events = seed.events(item.id).await;
            let last = events.last().expect("a ledger row");
            assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("project_archived", Some("over")));
        }
        assert_eq!(seed.row(items[2].id).await, finished);
        assert_eq!(seed.claim(&agent).await.item.id, elsewhere[0].id);
        let error = seed.try_claim(&agent).await.expect_err("the project is archived");
        assert_eq!(error.kind(), ErrorKind::NothingReady);

        let again = seed.board.run(seed.me, &archive("demo")).await.expect("archive");
        assert_eq!(again, ProjectArchive { project: done.project, already: true, items: 0 });
        let add = AddItems { project: Some(Ref::from("demo")), items: vec![NewItem::titled("z")] };
        let error = seed.board.run(seed.me, &add).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "project", .. }))), "{error:?}");
    }

    async fn it_is_refused_while_items_are_held(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        seed.item().await;
        seed.claim(&agent).await;
        match seed.board.run(seed.me, &archive("demo")).await.expect_err("held") {
            Error::Conflict(Conflict::InUse { what, because }) => {
                assert_eq!(what, "archiving project 'demo'");
                assert!(because.starts_with("CB-1 are held"), "{because}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(status(&seed, "demo").await, ProjectStatus::Active);
        seed.claim(&agent).await;
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.run(seed.me, &archive("dmeo")).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
        let error = seed.board.run(seed.me, &ArchiveProject { reason: Some(" ".to_owned()), ..archive("demo") }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "reason", .. })), "{error:?}");
    }
}
