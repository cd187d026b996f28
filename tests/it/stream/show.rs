//! Showing a stream.

use callboard_service::entity::WorkStreamType;
use callboard_service::stream::{CreateStream, ShowStream, guidance};
use callboard_service::{Error, Ref};
use support::{TestDb, both, plain};

use super::{fill, filled, new};

plain! {
    fn every_type_has_guidance_that_the_documentation_has_too() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/automation/streams.md");
        let text = std::fs::read_to_string(path).expect("read docs/automation/streams.md");
        for kind in WorkStreamType::ALL {
            assert!(guidance::by_type(*kind).len() >= 2, "{kind}");
            for line in guidance::by_type(*kind) {
                assert!(text.contains(&format!("- {line}\n")), "{kind}: {line}");
            }
        }
    }
}

both! {
    async fn with_its_items_in_order(t: TestDb) {
        let seed = t.seed().await;
        let create = CreateStream {
            stream_type: WorkStreamType::Research,
            guidance: vec!["ask ada".to_owned()],
            ..new("r")
        };
        seed.must(&create).await;
        let agent = seed.agent("coder").await;
        let (first, second) = (seed.item().await, seed.item().await);
        seed.must(&fill("r", &[second.id, first.id])).await;
        seed.claim(&agent).await;
        let shown = seed.board.read(&ShowStream { project: None, stream: Ref::from("R") }).await.expect("show");
        let items: Vec<_> = shown.items.iter().map(|i| (i.position, i.item.key.as_str(), i.assignee.as_deref())).collect();
        assert_eq!(items, [(1, "CB-2", None), (2, "CB-1", Some("agent:coder"))]);
        let own: Vec<&str> = guidance::by_type(WorkStreamType::Research).iter().copied().chain(["ask ada"]).collect();
        assert_eq!(shown.guidance, own);
        assert_eq!((shown.project.as_str(), shown.counts.total), ("demo", 2));
    }

    async fn a_name_that_is_none_has_near_ones(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&new("manual")).await;
        let error = seed.board.read(&ShowStream { project: None, stream: Ref::from("manuel") }).await.expect_err("refused");
        assert!(matches!(&error, Error::NotFound { near, .. } if near == &["manual"]), "{error}");
    }

    async fn in_as_many_statements_whatever_there_is(t: TestDb) {
        let seed = t.seed().await;
        filled(&seed, 1).await;
        let show = ShowStream { project: None, stream: Ref::from("s") };
        let few = t.statements(&seed.board, &show).await;
        let more: Vec<_> = seed.add_all((0..30).map(|_| callboard_service::item::NewItem::titled("x")).collect()).await;
        seed.must(&fill("s", &more.iter().map(|item| item.id).collect::<Vec<_>>())).await;
        assert_eq!(t.statements(&seed.board, &show).await, few);
    }
}
