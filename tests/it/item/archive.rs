//! Archiving items.

use callboard_service::ErrorKind;
use callboard_service::entity::WorkItemStatus as Status;
use callboard_service::item::{ArchiveItem, ListItems, MoveItem};
use callboard_service::prerequisite::AddPrerequisite;
use support::{TestDb, both};
use uuid::Uuid;

fn archive(item: Uuid) -> ArchiveItem {
    ArchiveItem { item: item.into(), reason: Some("of no use".to_owned()) }
}

both! {
    async fn finished_and_never_started_items_leave_the_lists_and_the_queue(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for status in [Status::Backlog, Status::Todo, Status::Blocked, Status::Done, Status::Cancelled] {
            let item = seed.put(seed.item().await.id, status).await;
            let archived = seed.run(archive(item.id)).await;
            let row = seed.row(item.id).await;
            assert_eq!((row.status, &row), (status, &archived.item));
            assert!(row.archived_at.is_some() && !archived.already);
            assert!(seed.run(archive(item.id)).await.already, "again changes nothing");
            assert_eq!(seed.row(item.id).await, row);
        }
        assert!(seed.try_claim(&agent).await.is_err());
        assert!(seed.board.read(&ListItems::default()).await.expect("list").items.is_empty());
    }

    async fn what_was_started_is_finished_first(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for status in [Status::InProgress, Status::Review] {
            let item = seed.put(seed.item().await.id, status).await;
            let (kind, text) = seed.refused(archive(item.id)).await;
            assert_eq!(kind, ErrorKind::Conflict);
            assert!(text.contains(&format!("it was started and is {status}")), "{text}");
        }
        let dead = seed.bury(seed.item().await.id, "x").await;
        assert!(seed.refused(archive(dead.id)).await.1.contains("is blocked"));
        let item = seed.item().await;
        let held = seed.claim(&agent).await;
        let (_, text) = seed.refused(archive(item.id)).await;
        assert!(text.contains(&held.assignment.to_string()), "{text}");
        assert_eq!(seed.row(item.id).await.archived_at, None);
    }

    async fn what_others_wait_for_is_not_put_away(t: TestDb) {
        let seed = t.seed().await;
        let (first, waits) = (seed.item().await, seed.item().await);
        seed.run(AddPrerequisite::new(waits.id, first.id)).await;
        let (kind, text) = seed.refused(archive(first.id)).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::Conflict, "CB-1 is what CB-2 wait for: waive or cancel them too"));
        seed.put(first.id, Status::InProgress).await;
        seed.run(MoveItem::new(first.id, Status::Done)).await;
        seed.run(archive(first.id)).await;
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0, "done is done, in the archive too");
    }
}
