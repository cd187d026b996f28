//! Bringing archived projects back.

use callboard_service::entity::ProjectStatus;
use callboard_service::item::{ArchiveItem, NewItem, UnarchiveItem};
use callboard_service::project::{ArchiveProject, RestoreProject};
use callboard_service::{Error, Ref};
use support::{TestDb, both};

fn restore() -> RestoreProject {
    RestoreProject { project: Ref::from("demo") }
}

both! {
    /// `alone` was archived by itself before; `twice` by itself while its project was archived.
    async fn what_was_archived_with_it_comes_back_and_nothing_else(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let titles = ["together", "alone", "twice"];
        let items = seed.add_all(titles.map(NewItem::titled).to_vec()).await;
        let archive_item = |n: usize| ArchiveItem { item: Ref::Id(items[n].id), reason: None };
        let archive = ArchiveProject { project: Ref::from("demo"), reason: None };
        seed.board.run(seed.me, &archive_item(1)).await.expect("archive");
        seed.board.run(seed.me, &archive).await.expect("archive");
        seed.board.run(seed.me, &UnarchiveItem { item: Ref::Id(items[2].id) }).await.expect("unarchive");
        seed.board.run(seed.me, &archive_item(2)).await.expect("archive");

        let restored = seed.board.run(seed.me, &restore()).await.expect("restore");
        assert_eq!((restored.already, restored.items, restored.project.status), (false, 1, ProjectStatus::Active));
        let mut archived = Vec::new();
        for item in &items {
            archived.push(seed.row(item.id).await.archived_at.is_some());
        }
        assert_eq!(archived, [false, true, true]);
        assert_eq!(seed.kinds(items[0].id).await, ["created", "project_archived", "project_restored"]);
        assert_eq!(seed.claim(&agent).await.item.id, items[0].id);

        let again = seed.board.run(seed.me, &restore()).await.expect("restore");
        assert_eq!((again.already, again.items), (true, 0));
    }

    async fn an_unknown_project_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.run(seed.me, &RestoreProject { project: Ref::from("dmeo") }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }
}
