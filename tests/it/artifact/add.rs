//! Adding artifacts: where contents go, versions, and what is refused.

use callboard_service::artifact::{AddArtifact, ArtifactOf, MAX_TEXT};
use callboard_service::entity::ArtifactType;
use callboard_service::item::ArchiveItem;
use callboard_service::recovery::{Recover, markdown};
use callboard_service::{Conflict, Error, FileProblem, Ref};
use support::{TestDb, both};

use super::{Store, bytes, keep, source, verb};

both! {
    async fn a_text_stays_in_its_row_and_the_rest_goes_to_the_store(t: TestDb) {
        let store = Store::new(&t).await;
        let small = store.add("report.md", "# Report \u{1F980}\n".as_bytes()).await;
        assert_eq!((small.artifact.version, small.artifact.path.as_deref(), small.already), (1, None, false));
        assert_eq!(small.artifact.mime_type.as_deref(), Some("text/markdown"));
        assert!(!store.artifacts().exists(), "nothing needs a store yet");
        let full = store.add("full.txt", "x".repeat(MAX_TEXT).as_bytes()).await;
        assert_eq!(full.artifact.path, None, "64 KiB still fit");
        for (name, content) in [("large.txt", "x".repeat(MAX_TEXT + 1).into_bytes()), ("nul", b"a\0b".to_vec()), ("latin1", b"caf\xe9".to_vec())] {
            let added = store.add(name, &content).await.artifact;
            let hash = &added.content_hash;
            assert_eq!(added.path, Some(format!(".callboard/artifacts/{}/{hash}", &hash[..2])), "{name}");
            assert_eq!(std::fs::read(store.path(hash)).expect("read the content"), content, "{name}");
            assert_eq!(added.size_bytes, content.len() as i64, "{name}");
        }
        let rows = store.rows().await;
        let texts: Vec<Option<usize>> = rows.iter().map(|row| row.content.as_ref().map(String::len)).collect();
        assert_eq!(texts, [Some(14), Some(MAX_TEXT), None, None, None]);
        assert_eq!(rows[0].content.as_deref(), Some("# Report \u{1F980}\n"));
        assert_eq!(store.verify().await.verified, 5);
    }

    async fn versions_have_no_gaps_and_the_same_again_is_none(t: TestDb) {
        let store = Store::new(&t).await;
        let contents: [&[u8]; 4] = [b"one", b"two", b"two", b"one"];
        let mut added = Vec::new();
        for content in contents {
            added.push(store.add("a.txt", content).await);
        }
        let versions: Vec<(i64, bool)> = added.iter().map(|a| (a.artifact.version, a.already)).collect();
        assert_eq!(versions, [(1, false), (2, false), (2, true), (3, false)]);
        let rows = store.rows().await;
        assert_eq!(rows.len(), 3);
        let before: Vec<_> = rows.iter().map(|row| row.previous_version_id).collect();
        assert_eq!(before, [None, Some(rows[0].id), Some(rows[1].id)]);
        // Another name counts for itself; another type of the same content is a version.
        assert_eq!(store.add("b.txt", b"two").await.artifact.version, 1);
        let kept = keep(&store.seed.board, store.item.id, "b.txt", b"two").await.expect("keep");
        let other = AddArtifact { artifact_type: ArtifactType::Test, ..verb(store.item.id, "b.txt", &kept) };
        assert_eq!(store.seed.must(&other).await.artifact.version, 2);
    }

    async fn the_same_content_is_stored_once(t: TestDb) {
        let store = Store::new(&t).await;
        let content = bytes(1, 100_000);
        let (one, two) = (store.add("one", &content).await.artifact, store.add("two", &content).await.artifact);
        assert_eq!((&one.path, &one.content_hash), (&two.path, &two.content_hash));
        let files = std::fs::read_dir(store.path(&one.content_hash).parent().expect("a folder")).expect("list").count();
        assert_eq!(files, 1);
        let left = std::fs::read_dir(store.artifacts()).expect("list").filter(|entry| {
            entry.as_ref().expect("an entry").file_name().to_string_lossy().starts_with(".new-")
        });
        assert_eq!(left.count(), 0, "nothing is left of the second");
        // One that was damaged is mended by adding it again.
        std::fs::write(store.path(&one.content_hash), "damaged").expect("damage");
        assert_eq!(store.verify().await.altered, 2);
        assert!(store.add("two", &content).await.already);
        assert_eq!(store.verify().await.verified, 2);
    }

    async fn each_version_has_a_ledger_row_and_extends_the_lease(t: TestDb) {
        let store = Store::new(&t).await;
        let agent = store.seed.agent("coder").await;
        let held = store.seed.claim(&agent).await;
        let of = ArtifactOf { item: None, assignment: Some(held.assignment) };
        let kept = store.seed.board.keep_artifact(&of, "a.txt", source(b"abc")).await.expect("keep");
        let add = AddArtifact { item: None, assignment: Some(held.assignment), ..verb(store.item.id, "a.txt", &kept) };
        let before = store.seed.assignment(held.assignment).await.heartbeat_at;
        let added = store.seed.by(&agent, &add).await.expect("add");
        assert_eq!((added.item.as_str(), added.artifact.assignment_id), ("CB-1", Some(held.assignment)));
        assert!(store.seed.assignment(held.assignment).await.heartbeat_at > before);
        let again = store.seed.by(&agent, &add).await.expect("the same again");
        assert!(again.already);
        let events = store.seed.events(store.item.id).await;
        assert_eq!(events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["created", "claimed", "artifact_added"]);
        let data = events[2].data.as_ref().expect("data");
        assert_eq!((&data["name"], &data["version"], &data["size_bytes"]), (&"a.txt".into(), &1.into(), &3.into()));
        assert_eq!((events[2].assignment_id, events[2].actor_id), (Some(held.assignment), Some(agent.id)));

        store.seed.lapse(held.assignment).await;
        let kept = store.seed.board.keep_artifact(&of, "a.txt", source(b"later")).await.expect("keep");
        let late = AddArtifact { content: kept.content.clone(), ..add };
        let error = store.seed.by(&agent, &late).await;
        assert!(matches!(error, Err(Error::LeaseLost { .. })), "{error:?}");
        assert_eq!(store.rows().await.len(), 1);
    }

    async fn a_refusal_adds_nothing(t: TestDb) {
        let store = Store::new(&t).await;
        let kept = keep(&store.seed.board, store.item.id, "a", b"abc").await.expect("keep");
        let good = verb(store.item.id, "a", &kept);
        for (bad, field) in [
            (AddArtifact { name: String::new(), ..good.clone() }, "name"),
            (AddArtifact { name: "x".repeat(501), ..good.clone() }, "name"),
            (AddArtifact { name: "a\u{1b}[31m".to_owned(), ..good.clone() }, "name"),
            (AddArtifact { name: store.item.id.to_string(), ..good.clone() }, "name"),
            (AddArtifact { mime_type: "text".to_owned(), ..good.clone() }, "mime_type"),
            (AddArtifact { item: None, ..good.clone() }, "item"),
        ] {
            let error = store.seed.must_refuse(&bad).await;
            assert!(matches!(error, Error::Invalid { field: found, .. } if found == field), "{field}: {error}");
        }
        let error = store.seed.must_refuse(&AddArtifact { item: Some(Ref::from("CB-9")), ..good.clone() }).await;
        assert!(matches!(error, Error::NotFound { entity: "item", .. }), "{error}");
        store.seed.must(&ArchiveItem { item: Ref::Id(store.item.id), reason: None }).await;
        let error = store.seed.must_refuse(&good).await;
        assert!(matches!(error, Error::Conflict(Conflict::Inactive { entity: "item", .. })), "{error}");
        let error = store.try_add("large", &bytes(1, 100_000)).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "item", .. }))), "{error:?}");
        assert!(!store.artifacts().exists(), "refused before anything was stored");
    }

    async fn without_a_root_only_short_texts_are_taken(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await.id;
        assert!(keep(&seed.board, item, "a", b"abc").await.is_ok());
        let error = keep(&seed.board, item, "a", b"a\0").await;
        assert!(matches!(error, Err(Error::File { problem: FileProblem::NoRoot { .. }, .. })), "{error:?}");
        super::set_root(&seed, "demo", t.dir()).await;
        std::fs::create_dir(t.dir().join("gone")).expect("make a folder");
        super::set_root(&seed, "demo", &t.dir().join("gone")).await;
        std::fs::remove_dir(t.dir().join("gone")).expect("remove it");
        let error = keep(&seed.board, item, "a", b"a\0").await;
        assert!(matches!(error, Err(Error::File { problem: FileProblem::RootGone { .. }, .. })), "{error:?}");
    }

    async fn the_next_worker_is_told(t: TestDb) {
        let store = Store::new(&t).await;
        store.add("old.txt", b"one").await;
        store.add("report.md", b"# one").await;
        store.add("report.md", b"# two").await;
        let package = store.seed.board.read(&Recover::of(Ref::Id(store.item.id))).await.expect("a package");
        let names: Vec<(&str, i64)> = package.artifacts.iter().map(|a| (a.name.as_str(), a.version)).collect();
        assert_eq!(names, [("report.md", 2), ("old.txt", 1)]);
        let text = markdown(&package);
        assert!(text.contains("## Artifacts\n\n- `report.md`: general, version 2, text/markdown, 5 bytes"), "{text}");
        let shown = callboard_service::item::ShowItem { item: Ref::Id(store.item.id) };
        let shown = store.seed.board.read(&shown).await.expect("show");
        assert_eq!(shown.artifacts.iter().map(|a| (a.name.as_str(), a.version)).collect::<Vec<_>>(), names);
    }
}
