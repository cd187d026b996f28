//! Coming back to the item before.

use callboard_service::session::{PopContext, PushContext};
use callboard_service::{Error, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{events, keys, pause, row, start};

both! {
    async fn the_item_before_is_come_back_to(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.item().await, seed.item().await);
        let id = seed.must(&start("day")).await.id;
        for item in [&one, &two] {
            seed.must(&PushContext { session: None, item: Ref::Id(item.id) }).await;
        }
        let popped = seed.must(&PopContext::default()).await;
        let stored = row(&seed, id).await;
        assert_eq!((keys(&popped.stack), &popped.session), (vec!["CB-1"], &stored));
        assert_eq!(stored.active_work_item_id, Some(one.id));
        let last = events(&seed, id).await.pop().expect("an event");
        assert_eq!((last.kind.as_str(), last.work_item_id), ("pop", Some(two.id)), "what was left is named");
        assert_eq!(last.data, Some(json!({"stack": [one.id]})));
        let popped = seed.must(&PopContext::default()).await;
        assert_eq!((popped.stack.len(), row(&seed, id).await.active_work_item_id), (0, None));
        let error = seed.must_refuse(&PopContext::default()).await;
        assert!(error.to_string().contains("session day is at no item: pop is not possible"), "{error}");
    }

    async fn not_in_a_pause(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&start("day")).await;
        seed.must(&pause("day")).await;
        let error = seed.must_refuse(&PopContext { session: Some(Ref::from("day")) }).await;
        assert!(matches!(&error, Error::Transition { from, .. } if from == "paused"), "{error}");
    }
}
