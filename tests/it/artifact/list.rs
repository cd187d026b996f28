//! Lists of artifacts.

use callboard_service::artifact::{AddArtifact, ListArtifacts};
use callboard_service::entity::ArtifactType;
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{Store, keep, verb};

both! {
    async fn the_newest_of_each_name_or_all_versions(t: TestDb) {
        let store = Store::new(&t).await;
        for (name, content) in [("a", "1"), ("b", "1"), ("a", "2"), ("a", "3")] {
            store.add(name, content.as_bytes()).await;
        }
        let other = store.seed.item().await;
        let kept = keep(&store.seed.board, other.id, "a", b"x").await.expect("keep");
        let test = AddArtifact { artifact_type: ArtifactType::Test, ..verb(other.id, "a", &kept) };
        store.seed.must(&test).await;
        let of = Some(Ref::Id(store.item.id));
        let ask = |list: ListArtifacts| {
            let board = store.seed.board.clone();
            async move {
                let page = board.read(&list).await.expect("list");
                let rows = page.rows.iter().map(|row| format!("{} {} {}", row.item, row.artifact.name, row.artifact.version));
                rows.collect::<Vec<_>>()
            }
        };
        let item = ListArtifacts { item: of.clone(), ..ListArtifacts::default() };
        assert_eq!(ask(item.clone()).await, ["CB-1 a 3", "CB-1 b 1"]);
        let all = ListArtifacts { all_versions: true, ..item.clone() };
        assert_eq!(ask(all.clone()).await, ["CB-1 a 3", "CB-1 a 2", "CB-1 b 1", "CB-1 a 1"]);
        assert_eq!(ask(ListArtifacts { name: Some("b".to_owned()), ..all.clone() }).await, ["CB-1 b 1"]);
        assert_eq!(ask(ListArtifacts::default()).await, ["CB-2 a 1", "CB-1 a 3", "CB-1 b 1"]);
        let tests = ListArtifacts { types: vec![ArtifactType::Test], ..ListArtifacts::default() };
        assert_eq!(ask(tests).await, ["CB-2 a 1"]);
        // In pages, without a row twice.
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = ListArtifacts { after, limit: Some(1), ..all.clone() };
            let page = store.seed.board.read(&page).await.expect("list");
            seen.extend(page.rows.iter().map(|row| row.artifact.version));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, [3, 2, 1, 1]);
        let listed = store.seed.board.read(&all).await.expect("list");
        assert_eq!(listed.rows[0].by, "user:kim");
    }

    async fn what_cannot_be_listed_is_refused(t: TestDb) {
        let store = Store::new(&t).await;
        let error = store.seed.board.read(&ListArtifacts { limit: Some(501), ..ListArtifacts::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
        let error = store.seed.board.read(&ListArtifacts { item: Some(Ref::from("CB-9")), ..ListArtifacts::default() }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "item", .. })), "{error:?}");
    }

    async fn in_as_many_statements_whatever_there_is(t: TestDb) {
        let store = Store::new(&t).await;
        store.add("a", b"1").await;
        let few = t.statements(&store.seed.board, &ListArtifacts::default()).await;
        for number in 0..20 {
            store.add(&format!("n{number}"), b"1").await;
        }
        assert_eq!(t.statements(&store.seed.board, &ListArtifacts::default()).await, few);
    }
}
