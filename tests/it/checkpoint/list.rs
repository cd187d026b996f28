//! Listing checkpoints.

use callboard_service::checkpoint::ListCheckpoints;
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{note, put};

both! {
    async fn newest_first_with_who_wrote_them(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let first = note(&seed, held.item.id, held.assignment, "one").await;
        put(&seed, held.item.id, 2, seed.me).await;
        let page = seed.board.read(&ListCheckpoints::of(Ref::Id(held.item.id))).await.expect("list");
        assert_eq!((page.item.as_str(), page.next), (held.item.key.as_str(), None));
        let told: Vec<_> = page.checkpoints.iter().map(|c| (c.seq, c.note.as_str(), c.by.as_str())).collect();
        // The note above is the acting user's.
        assert_eq!(told, [(2, "note 2", "user:kim"), (1, "one", "user:kim")]);
        let oldest = &page.checkpoints[1];
        assert_eq!((oldest.id, oldest.at, oldest.has_data), (first.id, first.created_at, false));
        assert_eq!(oldest.assignment_id, Some(held.assignment));
    }

    async fn page_by_page_in_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let ask = ListCheckpoints { limit: 4, ..ListCheckpoints::of(Ref::Id(item.id)) };
        put(&seed, item.id, 1, seed.me).await;
        let few = t.statements(&seed.board, &ask).await;
        for seq in 2..=10 {
            put(&seed, item.id, seq, seed.me).await;
        }
        assert_eq!(t.statements(&seed.board, &ask).await, few, "the statements do not grow with the rows");
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = seed.board.read(&ListCheckpoints { before, ..ask.clone() }).await.expect("a page");
            assert!(page.checkpoints.len() <= 4);
            seen.extend(page.checkpoints.iter().map(|c| c.seq));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(seen, (1..=10).rev().collect::<Vec<i64>>());
    }

    async fn none_and_what_is_not_there(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let ask = ListCheckpoints::of(Ref::Id(item.id));
        assert_eq!(seed.board.read(&ask).await.expect("list").checkpoints, []);
        for limit in [0, 1001] {
            let error = seed.board.read(&ListCheckpoints { limit, ..ask.clone() }).await;
            assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{limit}");
        }
        let error = seed.board.read(&ListCheckpoints::of("CB-99")).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "item", .. })), "{error:?}");
    }
}
