//! Removing what nothing refers to.

use callboard_service::archive::{AddArchive, RestoreArchive};
use callboard_service::artifact::{CollectArtifacts, Collected, DEFAULT_GRACE};
use callboard_service::entity::WorkItemArchiveReason;
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::{Store, bytes, keep};

both! {
    async fn only_what_is_old_and_referred_to_by_nothing(t: TestDb) {
        let store = Store::new(&t).await;
        assert_eq!(collect(&store, false).await.removed, 0, "there is no store");
        let kept = store.add("kept", &bytes(1, 1000)).await.artifact.content_hash;
        let orphan = store.add("orphan", &bytes(2, 2000)).await.artifact.content_hash;
        let fresh = store.add("fresh", &bytes(3, 3000)).await.artifact.content_hash;
        store.seed.sql("DELETE FROM board_artifacts WHERE name IN ('orphan', 'fresh')").await;
        for hash in [&kept, &orphan] {
            store.age(&store.path(hash), 7200);
        }
        std::fs::write(store.artifacts().join(".new-left"), "half").expect("write");
        store.age(&store.artifacts().join(".new-left"), 7200);
        std::fs::write(store.artifacts().join(".new-now"), "half").expect("write");
        std::fs::write(store.path(&kept).with_file_name("strange"), "x").expect("write");
        let rehearsed = collect(&store, true).await;
        assert!(store.path(&orphan).exists() && store.artifacts().join(".new-left").exists(), "a rehearsal removes nothing");
        let done = collect(&store, false).await;
        assert_eq!(rehearsed, done, "what was told is what was done");
        assert_eq!((done.removed, done.bytes, done.remains, done.kept, done.too_new, done.strange), (1, 2000, 1, 1, 1, 1));
        assert_eq!(done.files[0].content_hash, orphan);
        assert!(!store.path(&orphan).exists() && !store.artifacts().join(".new-left").exists());
        assert!(store.path(&kept).exists() && store.path(&fresh).exists());
        assert!(store.artifacts().join(".new-now").exists() && store.path(&kept).with_file_name("strange").exists());
        assert_eq!(collect(&store, false).await.removed, 0, "nothing is left to do");
        assert_eq!(store.verify().await.verified, 1);
    }

    /// The control of the grace period and the lock: a content that is neither new nor kept by anybody is gone before its
    /// row is written.
    async fn a_content_on_its_way_is_lost_without_them(t: TestDb) {
        let store = Store::new(&t).await;
        let content = bytes(1, 1000);
        let kept = keep(&store.seed.board, store.item.id, "a", &content).await.expect("keep");
        let add = super::verb(store.item.id, "a", &kept);
        assert_eq!(collect(&store, false).await.too_new, 1, "the grace period holds it");
        drop(kept);
        let added = store.add("b", &content).await.artifact;
        store.seed.sql("DELETE FROM board_artifacts").await;
        store.age(&store.path(&added.content_hash), 7200);
        assert_eq!(collect(&store, false).await.removed, 1);
        store.seed.must(&add).await;
        assert_eq!(store.verify().await.missing, 1, "so it must be held until its row is there");
    }

    async fn artifacts_of_another_project_in_the_same_folder_stay(t: TestDb) {
        let store = Store::new(&t).await;
        store.seed.must(&crate::project::project("other", "OT")).await;
        super::set_root(&store.seed, "other", &store.folder).await;
        let item = store.seed.add_all_in("other", vec![callboard_service::item::NewItem::titled("x")]).await.remove(0);
        let kept = keep(&store.seed.board, item.id, "a", &bytes(1, 1000)).await.expect("keep");
        let hash = store.seed.must(&super::verb(item.id, "a", &kept)).await.artifact.content_hash;
        drop(kept);
        store.age(&store.path(&hash), 7200);
        assert_eq!(collect(&store, false).await.kept, 1);
    }

    /// An item that was taken off the board finds its artifacts again when it comes back.
    async fn what_an_archive_needs_stays(t: TestDb) {
        let store = Store::new(&t).await;
        let hash = store.add("a", &bytes(1, 1000)).await.artifact.content_hash;
        store.age(&store.path(&hash), 7200);
        let archive = AddArchive { item: Ref::Id(store.item.id), reason: Some(WorkItemArchiveReason::Stale) };
        store.seed.must(&archive).await;
        assert_eq!(store.rows().await.len(), 0, "its rows are in the archive");
        let done = collect(&store, false).await;
        assert_eq!((done.removed, done.kept), (0, 1));
        store.seed.must(&RestoreArchive { archive: Ref::from("CB-1"), leave_out: false }).await;
        assert_eq!(store.verify().await.verified, 1);
        // Once nothing needs it any more, it goes.
        store.seed.must(&archive).await;
        store.seed.sql("DELETE FROM work_item_archives").await;
        assert_eq!(collect(&store, false).await.removed, 1);
    }

    /// Two boards that share a folder: neither takes the other's artifacts for nobody's.
    async fn artifacts_of_another_board_keep_everything(t: TestDb) {
        let store = Store::new(&t).await;
        let hash = store.add("a", &bytes(1, 1000)).await.artifact.content_hash;
        store.age(&store.path(&hash), 7200);
        let owners = store.artifacts().join("projects");
        let foreign = uuid::Uuid::now_v7();
        std::fs::write(owners.join(foreign.to_string()), "elsewhere").expect("write");
        let collect_all = CollectArtifacts { project: Some("demo".into()), grace_seconds: Some(60) };
        let error = store.seed.board.collect_artifacts(&collect_all, true).await.expect_err("refused");
        assert!(matches!(&error, Error::Conflict(Conflict::InUse { because, .. }) if because.contains("'elsewhere'")), "{error}");
        std::fs::remove_file(owners.join(foreign.to_string())).expect("remove");
        assert_eq!(collect(&store, false).await.kept, 1);
    }

    async fn a_grace_period_has_limits(t: TestDb) {
        let store = Store::new(&t).await;
        for seconds in [-1, 0, 59, 365 * 86_400 + 1] {
            let bad = CollectArtifacts { project: None, grace_seconds: Some(seconds) };
            let error = store.seed.board.collect_artifacts(&bad, true).await;
            assert!(matches!(error, Err(Error::Invalid { field: "grace", .. })), "{seconds}: {error:?}");
        }
        let plan = store.seed.board.read(&CollectArtifacts::default()).await.expect("a plan");
        assert_eq!((store.seed.board.now() - plan.before).num_seconds(), DEFAULT_GRACE);
    }
}

async fn collect(store: &Store, dry_run: bool) -> Collected {
    let collect = CollectArtifacts { project: Some("demo".into()), grace_seconds: Some(60) };
    let done = store.seed.board.collect_artifacts(&collect, dry_run).await;
    done.unwrap_or_else(|error| panic!("cannot collect: {error}"))
}
