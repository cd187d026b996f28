//! Putting items into another order.

use callboard_service::stream::{OrderStreamItems, ShowStream};
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{dense, filled, order, refused_where_nothing_is_done};

fn put(keys: &[&str], position: Option<i64>) -> OrderStreamItems {
    let items = keys.iter().map(|key| Ref::from(*key)).collect();
    OrderStreamItems { project: None, stream: Ref::from("s"), items, position }
}

both! {
    async fn the_named_ones_move_and_the_others_keep_their_order(t: TestDb) {
        let seed = t.seed().await;
        let items = filled(&seed, 5).await;
        let stream = seed.board.read(&ShowStream { project: None, stream: Ref::from("s") }).await.expect("show").stream.id;
        for (moved, position, expected) in [
            (&["CB-4", "CB-2"][..], None, ["CB-4", "CB-2", "CB-1", "CB-3", "CB-5"]),
            (&["CB-4"], Some(5), ["CB-2", "CB-1", "CB-3", "CB-5", "CB-4"]),
            (&["CB-5", "CB-2"], Some(2), ["CB-1", "CB-5", "CB-2", "CB-3", "CB-4"]),
            (&["CB-1", "CB-2", "CB-3", "CB-4", "CB-5"], None, ["CB-1", "CB-2", "CB-3", "CB-4", "CB-5"]),
        ] {
            assert_eq!(seed.must(&put(moved, position)).await.items, expected, "{moved:?}");
            assert_eq!(order(&seed, stream).await, dense(&expected), "{moved:?}");
        }
        assert_eq!(seed.kinds(items[0].id).await, ["created", "stream_added"], "the order is the stream's");
    }

    async fn what_cannot_be_put_is_refused(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed, 3).await;
        seed.item().await;
        for (bad, field) in [
            (put(&[], None), "items"),
            (put(&["CB-1", "CB-1"], None), "item"),
            (put(&["CB-1"], Some(0)), "position"),
            (put(&["CB-1", "CB-2"], Some(3)), "position"),
        ] {
            let error = seed.must_refuse(&bad).await;
            assert!(matches!(error, Error::Invalid { field: found, .. } if found == field), "{field}: {error}");
        }
        let error = seed.must_refuse(&put(&["CB-4"], None)).await;
        assert!(matches!(error, Error::NotFound { entity: "item in this stream", .. }), "{error}");
        refused_where_nothing_is_done(&seed, &put(&["CB-2"], None)).await;
    }
}
