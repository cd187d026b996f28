//! Recording what was done to files.

use std::os::unix::fs::symlink;
use std::path::Path;

use callboard_service::agent::RegisterAgent;
use callboard_service::assignment::Complete;
use callboard_service::decision::{AddDecision, ExportDecisions, ImportDecisions, ListDecisions};
use callboard_service::entity::{
    FileOperationActorType, FileOperationOperation as Kind, FileOperationVerificationStatus as Status, board_decisions,
    file_operations,
};
use callboard_service::file::{NewOperation, Root, TrackFiles};
use callboard_service::item::{ArchiveItem, EditItem};
use callboard_service::project::{AddProject, EditProject};
use callboard_service::search::Search;
use callboard_service::{Change, Error, ErrorKind, FileProblem, Ref, id};
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both};

use super::{ABC, Files, call};

/// An operation, its path, where it leads to, and what is said of it.
type Case = (Kind, &'static str, Option<&'static str>, fn(&FileProblem) -> bool);

both! {
    async fn every_operation_is_a_row_with_the_digest_of_what_is_there(t: TestDb) {
        let files = Files::new(&t).await;
        let created = files.create("src/a.rs", "abc").await;
        assert_eq!((created.path.as_str(), created.content_hash.as_deref(), created.size_bytes), ("src/a.rs", Some(ABC), Some(3)));
        assert_eq!((created.work_item_id, created.actor_type, created.actor_id), (files.item.id, FileOperationActorType::User, Some(files.seed.user.id)));
        assert_eq!(created.verification_status, Status::Pending);
        let read = files.track(Kind::Read, "src/a.rs", None).await;
        assert_eq!(read.content_hash.as_deref(), Some(ABC));
        std::fs::copy(files.path("src/a.rs"), files.path("b.rs")).expect("copy");
        let copied = files.track(Kind::Copy, "src/a.rs", Some("b.rs")).await;
        assert_eq!((copied.new_path.as_deref(), copied.content_hash.as_deref()), (Some("b.rs"), Some(ABC)));
        files.rename("b.rs", "c.rs");
        let moved = files.track(Kind::Move, "b.rs", Some("c.rs")).await;
        assert_eq!((moved.path.as_str(), moved.new_path.as_deref(), moved.size_bytes), ("b.rs", Some("c.rs"), Some(3)));
        files.write("c.rs", "abcd");
        let modified = files.track(Kind::Modify, "c.rs", None).await;
        assert_eq!(modified.size_bytes, Some(4));
        files.remove("src/a.rs");
        let deleted = files.track(Kind::Delete, "src/a.rs", None).await;
        assert_eq!((&deleted.content_hash, deleted.size_bytes), (&None, None));
        let rows = files.rows().await;
        assert_eq!(rows.len(), 6);
        assert_eq!(rows.last(), Some(&deleted));
        // The copy's two paths were both written since; of the move the old path is still its own.
        let of = |kind| rows.iter().find(|row| row.operation == kind).map(|row| row.verification_status);
        assert_eq!((of(Kind::Create), of(Kind::Read), of(Kind::Copy)), (Some(Status::Superseded), Some(Status::Superseded), Some(Status::Superseded)));
        assert_eq!((of(Kind::Move), of(Kind::Modify), of(Kind::Delete)), (Some(Status::Pending), Some(Status::Pending), Some(Status::Pending)));
    }

    async fn a_call_is_one_ledger_row_of_its_item(t: TestDb) {
        let files = Files::new(&t).await;
        let before = files.seed.row(files.item.id).await;
        files.write("a", "abc");
        files.write("b", "abc");
        let mut operations = Vec::new();
        for path in ["a", "b"] {
            operations.push(files.observe(Kind::Create, path, None).await.expect("observe"));
        }
        operations[0].rationale = Some("the parser\nneeds it".to_owned());
        let tracked = files.seed.must(&call(files.item.id, operations)).await;
        assert_eq!((tracked.item.as_str(), tracked.operations.len(), tracked.superseded), (&*before.key, 2, 0));
        assert_eq!(files.rows().await, tracked.operations);
        assert_eq!(tracked.operations[0].rationale.as_deref(), Some("the parser\nneeds it"));
        assert!(tracked.operations[0].file_metadata.as_ref().is_some_and(|m| m["mode"].is_string() && m["modified_at"].is_string()));
        let after = files.seed.row(files.item.id).await;
        assert_eq!((after.revision, after.status), (before.revision + 1, before.status));
        assert!(after.last_activity_at > before.last_activity_at);
        let event = files.seed.events(files.item.id).await.pop().expect("a ledger row");
        assert_eq!((event.kind.as_str(), event.actor_id), ("files_tracked", Some(files.seed.user.id)));
        assert_eq!(event.data, Some(json!({ "count": 2, "files": ["create a", "create b"] })));
    }

    /// Tracked from a machine whose clock is ahead: what is done after it is the later one all the same.
    async fn a_clock_that_is_ahead_hides_nothing(t: TestDb) {
        let files = Files::new(&t).await;
        let ahead = files.create("a", "abc").await;
        let future = ahead.occurred_at + chrono::TimeDelta::hours(1);
        let change = file_operations::ActiveModel { id: Set(ahead.id), occurred_at: Set(future), ..Default::default() };
        file_operations::Entity::update(change).exec(&files.seed.raw).await.expect("set the clock ahead");
        files.write("a", "xyz");
        let after = files.track(Kind::Modify, "a", None).await;
        let micro = chrono::TimeDelta::microseconds(1);
        assert_eq!((after.occurred_at, after.verification_status), (future + micro, Status::Pending));
        assert!(after.created_at < future, "it was written now");
        assert_eq!(files.statuses().await, [Status::Superseded, Status::Pending]);
        assert_eq!(files.verify().await.verified, 1);
        // By either of its paths; what is done elsewhere is done now.
        files.rename("a", "b");
        let moved = files.track(Kind::Move, "a", Some("b")).await;
        files.write("b", "abc");
        let onto = files.track(Kind::Modify, "b", None).await;
        let other = files.create("c", "abc").await;
        assert_eq!((moved.occurred_at, onto.occurred_at), (future + micro * 2, future + micro * 3));
        assert!(other.occurred_at < future, "{other:?}");
        assert_eq!(files.verify().await.broken(), 0);
    }

    /// The files are the project's: another item's operation supersedes, too; another project's does not.
    async fn a_later_operation_supersedes_across_items_of_the_project(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("a", "one").await;
        let other = files.seed.item().await;
        files.write("a", "two");
        assert_eq!(files.track_for(&other, Kind::Modify, "a", None).await.superseded, 1);
        assert_eq!(files.statuses().await, [Status::Superseded, Status::Pending]);
        // A read hides no write, and is hidden by it.
        assert_eq!(files.track_for(&other, Kind::Read, "a", None).await.superseded, 0);
        assert_eq!(files.statuses().await, [Status::Superseded, Status::Pending, Status::Superseded]);

        let project = AddProject { slug: "two".to_owned(), name: "Two".to_owned(), key_prefix: "TW".to_owned(), ..AddProject::default() };
        files.seed.must(&project).await;
        let foreign = files.seed.add_all_in("two", vec![callboard_service::item::NewItem::titled("x")]).await.remove(0);
        assert_eq!(files.track_for(&foreign, Kind::Modify, "a", None).await.superseded, 0);
        assert_eq!(files.statuses().await[1], Status::Pending);
    }

    async fn a_holder_tracks_under_its_assignment_and_extends_its_lease(t: TestDb) {
        let files = Files::new(&t).await;
        let agent = files.seed.agent("coder").await;
        let held = files.seed.work(&agent).await;
        files.seed.sql("UPDATE task_assignments SET heartbeat_at = NULL").await;
        files.write("a", "abc");
        let operation = files.observe(Kind::Create, "a", None).await.expect("observe");
        let verb = TrackFiles { assignment: Some(held.assignment), operations: vec![operation], ..TrackFiles::default() };
        let short = files.seed.assignment(held.assignment).await.lease_expires_at;
        let tracked = files.seed.by(&agent, &verb).await.expect("track");
        let row = files.seed.assignment(held.assignment).await;
        assert!(row.lease_expires_at > short && row.heartbeat_at.is_some(), "{row:?}");
        assert_eq!((tracked.operations[0].assignment_id, tracked.operations[0].work_item_id), (Some(row.id), held.item.id));
        assert_eq!((tracked.operations[0].actor_type, tracked.operations[0].actor_id), (FileOperationActorType::Agent, Some(agent.id)));
        let event = files.seed.events(held.item.id).await.pop().expect("a ledger row");
        assert_eq!(event.assignment_id, Some(row.id));

        let wrong = TrackFiles { item: Some(Ref::Id(files.item.id)), ..verb.clone() };
        let error = files.seed.must_refuse(&wrong).await;
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains(&held.item.key), "{error}");
        files.seed.lapse(held.assignment).await;
        assert_eq!(files.seed.must_refuse(&verb).await.kind(), ErrorKind::LeaseLost);
        let done = files.seed.work(&agent).await;
        files.seed.by(&agent, &Complete { assignment: done.assignment, notes: None, actual_hours: None, result: None, force: None }).await.expect("complete");
        let late = TrackFiles { assignment: Some(done.assignment), ..verb.clone() };
        assert_eq!(files.seed.must_refuse(&late).await.kind(), ErrorKind::Conflict);
        let unknown = TrackFiles { assignment: Some(id::new()), ..verb };
        assert_eq!(files.seed.must_refuse(&unknown).await.kind(), ErrorKind::NotFound);
    }

    async fn operations_that_break_a_rule_are_refused_whole(t: TestDb) {
        let files = Files::new(&t).await;
        let good = NewOperation {
            operation: Kind::Create,
            path: "a".to_owned(),
            new_path: None,
            content_hash: Some(ABC.to_owned()),
            size_bytes: Some(3),
            rationale: None,
            metadata: None,
        };
        let path = |path: &str| NewOperation { path: path.to_owned(), ..good.clone() };
        let to = |operation, new: Option<&str>| NewOperation { operation, new_path: new.map(str::to_owned), ..good.clone() };
        let hash = |hash: &str| NewOperation { content_hash: Some(hash.to_owned()), ..good.clone() };
        let bad = [
            path(""), path("/etc/passwd"), path("../a"), path("a/../../b"), path("./a"), path("a//b"), path("a/"), path("a\0b"),
            path(&"x/".repeat(2500)), path(&"x".repeat(2049)),
            to(Kind::Move, None), to(Kind::Copy, None), to(Kind::Create, Some("b")), to(Kind::Move, Some("a")),
            to(Kind::Move, Some("../b")), hash(""), hash(&ABC.to_uppercase()), hash(&ABC[1..]), hash(&"g".repeat(64)),
            NewOperation { content_hash: None, size_bytes: None, ..good.clone() },
            NewOperation { size_bytes: None, ..good.clone() },
            NewOperation { size_bytes: Some(-1), ..good.clone() },
            NewOperation { operation: Kind::Delete, ..good.clone() },
            NewOperation { operation: Kind::Delete, content_hash: None, ..good.clone() },
            NewOperation { rationale: Some("\u{1b}[31m".to_owned()), ..good.clone() },
            NewOperation { metadata: Some(json!([1])), ..good.clone() },
            NewOperation { metadata: Some(json!({ "a": "\0" })), ..good.clone() },
        ];
        for bad in bad {
            let error = files.seed.must_refuse(&call(files.item.id, vec![good.clone(), bad.clone()])).await;
            assert_eq!(error.kind(), ErrorKind::Invalid, "{bad:?}: {error}");
        }
        files.seed.must_refuse(&call(files.item.id, Vec::new())).await;
        files.seed.must_refuse(&call(files.item.id, vec![good.clone(); 10_001])).await;
        files.seed.must_refuse(&TrackFiles { operations: vec![good.clone()], ..TrackFiles::default() }).await;
        files.seed.must(&call(files.item.id, vec![good.clone()])).await;
        files.seed.must(&ArchiveItem { item: Ref::Id(files.item.id), reason: None }).await;
        assert_eq!(files.seed.must_refuse(&call(files.item.id, vec![good])).await.kind(), ErrorKind::Conflict);
    }

    async fn a_rationale_becomes_a_decision_only_when_asked(t: TestDb) {
        let files = Files::new(&t).await;
        files.write("src/b", "abc");
        files.write("a", "abc");
        std::fs::rename(files.path("src/b"), files.path("src/c")).expect("rename");
        let mut operations = vec![
            files.observe(Kind::Move, "src/b", Some("src/c")).await.expect("observe"),
            files.observe(Kind::Create, "a", None).await.expect("observe"),
        ];
        operations[0].rationale = Some("c is shorter".to_owned());
        let plain = files.seed.must(&call(files.item.id, operations.clone())).await;
        assert_eq!(plain.decision, None);
        let decisions = || async { board_decisions::Entity::find().all(&files.seed.raw).await.expect("read") };
        assert!(decisions().await.is_empty(), "nobody asked for one");

        // Whatever item and project the decision names itself, it is about these.
        let other = files.seed.item().await;
        let decision = AddDecision {
            item: Some(Ref::Id(other.id)),
            project: Some(Ref::from("nowhere")),
            ..AddDecision::new("Short names", "Names have one letter.", "c is shorter")
        };
        let asked = TrackFiles { decision: Some(Box::new(decision.clone())), ..call(files.item.id, operations.clone()) };
        let tracked = files.seed.must(&asked).await;
        let stored = decisions().await;
        assert_eq!(tracked.decision.map(|named| (named.key, named.decision)), Some(("CB-D1".to_owned(), stored[0].clone())));
        assert_eq!((stored[0].work_item_id, &stored[0].affected_files), (Some(files.item.id), &Some(json!(["a", "src/b", "src/c"]))));
        let kinds = files.seed.kinds(files.item.id).await;
        assert_eq!(kinds, ["created", "files_tracked", "files_tracked", "decision"]);
        let own = AddDecision { affected_files: vec!["src".to_owned()], ..decision.clone() };
        let named = files.seed.must(&TrackFiles { decision: Some(Box::new(own)), ..asked.clone() }).await;
        assert_eq!(named.decision.expect("a decision").decision.affected_files, Some(json!(["src"])));

        // All of it, or nothing.
        let many = (0..101).map(|n| NewOperation { path: format!("f{n}"), ..operations[1].clone() }).collect();
        let silent = AddDecision { rationale: " ".to_owned(), ..decision.clone() };
        for (operations, decision, expected) in [(operations, silent, "rationale"), (many, decision, "affected_files")] {
            let bad = TrackFiles { decision: Some(Box::new(decision)), ..call(files.item.id, operations) };
            let error = files.seed.must_refuse(&bad).await;
            assert!(matches!(&error, Error::Invalid { field, .. } if *field == expected), "{expected}: {error}");
        }
    }

    /// White space at the ends and control characters are part of a file's name, and of no other's.
    async fn an_odd_path_is_the_same_everywhere(t: TestDb) {
        let files = Files::new(&t).await;
        let odd = " a\n\u{7}\"b\" ";
        files.write(odd, "abc");
        let operation = files.observe(Kind::Create, odd, None).await.expect("observe");
        let decision = AddDecision::new("Odd names", "Names are what they are.", "so that nothing is lost");
        let verb = TrackFiles { decision: Some(Box::new(decision)), ..call(files.item.id, vec![operation]) };
        let item = EditItem { title: Some("names".to_owned()), ..EditItem::new(Ref::Id(files.item.id)) };
        files.seed.must(&item).await;
        let tracked = files.seed.must(&verb).await;
        let captured = tracked.decision.expect("a decision").decision;
        assert_eq!((&tracked.operations[0].path, captured.affected_files), (&odd.to_owned(), Some(json!([odd]))));
        for (path, hits) in [(odd, 2), (odd.trim(), 0), (&format!("./{odd}"), 2)] {
            let search = Search { file: Some(path.to_owned()), ..Search::new("names") };
            assert_eq!(files.seed.board.read(&search).await.expect("search").hits.len(), hits, "{path:?}");
            let list = ListDecisions { file: Some(path.to_owned()), ..ListDecisions::default() };
            assert_eq!(files.seed.board.read(&list).await.expect("list").rows.len(), hits / 2, "{path:?}");
        }
        assert_eq!(files.verify().await.verified, 1);
        // Through the files of an export, too.
        let exported = files.seed.board.read(&ExportDecisions::default()).await.expect("export").files;
        for table in ["board_decisions", "external_refs"] {
            files.seed.sql(&format!("DELETE FROM {table}")).await;
        }
        files.seed.reindex().await;
        files.seed.must(&ImportDecisions::new(exported)).await;
        let stored = board_decisions::Entity::find().one(&files.seed.raw).await.expect("read").expect("it is there");
        assert_eq!(stored.affected_files, Some(json!([odd])));
    }

    /// An operation is what the file system shows: nothing that was not done, and nothing outside.
    async fn what_the_files_do_not_show_is_refused(t: TestDb) {
        let files = Files::new(&t).await;
        files.write("a", "abc");
        files.write("b", "other");
        std::fs::write(t.dir().join("secret"), "abc").expect("write");
        symlink("../secret", files.path("link")).expect("link");
        symlink("..", files.path("up")).expect("link");
        let cases: [Case; 12] = [
            (Kind::Create, "../secret", None, |p| matches!(p, FileProblem::Outside { .. })),
            (Kind::Modify, "up/secret", None, |p| matches!(p, FileProblem::LeadsOut { .. })),
            (Kind::Read, "/etc/passwd", None, |p| matches!(p, FileProblem::Outside { .. })),
            (Kind::Create, "link", None, |p| *p == FileProblem::Link),
            (Kind::Create, "gone", None, |p| *p == FileProblem::Missing),
            (Kind::Create, ".", None, |p| *p == FileProblem::Folder),
            (Kind::Delete, "a", None, |p| *p == FileProblem::StillThere),
            (Kind::Delete, "../gone", None, |p| matches!(p, FileProblem::Outside { .. })),
            (Kind::Move, "a", Some("b"), |p| *p == FileProblem::StillThere),
            (Kind::Move, "gone", Some("gone too"), |p| *p == FileProblem::Missing),
            (Kind::Move, "gone", Some("../secret"), |p| matches!(p, FileProblem::Outside { .. })),
            (Kind::Copy, "a", Some("b"), |p| matches!(p, FileProblem::NoCopy { .. })),
        ];
        for (kind, path, to, is_right) in cases {
            match files.observe(kind, path, to).await {
                Err(Error::File { problem, .. }) if is_right(&problem) => {}
                other => panic!("{kind} {path} {to:?}: {other:?}"),
            }
        }
        for (kind, to) in [(Kind::Move, None), (Kind::Create, Some("b"))] {
            let error = files.observe(kind, "a", to).await.expect_err("a new path too few or too many");
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
        files.observe(Kind::Delete, "gone/with/its/folder", None).await.expect("it is not there");
    }

    async fn a_root_that_moved_is_named_and_followed_once_the_board_knows(t: TestDb) {
        let files = Files::new(&t).await;
        files.create("a", "abc").await;
        let new = t.dir().join("elsewhere");
        std::fs::rename(&files.folder, &new).expect("move the folder");
        let verb = call(files.item.id, Vec::new());
        let error = files.seed.board.root_for(&verb).await.expect_err("it moved");
        assert!(error.kind() == ErrorKind::NotFound && error.to_string().contains(&*files.folder.to_string_lossy()), "{error}");
        files.set_root(&new).await;
        let root = files.seed.board.root_for(&verb).await.expect("the new root");
        let old = root.locate(Path::new("/"), &files.path("a")).expect_err("the old place is outside now");
        assert!(matches!(old, Error::File { problem: FileProblem::Outside { .. }, .. }), "{old}");
        assert_eq!(root.locate(&new, Path::new("a")).expect("inside"), "a");
        assert_eq!(files.verify().await.verified, 1);

        // A folder that is moved while it is open stays the one that was meant.
        let open = Root::at(&new).expect("open");
        std::fs::rename(&new, t.dir().join("third")).expect("move the folder");
        assert_eq!(open.path(), new.canonicalize().unwrap_or(new.clone()));
        files.seed.must(&EditProject { root_path: Change::Clear, ..EditProject::new("demo") }).await;
        let error = files.seed.board.root_for(&verb).await.expect_err("no root");
        assert!(error.to_string().contains("has no root folder") && error.kind() == ErrorKind::Invalid, "{error}");
    }

    async fn two_who_track_one_path_at_once_leave_one_effective(t: TestDb) {
        let files = Files::new(&t).await;
        files.seed.must(&RegisterAgent::new("other")).await;
        files.write("a", "abc");
        let operation = files.observe(Kind::Modify, "a", None).await.expect("observe");
        let items = [files.item.clone(), files.seed.item().await, files.seed.item().await, files.seed.item().await];
        let calls: Vec<TrackFiles> = items.iter().map(|item| call(item.id, vec![operation.clone()])).collect();
        for _ in 0..5 {
            let run = |n: usize| files.seed.board.run(files.seed.me, &calls[n]);
            let (a, b, c, d) = tokio::join!(run(0), run(1), run(2), run(3));
            for tracked in [a, b, c, d] {
                tracked.expect("track");
            }
            let pending = files.statuses().await.into_iter().filter(|status| *status == Status::Pending).count();
            assert_eq!(pending, 1);
        }
        assert_eq!(files.rows().await.len(), 20);
    }
}
