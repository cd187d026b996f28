//! Showing an archive.

use callboard_service::archive::ShowArchive;
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::archive;

both! {
    async fn all_that_it_holds(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let added = archive(&seed, &item).await;
        for name in [Ref::from(item.key.to_lowercase()), Ref::Id(item.id), Ref::Id(added.id)] {
            let found = seed.board.read(&ShowArchive { archive: name }).await.expect("show");
            assert_eq!((found.listed.id, found.intact, found.links), (added.id, true, 0));
            assert_eq!(found.kinds.iter().map(|(k, n)| (k.as_str(), *n)).collect::<Vec<_>>(), [("event", 1), ("item", 1)]);
            assert_eq!(found.content["item"][0]["key"], item.key);
            assert_eq!(found.schema_version, callboard_service::entity::SCHEMA_VERSION);
        }
    }

    async fn what_is_not_there_and_what_is_damaged(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        archive(&seed, &item).await;
        let error = seed.board.read(&ShowArchive { archive: Ref::from("T-99") }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "archive", .. })), "{error:?}");
        seed.sql("UPDATE work_item_archives SET content_sha256 = 'another'").await;
        let found = seed.board.read(&ShowArchive { archive: Ref::Id(item.id) }).await.expect("show");
        assert!(!found.intact);
        seed.sql("UPDATE work_item_archives SET content = '{\"format\": 9}'").await;
        let error = seed.board.read(&ShowArchive { archive: Ref::Id(item.id) }).await;
        assert!(matches!(&error, Err(Error::Stored { what, .. }) if what.contains(&item.key)), "{error:?}");
    }
}
