//! Adding items to a stream.

use callboard_service::entity::WorkItemType;
use callboard_service::item::{ArchiveItem, NewItem};
use callboard_service::stream::{AddStreamItems, MOST_ITEMS};
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::{dense, fill, filled, order, refused_where_nothing_is_done, stream};

fn add(keys: &[&str]) -> AddStreamItems {
    AddStreamItems { items: keys.iter().map(|key| Ref::from(*key)).collect(), ..fill("s", &[]) }
}

both! {
    async fn items_go_to_the_end_or_where_they_are_put(t: TestDb) {
        let seed = t.seed().await;
        seed.add_all((0..6).map(|_| NewItem::titled("x")).collect()).await;
        let one = stream(&seed, "s").await.id;
        let first = seed.must(&add(&["CB-2", "cb-1"])).await;
        assert_eq!((first.changed.as_slice(), first.total), (["CB-2".to_owned(), "CB-1".to_owned()].as_slice(), 2));
        seed.must(&add(&["CB-3"])).await;
        seed.must(&AddStreamItems { position: Some(2), ..add(&["CB-4", "CB-5"]) }).await;
        assert_eq!(order(&seed, one).await, dense(&["CB-2", "CB-4", "CB-5", "CB-1", "CB-3"]));
        let again = seed.must(&add(&["CB-5", "CB-6", "CB-6"])).await;
        assert_eq!((again.changed, again.already, again.total), (vec!["CB-6".into()], vec!["CB-5".into(), "CB-6".into()], 6));
        assert_eq!(order(&seed, one).await, dense(&["CB-2", "CB-4", "CB-5", "CB-1", "CB-3", "CB-6"]));
    }

    async fn an_item_may_be_in_several_and_each_is_told(t: TestDb) {
        let seed = t.seed().await;
        let item = filled(&seed, 1).await.remove(0);
        let two = stream(&seed, "two").await;
        seed.must(&fill("two", &[item.id])).await;
        let events = seed.events(item.id).await;
        assert_eq!(events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["created", "stream_added", "stream_added"]);
        let data = events[2].data.as_ref().expect("data");
        assert_eq!((&data["stream"], &data["stream_id"]), (&"two".into(), &two.id.to_string().into()));
        let show = callboard_service::item::ShowItem { item: Ref::Id(item.id) };
        let shown = seed.board.read(&show).await.expect("show");
        assert_eq!(shown.streams.iter().map(|s| (s.slug.as_str(), s.position)).collect::<Vec<_>>(), [("s", 1), ("two", 1)]);
    }

    async fn a_refusal_adds_none(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed, 1).await;
        let items = seed.add_all((0..3).map(|_| NewItem::titled("x")).collect()).await;
        seed.must(&crate::project::project("other", "OT")).await;
        seed.add_all_in("other", vec![NewItem::titled("foreign")]).await;
        let epic = seed.add_all_in("demo", vec![NewItem { r#type: WorkItemType::Epic, ..NewItem::titled("epic") }]).await;
        seed.must(&ArchiveItem { item: Ref::Id(items[2].id), reason: None }).await;
        for key in ["OT-1", epic[0].key.as_str()] {
            let error = seed.must_refuse(&add(&["CB-2", key])).await;
            assert!(matches!(error, Error::Invalid { field: "item", .. }), "{key}: {error}");
        }
        let error = seed.must_refuse(&add(&["CB-2", "CB-4"])).await;
        assert!(matches!(error, Error::Conflict(Conflict::Inactive { entity: "item", .. })), "{error}");
        let error = seed.must_refuse(&add(&["CB-2", "CB-99"])).await;
        assert!(matches!(error, Error::NotFound { entity: "item", .. }), "{error}");
        for position in [-1, 0, 3] {
            let error = seed.must_refuse(&AddStreamItems { position: Some(position), ..add(&["CB-2"]) }).await;
            assert!(matches!(error, Error::Invalid { field: "position", .. }), "{error}");
        }
        let error = seed.must_refuse(&AddStreamItems { stream: Ref::from("t"), ..add(&["CB-2"]) }).await;
        assert!(matches!(error, Error::NotFound { entity: "stream", .. }), "{error}");
        refused_where_nothing_is_done(&seed, &add(&["CB-2"])).await;
    }

    async fn a_stream_has_a_limit(t: TestDb) {
        let seed = t.seed().await;
        stream(&seed, "s").await;
        let items = seed.add_all((0..MOST_ITEMS + 1).map(|_| NewItem::titled("x")).collect()).await;
        let ids: Vec<_> = items.iter().map(|item| item.id).collect();
        let error = seed.must_refuse(&fill("s", &ids)).await;
        assert!(matches!(error, Error::Invalid { field: "items", .. }), "{error}");
        assert_eq!(seed.must(&fill("s", &ids[..MOST_ITEMS])).await.total, MOST_ITEMS as u64);
        let error = seed.must_refuse(&fill("s", &ids[MOST_ITEMS..])).await;
        assert!(matches!(error, Error::Invalid { field: "items", .. }), "{error}");
    }
}
