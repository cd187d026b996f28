//! Trees of items.

use callboard_service::ErrorKind;
use callboard_service::entity::WorkItemStatus as Status;
use callboard_service::item::{ArchiveItem, ItemRef, ItemTree, NewItem, Trees};
use support::{Seed, TestDb, both};

async fn tree(seed: &Seed, tree: ItemTree) -> Trees {
    seed.board.read(&tree).await.expect("tree")
}

/// `depth key below/finished` of each item.
fn lines(trees: &Trees) -> Vec<String> {
    trees.items.iter().map(|i| format!("{} {} {}/{}", i.depth, i.item.key, i.below, i.finished_below)).collect()
}

both! {
    async fn from_top_to_bottom_with_what_is_done(t: TestDb) {
        let seed = t.seed().await;
        let below = |parent: usize, priority| NewItem {
            parent: Some(ItemRef::Index(parent)),
            priority,
            ..NewItem::titled("x")
        };
        let items = vec![NewItem::titled("top"), below(0, 3), below(0, 1), below(2, 2), below(3, 2), NewItem::titled("alone")];
        let items = seed.add_all(items).await;
        seed.put(items[4].id, Status::Done).await;
        seed.put(items[1].id, Status::Cancelled).await;
        let all = ["0 CB-1 4/2", "1 CB-3 2/1", "2 CB-4 1/1", "3 CB-5 0/0", "1 CB-2 0/0"];
        let named = tree(&seed, ItemTree { item: Some("CB-1".into()), ..ItemTree::default() }).await;
        assert_eq!((lines(&named), named.truncated), (all.map(str::to_owned).to_vec(), false));
        let whole = lines(&tree(&seed, ItemTree::default()).await);
        assert_eq!(whole, [&all[..], &["0 CB-6 0/0"]].concat());
        let middle = ItemTree { item: Some(items[2].id.into()), depth: Some(1), ..ItemTree::default() };
        assert_eq!(lines(&tree(&seed, middle).await), ["0 CB-3 2/1", "1 CB-4 1/1"], "counted below the depth too");

        seed.run(ArchiveItem { item: items[1].id.into(), reason: None }).await;
        assert!(!lines(&tree(&seed, ItemTree::default()).await).iter().any(|l| l.contains("CB-2")));
        let archived = ItemTree { archived: true, ..ItemTree::default() };
        assert!(lines(&tree(&seed, archived).await).iter().any(|l| l.contains("CB-2")));
    }

    async fn three_thousand_deep_in_the_statements_of_one(t: TestDb) {
        let seed = t.seed().await;
        let item = |i: usize| NewItem { parent: i.checked_sub(1).map(ItemRef::Index), ..NewItem::titled("x") };
        seed.add_all((0..3000).map(item).collect()).await;
        let deep = ItemTree { item: Some("CB-1".into()), limit: 10_000, ..ItemTree::default() };
        let trees = tree(&seed, deep.clone()).await;
        let last = trees.items.last().expect("an item");
        assert_eq!((trees.items.len(), last.depth, last.item.key.as_str()), (3000, 2999, "CB-3000"));
        assert_eq!(trees.items[0].below, 2999);
        let top = seed.item().await;
        let alone = ItemTree { item: Some(top.id.into()), ..ItemTree::default() };
        assert_eq!(t.statements(&seed.board, &deep).await, t.statements(&seed.board, &alone).await);
        let cut = tree(&seed, ItemTree { limit: 10, ..deep }).await;
        assert!(cut.truncated && cut.items.len() == 10);
    }

    async fn limits_and_names(t: TestDb) {
        let seed = t.seed().await;
        for (verb, kind) in [
            (ItemTree { limit: 0, ..ItemTree::default() }, ErrorKind::Invalid),
            (ItemTree { limit: 10_001, ..ItemTree::default() }, ErrorKind::Invalid),
            (ItemTree { item: Some("CB-1".into()), ..ItemTree::default() }, ErrorKind::NotFound),
            (ItemTree { project: Some("nope".into()), ..ItemTree::default() }, ErrorKind::NotFound),
        ] {
            assert_eq!(seed.board.read(&verb).await.expect_err("refused").kind(), kind);
        }
        assert!(tree(&seed, ItemTree::default()).await.items.is_empty());
    }
}
