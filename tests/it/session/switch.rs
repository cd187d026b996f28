//! Working on another item in place of the present one.

use callboard_service::session::{PushContext, SwitchContext};
use callboard_service::{ErrorKind, Ref};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{events, keys, kinds, pause, row, start};

fn switch(item: &str) -> SwitchContext {
    SwitchContext { session: None, item: Ref::from(item) }
}

/// A session with CB-1 and CB-2 on its stack, and CB-3 beside it.
async fn two_deep(seed: &Seed) -> Uuid {
    for _ in 0..3 {
        seed.item().await;
    }
    let id = seed.must(&start("day")).await.id;
    for item in ["CB-1", "CB-2"] {
        seed.must(&PushContext { session: None, item: Ref::from(item) }).await;
    }
    id
}

both! {
    async fn another_item_takes_the_place_of_the_present_one(t: TestDb) {
        let seed = t.seed().await;
        let id = two_deep(&seed).await;
        let switched = seed.must(&switch("CB-3")).await;
        assert_eq!((keys(&switched.stack), switched.already), (vec!["CB-1", "CB-3"], false));
        let stored = row(&seed, id).await;
        assert_eq!((stored.active_work_item_id, &switched.session), (Some(switched.stack[1].id), &stored));
        let last = events(&seed, id).await.pop().expect("an event");
        assert_eq!((last.kind.as_str(), last.work_item_id), ("switch", Some(switched.stack[1].id)));
    }

    async fn one_of_the_stack_comes_to_its_end(t: TestDb) {
        let seed = t.seed().await;
        let id = two_deep(&seed).await;
        assert_eq!(keys(&seed.must(&switch("CB-1")).await.stack), ["CB-2", "CB-1"]);
        let before = seed.snapshot().await;
        assert!(seed.must(&switch("CB-1")).await.already);
        seed.assert_unchanged(&before, "a second switch").await;
        assert_eq!(kinds(&seed, id).await, ["push", "push", "switch"]);
    }

    async fn from_no_item_it_is_the_first(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        seed.must(&start("day")).await;
        assert_eq!(keys(&seed.must(&switch("CB-1")).await.stack), ["CB-1"]);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        two_deep(&seed).await;
        assert_eq!(seed.must_refuse(&switch("CB-9")).await.kind(), ErrorKind::NotFound);
        seed.must(&pause("day")).await;
        let named = SwitchContext { session: Some(Ref::from("day")), ..switch("CB-3") };
        assert_eq!(seed.must_refuse(&named).await.kind(), ErrorKind::Conflict);
    }
}
