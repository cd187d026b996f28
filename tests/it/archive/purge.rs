//! Removing an archive for good.

use callboard_service::archive::PurgeArchive;
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{archive, stored};

both! {
    async fn it_is_gone(t: TestDb) {
        let seed = t.seed().await;
        let items = [seed.item().await, seed.item().await];
        for item in &items {
            archive(&seed, item).await;
        }
        let purge = |reason: &str| PurgeArchive { archive: Ref::from(items[0].key.as_str()), reason: reason.to_owned() };
        let error = seed.must_refuse(&purge(" ")).await;
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
        assert_eq!(stored(&seed).await.len(), 2);
        let purged = seed.must(&purge("a customer asked")).await;
        assert_eq!(purged.archive.item, items[0].key);
        let left = stored(&seed).await;
        assert_eq!(left.iter().map(|a| a.item_key.as_str()).collect::<Vec<_>>(), [items[1].key.as_str()]);
        let error = seed.must_refuse(&purge("again")).await;
        assert!(matches!(error, Error::NotFound { entity: "archive", .. }), "{error}");
    }
}
