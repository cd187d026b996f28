//! Retrying dead letters.

use callboard_service::assignment::Fail;
use callboard_service::entity::{WorkItemDelegationStatus, WorkItemStatus as Status};
use callboard_service::item::{ListItems, NewItem, RetryItem};
use callboard_service::{Actor, ErrorKind};
use support::{TestDb, both};

both! {
    async fn a_dead_letter_has_all_its_attempts_again(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.add(NewItem { max_attempts: 1, ..NewItem::titled("hard") }).await;
        let held = seed.claim(&agent).await;
        let fail = Fail { assignment: held.assignment, reason: "no disk".to_owned(), permanent: false };
        seed.board.run(Actor::agent(agent.id), &fail).await.expect("fail");
        assert!(seed.row(item.id).await.dead_at.is_some(), "its only attempt is used up");
        let dead = ListItems { dead: true, ..ListItems::default() };
        assert_eq!(seed.board.read(&dead).await.expect("list").items[0].item.id, item.id);
        assert!(seed.try_claim(&agent).await.is_err());

        seed.run(RetryItem { item: item.id.into(), reason: Some("the disk is back".to_owned()) }).await;
        let row = seed.row(item.id).await;
        assert_eq!((row.status, row.delegation_status), (Status::Todo, WorkItemDelegationStatus::Unassigned));
        assert_eq!((row.dead_at, row.blocked_reason, row.available_at, row.attempt_count), (None, None, None, 0));
        assert_eq!(seed.claim(&agent).await.attempt, 1);
        assert!(seed.board.read(&dead).await.expect("list").items.is_empty());
    }

    async fn only_the_dead_are_retried(t: TestDb) {
        let seed = t.seed().await;
        for status in Status::ALL {
            let item = seed.put(seed.item().await.id, *status).await;
            let (kind, text) = seed.refused(RetryItem { item: item.id.into(), reason: None }).await;
            assert_eq!(kind, ErrorKind::Conflict);
            assert!(text.contains(&format!("is {status}: retry (it is not dead) is not possible")), "{text}");
            assert_eq!(seed.row(item.id).await, item);
        }
        let nobody = RetryItem { item: "CB-77".into(), reason: None };
        assert_eq!(seed.refused(nobody).await.0, ErrorKind::NotFound);
    }
}
