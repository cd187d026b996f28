//! Comparing contents with what was added.

use callboard_service::artifact::{ArtifactFault, MOST_PROBLEMS, VerifyArtifacts};
use callboard_service::file::Progress;
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{Store, bytes, keep, verb};

both! {
    async fn what_is_missing_or_altered_is_found_by_name(t: TestDb) {
        let store = Store::new(&t).await;
        assert_eq!(store.verify().await.verified, 0);
        store.add("text", b"abc").await;
        let gone = store.add("gone", &bytes(1, 1000)).await.artifact;
        let altered = store.add("altered", &bytes(2, 1000)).await.artifact;
        let folder = store.add("folder", &bytes(3, 1000)).await.artifact;
        store.add("good", &bytes(4, 1000)).await;
        let found = store.verify().await;
        assert_eq!((found.verified, found.broken(), found.bytes), (5, 0, 4000));
        std::fs::remove_file(store.path(&gone.content_hash)).expect("remove");
        std::fs::write(store.path(&altered.content_hash), bytes(5, 1000)).expect("alter");
        std::fs::remove_file(store.path(&folder.content_hash)).expect("remove");
        std::fs::create_dir(store.path(&folder.content_hash)).expect("make a folder");
        store.seed.sql("UPDATE board_artifacts SET content = 'abd' WHERE name = 'text'").await;
        let before = store.seed.snapshot().await;
        let found = store.verify().await;
        assert_eq!((found.verified, found.missing, found.altered, found.more), (1, 1, 3, 0));
        let told: Vec<_> = found.problems.iter().map(|p| (p.item.as_str(), p.name.as_str(), p.fault)).collect();
        let expected = [
            ("CB-1", "text", ArtifactFault::Altered),
            ("CB-1", "gone", ArtifactFault::Missing),
            ("CB-1", "altered", ArtifactFault::Altered),
            ("CB-1", "folder", ArtifactFault::Unreadable),
        ];
        assert_eq!(told, expected);
        assert_eq!(found.problems[1].path, gone.path);
        store.seed.assert_unchanged(&before, "verifying").await;
    }

    async fn of_one_item_alone(t: TestDb) {
        let store = Store::new(&t).await;
        let gone = store.add("a", &bytes(1, 1000)).await.artifact;
        std::fs::remove_file(store.path(&gone.content_hash)).expect("remove");
        let other = store.seed.item().await;
        let kept = keep(&store.seed.board, other.id, "a", &bytes(2, 1000)).await.expect("keep");
        store.seed.must(&verb(other.id, "a", &kept)).await;
        let of = |item| VerifyArtifacts { item: Some(Ref::Id(item)), project: None };
        let verify = async |item| store.seed.board.verify_artifacts(&of(item), &Progress::default()).await;
        assert_eq!(verify(other.id).await.expect("verify").broken(), 0);
        assert_eq!(verify(store.item.id).await.expect("verify").missing, 1);
        let nobody = VerifyArtifacts { item: Some(Ref::from("CB-9")), project: None };
        let error = store.seed.board.verify_artifacts(&nobody, &Progress::default()).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "item", .. })), "{error:?}");
    }

    /// More than one page of rows, and more problems than are told.
    async fn of_many(t: TestDb) {
        let store = Store::new(&t).await;
        let kept = keep(&store.seed.board, store.item.id, "n", &bytes(1, 1000)).await.expect("keep");
        store.seed.must(&verb(store.item.id, "n", &kept)).await;
        let row = store.rows().await.remove(0);
        let many = MOST_PROBLEMS + 50;
        let rows = (0..many).map(|number| {
            let mut row = row.clone();
            row.id = uuid::Uuid::now_v7();
            row.name = format!("n{number}");
            sea_orm::ActiveModelTrait::reset_all(sea_orm::IntoActiveModel::into_active_model(row))
        });
        let insert = <callboard_service::entity::board_artifacts::Entity as sea_orm::EntityTrait>::insert_many(rows);
        insert.exec_without_returning(&store.seed.raw).await.expect("insert");
        let found = store.verify().await;
        assert_eq!((found.verified, found.broken()), (many as u64 + 1, 0));
        std::fs::remove_file(store.path(&row.content_hash)).expect("remove");
        let found = store.verify().await;
        assert_eq!((found.missing, found.problems.len(), found.more), (many as u64 + 1, MOST_PROBLEMS, 51));
    }
}
