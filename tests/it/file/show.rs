//! One file operation, and what is known of its paths.

use callboard_service::entity::{FileOperationOperation as Kind, FileVerificationStatus};
use callboard_service::file::effective::Expected;
use callboard_service::file::{FileDetails, ListFiles, ShowFile, VerifyFiles};
use callboard_service::{Error, ErrorKind, Ref};
use support::{TestDb, both};

use super::{ABC, Files};

both! {
    async fn by_path_what_its_state_is_due_to(t: TestDb) {
        let files = Files::new(&t).await;
        let created = files.create("a", "xyz").await;
        files.write("a", "abc");
        let modified = files.track(Kind::Modify, "a", None).await;
        files.rename("a", "b");
        let moved = files.track(Kind::Move, "a", Some("b")).await;
        for path in ["a", "b"] {
            let shown = show(&files, path).await.expect("show");
            assert_eq!(shown.operation.operation.id, moved.id);
            assert_eq!(shown.paths.iter().map(|state| (state.path.as_str(), state.due_to)).collect::<Vec<_>>(), [("a", moved.id), ("b", moved.id)]);
            assert_eq!(shown.paths[0].expected, Expected::Absent);
            let Expected::Written { content: Some(content) } = &shown.paths[1].expected else { panic!("{shown:?}") };
            assert_eq!((content.content_hash.as_str(), content.size_bytes), (ABC, 3));
            assert_eq!(shown.others.iter().map(|other| other.operation.id).collect::<Vec<_>>(), [modified.id, created.id]);
            assert_eq!((shown.operation.item.as_str(), shown.operation.actor.as_str()), (&*files.item.key, "user:kim"));
        }
        let shown = show(&files, &created.id.to_string()).await.expect("show by id");
        assert_eq!((shown.operation.operation.id, shown.paths[0].due_to), (created.id, moved.id));
    }

    async fn with_what_was_found_of_it(t: TestDb) {
        let files = Files::new(&t).await;
        let created = files.create("a", "abc").await;
        files.verify().await;
        files.write("a", "xyz");
        files.verify().await;
        let shown = show(&files, "a").await.expect("show");
        let statuses: Vec<_> = shown.verifications.iter().map(|row| row.status).collect();
        assert_eq!(statuses, [FileVerificationStatus::Partial, FileVerificationStatus::Verified], "newest first");
        assert!(shown.verifications.iter().all(|row| row.operation_id == created.id));
    }

    /// In the old system a look at what had been done wrote rows, and looked at the files twice.
    async fn showing_listing_and_planning_verify_nothing(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("a", "abc").await;
        files.remove("a");
        let before = files.seed.snapshot().await;
        show(&files, "a").await.expect("show");
        files.seed.board.read(&ListFiles::default()).await.expect("list");
        files.seed.board.read(&VerifyFiles::default()).await.expect("plan");
        files.seed.assert_unchanged(&before, "showing").await;
        files.verify().await;
        assert_eq!(before.differences(&files.seed.snapshot().await).len(), 2, "verifying writes its row and the status");
    }

    async fn what_is_not_there_is_named_with_what_is_near(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("src/parser.rs", "abc").await;
        let error = show(&files, "src/parsr.rs").await.expect_err("unknown");
        assert!(matches!(&error, Error::NotFound { near, .. } if near == &["src/parser.rs"]), "{error}");
        let error = show(&files, &callboard_service::id::new().to_string()).await.expect_err("unknown");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

async fn show(files: &Files, file: &str) -> Result<FileDetails, Error> {
    files.seed.board.read(&ShowFile { file: Ref::from(file), project: None }).await
}
