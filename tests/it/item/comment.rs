//! Comments.

use callboard_service::ErrorKind;
use callboard_service::entity::WorkItemStatus as Status;
use callboard_service::item::{COMMENT, CommentOnItem, ItemHistory};
use support::{TestDb, both};

both! {
    async fn a_comment_is_a_row_of_the_ledger(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.put(seed.item().await.id, Status::Done).await;
        let text = "first line\nsecond: ünïcode 🎉";
        let after = seed.run(CommentOnItem { item: "cb-1".into(), text: text.to_owned() }).await;
        let row = seed.row(item.id).await;
        assert_eq!((row.revision, row.status), (item.revision + 1, Status::Done));
        assert_eq!(row, after);
        assert!(row.last_activity_at > item.last_activity_at);
        let last = seed.events(item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), (COMMENT, Some(text)));
        assert_eq!((last.actor_id, last.revision), (Some(seed.user.id), row.revision));
        let comments = ItemHistory { comments: true, ..ItemHistory::of(item.id) };
        let page = seed.board.read(&comments).await.expect("history");
        assert_eq!(page.events.len(), 1);
        assert_eq!(page.events[0].actor, "user:kim");
    }

    async fn empty_and_unsafe_texts_are_refused(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        for text in ["", "  \n ", "\u{1b}[31mred", "zero\u{0}"] {
            let (kind, said) = seed.refused(CommentOnItem { item: item.id.into(), text: text.to_owned() }).await;
            assert_eq!(kind, ErrorKind::Invalid, "{said}");
            assert!(said.starts_with("comment: must not"), "{said}");
        }
        let long = CommentOnItem { item: item.id.into(), text: "x".repeat(1024 * 1024 + 1) };
        assert_eq!(seed.refused(long).await.0, ErrorKind::Invalid);
        assert_eq!(seed.row(item.id).await, item);
    }
}
