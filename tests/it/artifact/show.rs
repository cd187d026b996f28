//! Showing an artifact: its versions and the beginning of its content.

use callboard_service::artifact::{ArtifactDetails, ArtifactName, PreviewKind, ShowArtifact};
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{Store, bytes};

both! {
    async fn a_preview_is_the_beginning(t: TestDb) {
        let store = Store::new(&t).await;
        store.add("report.md", b"# one\nline").await;
        store.add("report.md", b"# two").await;
        let large = "line\n".repeat(20_000);
        store.add("large.txt", large.as_bytes()).await;
        let binary = store.add("binary", &bytes(1, 1000)).await.artifact;
        let shown = show(&store, ArtifactName::of(store.item.id, "report.md")).await;
        let preview = shown.preview.expect("a preview");
        assert_eq!((preview.kind, preview.text.as_str(), preview.truncated), (PreviewKind::Text, "# two", false));
        assert_eq!(shown.versions.iter().map(|v| v.artifact.version).collect::<Vec<_>>(), [2, 1]);
        let first = ArtifactName { version: Some(1), ..ArtifactName::of(store.item.id, "report.md") };
        assert_eq!(show(&store, first).await.preview.expect("a preview").text, "# one\nline");
        let preview = show(&store, ArtifactName::of(store.item.id, "large.txt")).await.preview.expect("a preview");
        assert_eq!((preview.kind, preview.text.lines().count(), preview.truncated), (PreviewKind::Text, 40, true));
        // By its id alone.
        let by_id = ArtifactName { item: Ref::Id(binary.id), name: None, version: None };
        let shown = show(&store, by_id.clone()).await;
        let preview = shown.preview.expect("a preview");
        assert_eq!((preview.kind, preview.truncated, shown.artifact.artifact.id), (PreviewKind::Hex, true, binary.id));
        assert!(preview.text.starts_with("00000000  00 "), "{}", preview.text);

        std::fs::remove_file(store.path(&binary.content_hash)).expect("remove the content");
        let preview = show(&store, by_id).await.preview.expect("a preview");
        assert_eq!(preview.kind, PreviewKind::Unreadable);
        assert!(preview.text.contains("is gone from the store"), "{}", preview.text);
    }

    async fn what_is_not_there_is_named(t: TestDb) {
        let store = Store::new(&t).await;
        store.add("report.md", b"abc").await;
        let refused = |artifact: ArtifactName| {
            let board = store.seed.board.clone();
            async move { board.show_artifact(&ShowArtifact { artifact }).await.expect_err("refused").to_string() }
        };
        let near = refused(ArtifactName::of(store.item.id, "report.mb")).await;
        assert_eq!(near, "there is no artifact 'report.mb of CB-1'; near to it: report.md");
        let version = ArtifactName { version: Some(7), ..ArtifactName::of(store.item.id, "report.md") };
        assert_eq!(refused(version).await, "there is no artifact 'report.md of CB-1 in version 7'");
        let nameless = ArtifactName { item: Ref::from("CB-1"), name: None, version: None };
        let error = store.seed.board.read(&ShowArtifact { artifact: nameless }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "name", .. })), "{error:?}");
    }
}

async fn show(store: &Store, artifact: ArtifactName) -> ArtifactDetails {
    let shown = store.seed.board.show_artifact(&ShowArtifact { artifact }).await;
    shown.unwrap_or_else(|error| panic!("cannot show: {error}"))
}
