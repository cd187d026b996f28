//! Comparing files with what the operations on them left there.

use std::os::unix::fs::symlink;
use std::time::Duration;

use callboard_service::entity::{
    FileOperationOperation as Kind, FileOperationVerificationStatus as Status, FileVerificationStatus,
};
use callboard_service::file::judge::Problem;
use callboard_service::file::{Progress, VerifyFiles};
use callboard_service::item::DeleteItem;
use callboard_service::project::EditProject;
use callboard_service::{Change, ErrorKind, Ref};
use support::{TestDb, both};

use super::{ABC, Files, call};

/// Takes a second to read, and no space: it is sparse.
const LARGE: u64 = 2 * 1024 * 1024 * 1024;

both! {
    /// What no release of the old system could do: create, modify and delete of one file is verified by its absence.
    async fn by_the_effective_operation_of_each_path(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("gone", "one").await;
        files.write("gone", "two");
        files.track(Kind::Modify, "gone", None).await;
        files.remove("gone");
        files.track(Kind::Delete, "gone", None).await;
        files.create("kept", "one").await;
        files.write("kept", "two");
        files.track(Kind::Modify, "kept", None).await;
        files.create("old", "three").await;
        files.rename("old", "new");
        files.track(Kind::Move, "old", Some("new")).await;
        let found = files.verify().await;
        assert_eq!((found.verified, found.partial, found.failed, found.superseded), (3, 0, 0, 4));
        assert_eq!((found.broken(), found.overtaken, found.project.as_str()), (0, 0, "demo"));
        assert_eq!(found.bytes, 3 + 5);
        let (over, good) = (Status::Superseded, Status::Verified);
        assert_eq!(files.statuses().await, [over, over, good, over, good, over, good]);
        let rows = files.verifications().await;
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().all(|row| row.status == FileVerificationStatus::Verified && row.errors.is_none()));
        assert_eq!(rows.iter().filter(|row| row.file_exists).count(), 2);
        assert_eq!(rows[0].actor_id, Some(files.seed.user.id));
    }

    async fn what_differs_is_told_with_what_was_expected_and_what_is_there(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("a", "xyz").await;
        files.write("a", "abc");
        let found = files.verify().await;
        let difference = &found.files[0].differences[0];
        let (expected, there) = (difference.expected.as_ref().expect("expected"), difference.found.as_ref().expect("found"));
        assert_eq!((there.content_hash.as_str(), there.size_bytes, expected.size_bytes), (ABC, 3, 3));
        assert_eq!(Some(&expected.content_hash), files.rows().await[0].content_hash.as_ref());
        assert_eq!((difference.problem, found.partial, found.broken()), (Problem::Content, 1, 1));
        let row = files.verifications().await.remove(0);
        assert_eq!((row.content_matches, row.size_matches, row.is_regular_file), (Some(false), Some(true), Some(true)));
        let errors = row.errors.expect("errors");
        assert_eq!((&errors[0]["found"]["content_hash"], &errors[0]["problem"]), (&ABC.into(), &"content".into()));
        assert_eq!(files.statuses().await, [Status::Partial]);
        // Append-only: the next look adds a row, and the operation has the newest status.
        files.write("a", "xyz");
        assert_eq!(files.verify().await.verified, 1);
        let rows = files.verifications().await;
        assert_eq!(rows.iter().map(|row| row.status).collect::<Vec<_>>(), [FileVerificationStatus::Partial, FileVerificationStatus::Verified]);
        assert_eq!(rows[0].errors.as_ref(), Some(&errors));
        assert_eq!(files.statuses().await, [Status::Verified]);
    }

    async fn every_damage_is_found(t: TestDb) {
        let files = Files::new(&t).await;
        for path in ["cut", "gone", "folder", "link", "behind/link", "moved", "copied", "read", "read gone"] {
            files.create(path, "abc").await;
        }
        let other = files.seed.item().await;
        files.create("deleted", "abc").await;
        files.remove("deleted");
        files.track(Kind::Delete, "deleted", None).await;
        files.rename("moved", "there");
        files.track(Kind::Move, "moved", Some("there")).await;
        std::fs::copy(files.path("copied"), files.path("copy")).expect("copy");
        files.track(Kind::Copy, "copied", Some("copy")).await;
        assert_eq!(files.verify().await.broken(), 0, "before the damage");

        files.write("cut", "ab");
        files.remove("gone");
        files.remove("folder");
        std::fs::create_dir(files.path("folder")).expect("make a folder");
        files.rename("link", "elsewhere");
        symlink("elsewhere", files.path("link")).expect("link");
        std::fs::rename(files.path("behind"), t.dir().join("behind")).expect("move a folder out");
        symlink("../behind", files.path("behind")).expect("link");
        files.write("moved", "again");
        files.write("deleted", "again");
        files.write("copy", "xyz");
        let found = files.verify().await;
        let told: Vec<(String, String, FileVerificationStatus)> = found
            .files
            .iter()
            .flat_map(|file| file.differences.iter().map(|d| (d.path.clone(), d.problem.as_str().to_owned(), file.status)))
            .collect();
        let expect = |path: &str, problem: &str, status| (path.to_owned(), problem.to_owned(), status);
        let (failed, partial) = (FileVerificationStatus::Failed, FileVerificationStatus::Partial);
        assert_eq!(
            told,
            [
                expect("behind/link", "a link", failed),
                expect("copy", "another content", partial),
                expect("cut", "another content", partial),
                expect("deleted", "still there", failed),
                expect("folder", "not a file", failed),
                expect("gone", "missing", failed),
                expect("link", "a link", failed),
                expect("moved", "still there", failed),
            ]
        );
        assert_eq!((found.failed, found.partial, found.broken()), (6, 2, 8));
        assert_eq!(files.verify_of(Some(&other)).await.files, [], "the other item has no files");
    }

    /// What others do to a file that was only read is told, and breaks nothing.
    async fn a_read_is_never_failed(t: TestDb) {
        let files = Files::new(&t).await;
        files.write("a", "abc");
        files.write("b", "abc");
        files.track(Kind::Read, "a", None).await;
        files.track(Kind::Read, "b", None).await;
        assert_eq!(files.verify().await.verified, 2);
        files.write("a", "xyz");
        files.remove("b");
        let found = files.verify().await;
        assert_eq!((found.partial, found.failed, found.broken()), (2, 0, 0));
        assert_eq!(files.statuses().await, [Status::Partial, Status::Partial]);
    }

    /// A copy only read its original: what became of that is told, and is no fault of the copy.
    async fn a_copy_answers_for_what_it_wrote(t: TestDb) {
        let files = Files::new(&t).await;
        files.write("original", "abc");
        files.write("b original", "abc");
        for (from, to) in [("original", "copy"), ("b original", "z copy")] {
            std::fs::copy(files.path(from), files.path(to)).expect("copy");
            files.track(Kind::Copy, from, Some(to)).await;
        }
        files.write("original", "changed");
        files.remove("b original");
        let found = files.verify().await;
        assert_eq!((found.verified, found.partial, found.failed, found.broken()), (2, 0, 0, 0), "{found:?}");
        let told: Vec<_> = found.files.iter().flat_map(|file| &file.differences).map(|d| (d.path.as_str(), d.problem)).collect();
        assert_eq!(told, [("b original", Problem::Missing), ("original", Problem::Content)]);
        assert_eq!(files.statuses().await, [Status::Verified, Status::Verified]);
        let rows = files.verifications().await;
        assert!(rows.iter().all(|row| row.content_matches == Some(true) && row.errors.is_some()), "{rows:?}");
        // What it wrote counts, as ever.
        files.write("copy", "xyz");
        let found = files.verify().await;
        assert_eq!((found.verified, found.partial, found.files[1].differences.len()), (1, 1, 2));
        // Once another wrote the copy, the original is all that is left of it.
        files.track(Kind::Modify, "copy", None).await;
        let found = files.verify().await;
        assert_eq!((found.verified, found.broken(), found.superseded), (3, 0, 0), "{found:?}");
    }

    /// An item is not blamed for what a later item did to its files.
    async fn each_item_answers_for_what_it_did_last(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("shared", "one").await;
        files.create("own", "one").await;
        let other = files.seed.item().await;
        files.write("shared", "two");
        files.track_for(&other, Kind::Modify, "shared", None).await;
        let (first, second) = (files.verify().await, files.verify_of(Some(&other)).await);
        assert_eq!((first.verified, first.superseded, first.files.len()), (1, 1, 1));
        assert_eq!((second.verified, second.superseded), (1, 0));
        let all = files.verify_of(None).await;
        assert_eq!((all.verified, all.superseded), (2, 1));
        assert_eq!(all.files.iter().map(|file| file.item.as_str()).collect::<Vec<_>>(), [&*files.item.key, &*other.key]);
        // Gone with its item: then the earlier operation counts again.
        files.seed.sql("DELETE FROM file_operations WHERE operation = 'modify'").await;
        let again = files.verify().await;
        assert_eq!((again.verified, again.partial, again.superseded), (1, 1, 0));
        assert_eq!(files.statuses().await, [Status::Partial, Status::Verified]);
    }

    /// While a large file is read, somebody tracks another operation on a small one: what was seen of that may be theirs.
    async fn an_operation_that_is_overtaken_meanwhile_is_not_judged(t: TestDb) {
        let files = Files::new(&t).await;
        std::fs::File::create(files.path("a large one")).and_then(|file| file.set_len(LARGE)).expect("make it");
        files.track(Kind::Create, "a large one", None).await;
        files.create("small", "one").await;
        files.write("small", "two");
        let modify = files.observe(Kind::Modify, "small", None).await.expect("observe");
        let (scope, progress) = (VerifyFiles { item: Some(Ref::Id(files.item.id)), project: None }, Progress::default());
        let verify = files.seed.board.verify_files(files.seed.me, &scope, &progress);
        let meddle = async {
            while progress.bytes() == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            files.seed.must(&call(files.item.id, vec![modify])).await;
            progress.bytes()
        };
        let (found, read) = tokio::join!(verify, meddle);
        assert!(read < LARGE, "the large file was read before anything was tracked");
        let found = found.expect("verify");
        assert_eq!((found.verified, found.overtaken, found.files.len()), (1, 1, 1));
        assert_eq!(files.verifications().await.len(), 1);
        assert_eq!(files.verify().await.verified, 2);
    }

    async fn nothing_to_look_at_needs_no_root(t: TestDb) {
        let files = Files::new(&t).await;
        files.seed.must(&EditProject { root_path: Change::Clear, ..EditProject::new("demo") }).await;
        let found = files.verify_of(None).await;
        assert_eq!((found.files.len(), found.root), (0, None));
        files.create("a", "abc").await;
        let scope = VerifyFiles { item: None, project: Some(Ref::from("demo")) };
        let error = files.seed.board.verify_files(files.seed.me, &scope, &Progress::default()).await.expect_err("no root");
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("root folder"), "{error}");
        assert!(files.verifications().await.is_empty());
        let unknown = VerifyFiles { item: Some(Ref::from("CB-99")), project: None };
        let error = files.seed.board.verify_files(files.seed.me, &unknown, &Progress::default()).await.expect_err("unknown");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    /// More files than threads, each found with its own content; as many statements for many as for few.
    async fn many_files_are_read_at_once_and_told_apart(t: TestDb) {
        let files = Files::new(&t).await;
        let scope = VerifyFiles { item: Some(Ref::Id(files.item.id)), project: None };
        files.create("one", "1").await;
        let few = t.statements(&files.seed.board, &scope).await;
        let mut operations = Vec::new();
        for number in 0..200 {
            let path = format!("many/{}/{number}", number % 7);
            files.write(&path, &number.to_string());
            operations.push(files.observe(Kind::Create, &path, None).await.expect("observe"));
        }
        files.seed.must(&call(files.item.id, operations)).await;
        assert_eq!(t.statements(&files.seed.board, &scope).await, few);
        files.write("many/0/7", "8");
        let progress = Progress::default();
        let found = files.seed.board.verify_files(files.seed.me, &scope, &progress).await.expect("verify");
        assert_eq!((found.verified, found.partial), (200, 1));
        assert_eq!((progress.files(), progress.done()), (201, 201));
        let wrong = found.files.iter().find(|file| file.status != FileVerificationStatus::Verified).expect("one differs");
        assert_eq!(wrong.path, "many/0/7");
    }

    async fn an_item_with_operations_takes_them_with_it(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("a", "abc").await;
        files.verify().await;
        // Something happened to it, so it is not deleted by the verb; past it, nothing is left behind.
        assert_eq!(files.seed.must_refuse(&DeleteItem { item: Ref::Id(files.item.id) }).await.kind(), ErrorKind::Conflict);
        files.seed.sql("DELETE FROM work_items").await;
        files.seed.reindex().await;
        assert_eq!((files.rows().await.len(), files.verifications().await.len()), (0, 0));
    }

    async fn an_operation_without_a_digest_is_verified_by_presence(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("a", "abc").await;
        files.seed.sql("UPDATE file_operations SET content_hash = NULL, size_bytes = NULL").await;
        files.write("a", "other");
        assert_eq!(files.verify().await.verified, 1);
        let row = files.verifications().await.remove(0);
        assert_eq!((row.content_matches, row.size_matches, row.file_exists), (None, None, true));
    }
}
