//! Taking items out of a stream.

use callboard_service::stream::{RemoveStreamItems, ShowStream};
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{dense, filled, order, refused_where_nothing_is_done};

fn remove(keys: &[&str]) -> RemoveStreamItems {
    let items = keys.iter().map(|key| Ref::from(*key)).collect();
    RemoveStreamItems { project: None, stream: Ref::from("s"), items }
}

both! {
    async fn the_others_close_up(t: TestDb) {
        let seed = t.seed().await;
        let items = filled(&seed, 5).await;
        let show = ShowStream { project: None, stream: Ref::from("s") };
        let stream = seed.board.read(&show).await.expect("show").stream.id;
        let done = seed.must(&remove(&["CB-2", "CB-4", "CB-2"])).await;
        assert_eq!((done.changed, done.already, done.total), (vec!["CB-2".into(), "CB-4".into()], vec!["CB-2".into()], 3));
        assert_eq!(order(&seed, stream).await, dense(&["CB-1", "CB-3", "CB-5"]));
        assert_eq!(seed.kinds(items[1].id).await, ["created", "stream_added", "stream_removed"]);
        assert_eq!(seed.kinds(items[0].id).await, ["created", "stream_added"]);
        let again = seed.must(&remove(&["CB-2"])).await;
        assert_eq!((again.changed.len(), again.already, again.total), (0, vec!["CB-2".to_owned()], 3));
    }

    async fn what_is_not_there_is_refused(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed, 2).await;
        let error = seed.must_refuse(&remove(&["CB-1", "CB-9"])).await;
        assert!(matches!(error, Error::NotFound { entity: "item", .. }), "{error}");
        refused_where_nothing_is_done(&seed, &remove(&["CB-1"])).await;
    }
}
