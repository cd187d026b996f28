//! The ledger of an item, page by page.

use callboard_service::Actor;
use callboard_service::ErrorKind;
use callboard_service::item::{CommentOnItem, ItemHistory};
use support::{TestDb, both};

both! {
    async fn newest_first_and_each_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        for n in 0..7 {
            let comment = CommentOnItem { item: item.id.into(), text: format!("c{n}") };
            let actor = if n % 2 == 0 { Actor::agent(agent.id) } else { Actor::SYSTEM };
            seed.board.run(actor, &comment).await.expect("comment");
        }
        let mut seen = Vec::new();
        let mut page = ItemHistory { limit: 3, ..ItemHistory::of("CB-1") };
        loop {
            let got = seed.board.read(&page).await.expect("history");
            assert!(got.events.len() <= 3);
            seen.extend(got.events);
            match got.next {
                Some(next) => page.before = Some(next),
                None => break,
            }
        }
        let revisions: Vec<i64> = seen.iter().map(|e| e.revision).collect();
        assert_eq!(revisions, (0..=7).rev().collect::<Vec<_>>());
        assert_eq!((seen[0].actor.as_str(), seen[1].actor.as_str()), ("agent:coder", "system"));
        assert_eq!(seen[7].actor, "user:kim");
        assert_eq!(seen[0].reason.as_deref(), Some("c6"));
        for limit in [0, 1001] {
            let wrong = ItemHistory { limit, ..ItemHistory::of(item.id) };
            assert_eq!(seed.board.read(&wrong).await.expect_err("the limit").kind(), ErrorKind::Invalid);
        }
    }
}
