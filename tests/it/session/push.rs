//! Pushing items on the stack of a session.

use callboard_service::item::{ArchiveItem, DeleteItem};
use callboard_service::session::{DEEPEST, PopContext, PushContext, SessionStatus, SwitchContext};
use callboard_service::{Error, ErrorKind, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{events, keys, kinds, pause, row, start};

fn push(item: &str) -> PushContext {
    PushContext { session: None, item: Ref::from(item) }
}

both! {
    async fn the_last_one_is_worked_on(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.item().await, seed.item().await);
        let id = seed.must(&start("day")).await.id;
        let first = seed.must(&push("cb-1")).await;
        assert_eq!((keys(&first.stack), first.already), (vec!["CB-1"], false));
        let second = seed.must(&push("CB-2")).await;
        assert_eq!(keys(&second.stack), ["CB-1", "CB-2"]);
        let stored = row(&seed, id).await;
        assert_eq!((stored.active_work_item_id, &second.session), (Some(two.id), &stored));
        let written = events(&seed, id).await;
        let about: Vec<_> = written.iter().map(|event| (event.kind.as_str(), event.work_item_id)).collect();
        assert_eq!(about, [("push", Some(one.id)), ("push", Some(two.id))]);
        assert_eq!(written[1].data, Some(json!({"stack": [one.id, two.id]})));
        // The item itself is left alone.
        assert_eq!(seed.row(two.id).await, two);
        let before = seed.snapshot().await;
        assert!(seed.must(&push("CB-2")).await.already, "it is worked on already");
        seed.assert_unchanged(&before, "a second push").await;
    }

    async fn what_cannot_be_worked_on_is_refused(t: TestDb) {
        let seed = t.seed().await;
        for _ in 0..3 {
            seed.item().await;
        }
        seed.must(&start("day")).await;
        seed.must(&push("CB-1")).await;
        seed.must(&push("CB-2")).await;
        let error = seed.must_refuse(&push("CB-1")).await;
        assert!(error.to_string().contains("is on the stack already"), "{error}");
        assert_eq!(seed.must_refuse(&push("CB-9")).await.kind(), ErrorKind::NotFound);
        seed.must(&ArchiveItem { item: Ref::from("CB-3"), reason: None }).await;
        assert!(seed.must_refuse(&push("CB-3")).await.to_string().contains("'CB-3' is archived"));
        seed.board.run(seed.me, &crate::project::project("other", "OT")).await.expect("add");
        seed.add_all_in("other", vec![callboard_service::item::NewItem::titled("x")]).await;
        let error = seed.must_refuse(&push("OT-1")).await;
        assert!(error.to_string().contains("must be of the session's project 'demo'"), "{error}");
        seed.must(&pause("day")).await;
        let named = PushContext { session: Some(Ref::from("day")), ..push("CB-1") };
        let error = seed.must_refuse(&named).await;
        assert!(matches!(&error, Error::Transition { event, allowed, .. } if event == "push" && allowed[0] == "resume"), "{error}");
    }

    async fn a_stack_has_a_limit(t: TestDb) {
        let seed = t.seed().await;
        let items = (0..=DEEPEST).map(|n| callboard_service::item::NewItem::titled(format!("item {n}"))).collect();
        let items = seed.add_all(items).await;
        let id = seed.must(&start("day")).await.id;
        for item in &items[..DEEPEST] {
            seed.must(&push(&item.key)).await;
        }
        let error = seed.must_refuse(&push(&items[DEEPEST].key)).await;
        assert!(error.to_string().contains("at most 32"), "{error}");
        assert_eq!(kinds(&seed, id).await.len(), DEEPEST);
    }

    /// An item that is deleted leaves the stack; the others are come back to.
    /// No verb deletes what a session works on; what other hands took away is on no stack, and the next one is gone on with.
    async fn an_item_that_is_gone_is_on_no_stack(t: TestDb) {
        let seed = t.seed().await;
        for _ in 0..3 {
            seed.item().await;
        }
        let id = seed.must(&start("day")).await.id;
        for item in ["CB-1", "CB-2", "CB-3"] {
            seed.must(&push(item)).await;
        }
        assert_eq!(seed.must_refuse(&DeleteItem { item: Ref::from("CB-3") }).await.kind(), ErrorKind::Conflict);
        seed.sql("DELETE FROM work_items WHERE \"key\" = 'CB-3'").await;
        seed.reindex().await;
        assert_eq!(row(&seed, id).await.active_work_item_id, None);
        let ask = SessionStatus { actor: seed.me, session: None, project: None };
        assert_eq!(keys(&seed.board.read(&ask).await.expect("status").stack), ["CB-1", "CB-2"]);
        let at = seed.must(&SwitchContext { session: None, item: Ref::from("CB-2") }).await;
        assert_eq!((at.already, keys(&at.stack)), (false, vec!["CB-1", "CB-2"]));
        assert_eq!(row(&seed, id).await.active_work_item_id, Some(at.stack[1].id));
        let popped = seed.must(&PopContext::default()).await;
        assert_eq!((keys(&popped.stack), popped.session.active_work_item_id), (vec!["CB-1"], Some(popped.stack[0].id)));
    }
}
