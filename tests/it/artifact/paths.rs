//! Nothing is read or written outside of the project's root, whatever lies in the way.

use std::os::unix::fs::symlink;

use callboard_service::artifact::{ArtifactFault, ArtifactName, CollectArtifacts, GetArtifact};
use callboard_service::entity::board_artifacts as artifacts;
use callboard_service::{Error, FileProblem};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use support::{TestDb, both};

use super::{Store, bytes};

both! {
    async fn a_linked_folder_is_never_followed(t: TestDb) {
        let store = Store::new(&t).await;
        let outside = t.dir().join("outside");
        let content = bytes(1, 1000);
        let hash = store.add("a", &content).await.artifact.content_hash;
        let store_folder = store.artifacts();
        let hidden = t.dir().join("hidden");
        for link in [store_folder.join(&hash[..2]), store_folder.clone(), store.folder.join(".callboard")] {
            // All that is there stands outside now, and a link where it was.
            std::fs::create_dir(&outside).expect("make a folder");
            std::fs::rename(&link, &hidden).expect("move it away");
            symlink(&outside, &link).expect("link");
            let error = store.try_add("a2", &content).await.expect_err("refused");
            assert!(matches!(error, Error::File { problem: FileProblem::LinkedFolder, .. }), "{error}");
            let get = GetArtifact { artifact: ArtifactName::of(store.item.id, "a") };
            let found = store.seed.board.read(&get).await.expect("find it").open();
            assert!(matches!(found, Err(Error::File { problem: FileProblem::LinkedFolder, .. })), "{found:?}");
            let collect = CollectArtifacts { project: None, grace_seconds: Some(60) };
            let error = store.seed.board.collect_artifacts(&collect, false).await.expect_err("refused");
            assert!(matches!(error, Error::File { problem: FileProblem::LinkedFolder, .. }), "{error}");
            let found = store.verify().await;
            assert_eq!((found.verified, found.altered), (0, 1));
            assert_eq!(found.problems[0].found.as_deref(), Some("a symbolic link"));
            assert_eq!(std::fs::read_dir(&outside).expect("list").count(), 0, "nothing was written there");
            std::fs::remove_file(&link).expect("remove the link");
            std::fs::rename(&hidden, &link).expect("move it back");
            std::fs::remove_dir(&outside).expect("remove the folder");
        }
        assert_eq!(store.verify().await.verified, 1);
        assert_eq!(store.rows().await.len(), 1, "nothing was added meanwhile");
    }

    async fn a_linked_content_is_never_followed(t: TestDb) {
        let store = Store::new(&t).await;
        let content = bytes(1, 1000);
        let added = store.add("a", &content).await.artifact;
        let secret = t.dir().join("secret");
        std::fs::write(&secret, &content).expect("write");
        std::fs::remove_file(store.path(&added.content_hash)).expect("remove");
        symlink(&secret, store.path(&added.content_hash)).expect("link");
        let get = GetArtifact { artifact: ArtifactName::of(store.item.id, "a") };
        let found = store.seed.board.read(&get).await.expect("find it").open();
        assert!(matches!(found, Err(Error::File { problem: FileProblem::LinkedFolder, .. })), "{found:?}");
        assert_eq!(store.verify().await.problems[0].fault, ArtifactFault::Unreadable);
        // Adding it again puts a file there, and leaves alone what the link led to.
        store.add("b", &content).await;
        assert_eq!(store.verify().await.verified, 2);
        assert_eq!(std::fs::read(&secret).expect("read"), content);
        assert!(!store.path(&added.content_hash).is_symlink());
    }

    /// A row that was changed by hand leads nowhere else.
    async fn a_path_is_never_taken_from_a_row(t: TestDb) {
        let store = Store::new(&t).await;
        let added = store.add("a", &bytes(1, 1000)).await.artifact;
        std::fs::write(t.dir().join("secret"), "secret").expect("write");
        for (path, hash) in [("../secret", added.content_hash.as_str()), ("/etc/passwd", "../../../secret")] {
            let row = artifacts::ActiveModel {
                id: Set(added.id),
                path: Set(Some(path.to_owned())),
                content_hash: Set(hash.to_owned()),
                ..Default::default()
            };
            artifacts::Entity::update(row).exec(&store.seed.raw).await.expect("change the row");
            let get = GetArtifact { artifact: ArtifactName::of(store.item.id, "a") };
            let found = store.seed.board.read(&get).await.expect("find it").open();
            assert!(matches!(found, Err(Error::Stored { .. })), "{found:?}");
            assert_eq!(store.verify().await.problems[0].fault, ArtifactFault::Misplaced, "{path}");
        }
    }

    async fn a_name_is_no_path(t: TestDb) {
        let store = Store::new(&t).await;
        for name in ["../../escape", "/etc/passwd", "a/b/c", "."] {
            let path = store.add(name, &bytes(1, 1000)).await.artifact.path.expect("a path");
            assert!(path.starts_with(".callboard/artifacts/") && !path.contains(".."), "{path}");
        }
        assert!(!t.dir().join("escape").exists() && !store.folder.join("a").exists());
        assert_eq!(store.verify().await.verified, 4);
    }
}
