//! Showing a user.

use callboard_service::entity::WorkItemStatus;
use callboard_service::item::{Assignee, NewItem};
use callboard_service::user::ShowUser;
use callboard_service::{Error, Ref};
use support::{Seed, TestDb, both};

fn show(name: &str) -> ShowUser {
    ShowUser { user: Ref::from(name) }
}

async fn give(seed: &Seed, items: usize) {
    let own = || NewItem { assignee: Some(Assignee::User(Ref::from("kim"))), ..NewItem::titled("own") };
    seed.add_all((0..items).map(|_| own()).collect()).await;
}

both! {
    async fn what_is_theirs_is_counted(t: TestDb) {
        let seed = t.seed().await;
        give(&seed, 3).await;
        seed.item().await;
        let found = seed.board.read(&show("kim")).await.expect("show");
        assert_eq!(found.user.id, seed.user.id);
        assert_eq!((found.items.total, found.items.by_status[&WorkItemStatus::Todo]), (3, 3));
        assert_eq!(found.items.by_status.len(), WorkItemStatus::ALL.len());
        let keys: Vec<&str> = found.unfinished.iter().map(|item| item.key.as_str()).collect();
        assert_eq!(keys, ["CB-3", "CB-2", "CB-1"]);
        assert_eq!(found.open_assignments, 0);
    }

    async fn the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        give(&seed, 1).await;
        let one = t.statements(&seed.board, &show("kim")).await;
        give(&seed, 199).await;
        assert_eq!(t.statements(&seed.board, &show("kim")).await, one);
    }

    async fn an_unknown_user_is_named_with_near_ones(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&show("kin")).await.expect_err("not there");
        match error {
            Error::NotFound { entity: "user", name, near } => assert_eq!((name.as_str(), near), ("kin", vec!["kim".to_owned()])),
            other => panic!("{other:?}"),
        }
    }
}
