//! Every pair of status and event through the public verbs, on a stored row.

use callboard_service::entity::{WorkItemStatus as Status, WorkItemType};
use callboard_service::item::state::{self, ItemEvent};
use callboard_service::item::{BlockItem, CancelItem, MoveItem, MoveTo, NewItem, ReopenItem, UnblockItem};
use callboard_service::{Error, ErrorKind};
use support::{TestDb, both};

/// What a stored row must do: go to a status, or be refused naming status and event.
fn expect(from: Status, event: ItemEvent, to: Option<Status>, result: Result<Status, Error>) {
    match (to, result) {
        (Some(to), Ok(is)) => assert_eq!(is, to, "{from} + {}", event.as_str()),
        (None, Err(error @ Error::Transition { .. })) => {
            let text = error.to_string();
            assert_eq!(error.kind(), ErrorKind::Conflict);
            assert!(text.contains(&format!(" is {from}: {}", event.as_str())), "{text}");
            for possible in state::possible(from) {
                assert!(text.contains(&possible), "{text} names what is possible");
            }
        }
        (to, result) => panic!("{from} + {}: expected {to:?}, got {result:?}", event.as_str()),
    }
}

both! {
    /// The events by hand, and those of an assignment, which are not to be had by hand.
    async fn every_status_and_every_event(t: TestDb) {
        let seed = t.seed().await;
        let (mut moved, mut refused) = (0, 0);
        for &from in Status::ALL {
            for &event in ItemEvent::ALL {
                let item = seed.put(seed.item().await.id, from).await;
                let verb = MoveItem { item: item.id.into(), to: MoveTo::Event(event), reason: Some("because".to_owned()), force: None };
                let result = seed.board.run(seed.me, &verb).await;
                let to = state::next(from, event).filter(|_| !event.is_assignments());
                let after = seed.row(item.id).await;
                match to {
                    Some(to) => {
                        assert_eq!((after.status, after.revision), (to, item.revision + 1));
                        let last = seed.events(item.id).await.pop().expect("a ledger row");
                        assert_eq!(last.from_status.as_deref(), Some(from.as_str()));
                        assert_eq!(last.to_status.as_deref(), Some(to.as_str()));
                        assert_eq!((last.reason.as_deref(), last.actor_id), (Some("because"), Some(seed.user.id)));
                        moved += 1;
                    }
                    None => {
                        assert_eq!(after, item, "a refusal changes nothing");
                        refused += 1;
                    }
                }
                expect(from, event, to, result.map(|m| m.item.status));
            }
        }
        assert_eq!((moved, refused), (16, 7 * 15 - 16), "the pairs of docs/states.md");
    }

    /// The same events by the verbs that carry their names.
    async fn every_status_and_every_named_verb(t: TestDb) {
        let seed = t.seed().await;
        for &from in Status::ALL {
            for event in [ItemEvent::Block, ItemEvent::Unblock, ItemEvent::Reopen, ItemEvent::Cancel] {
                let item = seed.put(seed.item().await.id, from).await.id.into();
                let why = || Some("because".to_owned());
                let result = match event {
                    ItemEvent::Block => {
                        let block = BlockItem { item, reason: "because".to_owned() };
                        seed.board.run(seed.me, &block).await.map(|m| m.item.status)
                    }
                    ItemEvent::Unblock => {
                        seed.board.run(seed.me, &UnblockItem { item, reason: why() }).await.map(|m| m.item.status)
                    }
                    ItemEvent::Reopen => {
                        seed.board.run(seed.me, &ReopenItem { item, reason: why() }).await.map(|m| m.item.status)
                    }
                    _ => {
                        let cancel = CancelItem { reason: why(), ..CancelItem::new(item) };
                        seed.board.run(seed.me, &cancel).await.map(|c| c.item.status)
                    }
                };
                let mut to = state::next(from, event);
                if (from, event) == (Status::Cancelled, ItemEvent::Cancel) {
                    // Asked of the verb, cancelling what is cancelled is done already.
                    to = Some(Status::Cancelled);
                }
                expect(from, event, to, result);
            }
        }
    }

    /// Every pair of statuses by `item move`.
    async fn every_status_to_every_status(t: TestDb) {
        let seed = t.seed().await;
        for &from in Status::ALL {
            for &to in Status::ALL {
                let item = seed.put(seed.item().await.id, from).await;
                let by_hand = |e: &ItemEvent| !e.is_assignments() && state::next(from, *e) == Some(to);
                let possible = ItemEvent::ALL.iter().any(by_hand);
                let verb = MoveItem { reason: Some("because".to_owned()), ..MoveItem::new(item.id, to) };
                match seed.board.run(seed.me, &verb).await {
                    Ok(moved) => {
                        assert_eq!((moved.already, moved.item.status), (from == to, to));
                        assert!(possible || from == to, "{from} to {to}");
                        assert_eq!(seed.row(item.id).await, moved.item);
                    }
                    Err(error) => {
                        assert!(!possible && from != to, "{from} to {to}: {error}");
                        let text = error.to_string();
                        assert!(text.contains(&format!("is {from}: ")), "{text}");
                        assert!(text.contains(to.as_str()) || to == Status::Cancelled, "{text}");
                        assert_eq!(seed.row(item.id).await, item);
                    }
                }
            }
        }
    }

    /// Nothing could start an epic but a hand: it is never assigned.
    async fn an_epic_is_started_and_finished_by_hand(t: TestDb) {
        let seed = t.seed().await;
        let epic = seed.add(NewItem { r#type: WorkItemType::Epic, ..NewItem::titled("epic") }).await;
        for to in [Status::InProgress, Status::Done] {
            let moved = seed.run(MoveItem::new(epic.id, to)).await;
            assert_eq!((moved.item.status, moved.already), (to, false));
        }
        assert!(seed.row(epic.id).await.completed_at.is_some());
        assert_eq!(seed.kinds(epic.id).await, ["created", "started", "finished"]);
    }
}
