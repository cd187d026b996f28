//! Proposing operations from what changed on disk.

use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};
use std::time::Duration;

use callboard_service::clock::Timestamp;
use callboard_service::entity::{FileOperationOperation as Kind, FileOperationVerificationStatus as Status};
use callboard_service::file::{Progress, Scan, ScanFiles};
use callboard_service::{Actor, Error, ErrorKind, FileProblem, Ref, id};
use support::{TestDb, both};

use super::{ABC, Files, call};

both! {
    /// Without a repository the times of the files tell, and what the board knew.
    async fn what_changed_since_by_the_times_of_the_files(t: TestDb) {
        let files = Files::new(&t).await;
        for path in ["untouched", "edited", "known", "known and gone", "known and moved", "known and read"] {
            files.write(path, path);
        }
        for path in ["known", "known and gone", "known and moved"] {
            files.track(Kind::Create, path, None).await;
        }
        files.track(Kind::Read, "known and read", None).await;
        let since = files.pause().await;
        files.write("edited", "changed");
        files.write("new/file", "abc");
        files.write("known", "changed");
        files.remove("known and gone");
        std::fs::create_dir(files.path("sub")).expect("make a folder");
        files.rename("known and moved", "sub/moved");
        files.write("known and read", "changed");
        files.write(".git/index", "not mine");
        files.write(".callboard/board.db", "not mine");
        symlink("edited", files.path("link")).expect("link");
        // What is called .git there is no repository.
        let error = files.scan(since).await.expect_err("git refuses it");
        assert!(error.kind() == ErrorKind::Unavailable && error.to_string().contains("fatal: not a git repository"), "{error}");
        let found = files.scan_without_git(since).await;
        std::fs::remove_dir_all(files.path(".git")).expect("remove");
        assert_eq!(files.scan(since).await.expect("scan"), found);
        assert_eq!(
            told(&found),
            [
                "move known and moved -> sub/moved",
                "modify edited",
                "modify known",
                "modify known and read",
                "create new/file",
                "delete known and gone",
            ]
        );
        assert_eq!((found.commit.as_ref(), found.since), (None, since));
        assert_eq!(found.skipped.iter().map(|s| s.path.as_str()).collect::<Vec<_>>(), ["link"]);
        let new = found.operations.iter().find(|new| new.path == "new/file").expect("the new one");
        assert_eq!((new.content_hash.as_deref(), new.size_bytes), (Some(ABC), Some(3)));
        files.agrees_once_tracked(found, since).await;
    }

    /// With a repository: committed, staged, unstaged and untracked changes; what is ignored is left out.
    async fn what_changed_since_by_the_repository(t: TestDb) {
        let files = Files::new(&t).await;
        git(&files, &["init", "-q"]);
        for path in ["kept", "edited", "committed", "removed", "renamed", "touched before"] {
            files.write(path, &format!("the content of {path}\n"));
        }
        files.write(".gitignore", "*.log\n");
        git(&files, &["add", "-A"]);
        commit(&files, "before");
        // Changed before the time, and never committed.
        files.write("touched before", "changed\n");
        files.write("untracked before", "abc");
        std::thread::sleep(Duration::from_millis(1100));
        let since = files.pause().await;
        files.write("edited", "changed\n");
        files.write("committed", "changed\n");
        git(&files, &["mv", "renamed", "renamed to"]);
        git(&files, &["rm", "-q", "removed"]);
        commit(&files, "during");
        files.write("staged", "abc");
        git(&files, &["add", "staged"]);
        files.write("sub/untracked ü", "abc");
        files.write("debug.log", "abc");
        let found = files.scan(since).await.expect("scan");
        assert_eq!(
            told(&found),
            [
                "move renamed -> renamed to",
                "modify committed",
                "modify edited",
                "create staged",
                "create sub/untracked ü",
                "delete removed",
            ]
        );
        assert!(found.commit.as_ref().is_some_and(|commit| commit.len() >= 40), "{found:?}");
        files.agrees_once_tracked(found, since).await;
        // A file that was created and moved within the time is known to the board alone.
        files.rename("staged", "staged to");
        let again = files.scan(since).await.expect("scan");
        assert_eq!(told(&again), ["move staged -> staged to"]);
    }

    async fn a_repository_without_a_commit_and_a_root_below_one(t: TestDb) {
        let files = Files::new(&t).await;
        git(&files, &["init", "-q"]);
        let since = files.pause().await;
        files.write("a", "abc");
        assert_eq!(told(&files.scan(since).await.expect("no commit yet")), ["create a"]);
        files.write("sub/b", "abc");
        git(&files, &["add", "-A"]);
        commit(&files, "first");
        files.set_root(&files.path("sub")).await;
        assert_eq!(told(&files.scan(since).await.expect("below")), ["create b"]);
    }

    /// Without git nobody knows what is ignored: secrets and build products would be proposed.
    async fn where_git_fails_nothing_is_proposed(t: TestDb) {
        let files = Files::new(&t).await;
        git(&files, &["init", "-q"]);
        files.write(".gitignore", ".env\ntarget\n");
        git(&files, &["add", "-A"]);
        commit(&files, "first");
        let since = files.pause().await;
        files.write(".env", "secret");
        files.write("target/debug/out", "abc");
        files.write("a", "abc");
        assert_eq!(told(&files.scan(since).await.expect("git answers")), ["create a"]);
        // The first question is answered, and a later one is not.
        let index = std::fs::read(files.path(".git/index")).expect("read the index");
        files.write(".git/index", "broken");
        let error = files.scan(since).await.expect_err("a broken index");
        assert!(matches!(&error, Error::File { problem: FileProblem::Git { why }, .. } if why.contains("index file")), "{error}");
        assert_eq!(told(&files.scan_without_git(since).await), ["create .env", "create a", "create target/debug/out"]);
        std::fs::write(files.path(".git/index"), index).expect("write the index back");
        assert_eq!(told(&files.scan(since).await.expect("git answers")), ["create a"]);
        // Below it, too; and what another commit points to is missing.
        files.write("sub/b", "abc");
        files.set_root(&files.path("sub")).await;
        files.write(".git/HEAD", &format!("{}\n", "1".repeat(40)));
        let error = files.scan(since).await.expect_err("a commit that is not there");
        assert!(matches!(&error, Error::File { problem: FileProblem::Git { .. }, .. }), "{error}");
        files.remove(".git/HEAD");
        let error = files.scan(since).await.expect_err("no repository any more, as git sees it");
        assert!(error.to_string().contains("fatal: not a git repository"), "{error}");
        assert_eq!(told(&files.scan_without_git(since).await), ["create b"]);
    }

    /// Not known to be gone: the folder above leads in a circle, as one without the right to look, which root always has.
    async fn what_cannot_be_looked_at_is_no_delete(t: TestDb) {
        let files = Files::new(&t).await;
        for with_git in [false, true] {
            files.create("sub/known", "abc").await;
            files.create("gone", "abc").await;
            if with_git {
                git(&files, &["init", "-q"]);
                git(&files, &["add", "-A"]);
                commit(&files, "first");
                std::thread::sleep(Duration::from_millis(1100));
            }
            let since = files.pause().await;
            files.remove("sub/known");
            files.remove("gone");
            std::fs::remove_dir(files.path("sub")).expect("remove the folder");
            symlink("sub", files.path("sub")).expect("link");
            let found = files.scan(since).await.expect("scan");
            assert_eq!(told(&found), ["delete gone"], "{found:?}");
            let skipped: Vec<_> = found.skipped.iter().map(|s| (s.path.as_str(), s.why.as_str())).collect();
            let why = "can't be read: Too many levels of symbolic links (os error 40)";
            assert_eq!(skipped, [("sub", "is no regular file"), ("sub/known", why)]);
            // Without the folder it is known to be gone.
            files.remove("sub");
            assert_eq!(told(&files.scan(since).await.expect("scan")), ["delete gone", "delete sub/known"]);
        }
    }

    async fn the_time_is_that_of_the_session_or_of_the_work(t: TestDb) {
        let files = Files::new(&t).await;
        let agent = files.seed.agent("coder").await;
        let none = ScanFiles { actor: Some(Actor::agent(agent.id)), ..ScanFiles::default() };
        let board = &files.seed.board;
        let error = board.scan_files(&none, &Progress::default()).await.expect_err("no time is known");
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("since"), "{error}");
        let held = files.seed.work(&agent).await;
        let of_item = ScanFiles { item: Some(Ref::Id(held.item.id)), ..none.clone() };
        let work = board.scan_files(&of_item, &Progress::default()).await.expect("the work's start");
        let started = files.seed.assignment(held.assignment).await.started_at;
        assert_eq!((Some(work.since), work.since_what), (started, format!("the work on {}", held.item.key)));
        let of_work = ScanFiles { assignment: Some(held.assignment), ..ScanFiles::default() };
        let by_id = board.scan_files(&of_work, &Progress::default()).await.expect("the assignment's start");
        assert_eq!(Some(by_id.since), started);

        let session = session(&files, agent.id).await;
        let found = board.scan_files(&none, &Progress::default()).await.expect("the session's start");
        assert_eq!((found.since, found.since_what.as_str()), (session.started_at, "session S-1"));
        // The session that the board is in, whoever asks, unless it is of another project.
        let inside = board.in_session(&Ref::from("S-1")).await.expect("in the session");
        let nobody = ScanFiles { actor: None, ..none.clone() };
        let named = inside.scan_files(&nobody, &Progress::default()).await.expect("the board's session");
        assert_eq!((named.since, named.since_what.as_str()), (session.started_at, "session S-1"));
        files.seed.sql("UPDATE work_sessions SET project_id = NULL").await;
        assert!(inside.scan_files(&nobody, &Progress::default()).await.is_err(), "it is of no project");
        files.seed.sql("UPDATE work_sessions SET project_id = (SELECT id FROM board_projects)").await;
        files.seed.sql("UPDATE work_sessions SET status = 'completed'").await;
        assert!(board.scan_files(&none, &Progress::default()).await.is_err(), "an ended session is not open");
    }

    async fn names_that_are_not_utf_8_are_left_out_and_told(t: TestDb) {
        use std::os::unix::ffi::OsStrExt;
        let files = Files::new(&t).await;
        for with_git in [false, true] {
            if with_git {
                git(&files, &["init", "-q"]);
            }
            let since = files.pause().await;
            std::fs::write(files.folder.join(std::ffi::OsStr::from_bytes(b"caf\xe9")), "abc").expect("write");
            files.write(&format!("fine {with_git}"), "abc");
            let found = files.scan(since).await.expect("scan");
            assert_eq!(told(&found), [format!("create fine {with_git}")]);
            assert_eq!(found.skipped.iter().map(|s| s.why.contains("UTF-8")).collect::<Vec<_>>(), [true], "{found:?}");
        }
    }

    async fn more_than_ten_thousand_changes_are_refused(t: TestDb) {
        let files = Files::new(&t).await;
        let since = files.pause().await;
        for number in 0..10_001 {
            files.write(&format!("f{number}"), "");
        }
        let error = files.scan(since).await.expect_err("too many");
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("10000"), "{error}");
    }
}

impl Files {
    /// A time after all that was written so far, and before what comes.
    async fn pause(&self) -> Timestamp {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let since = self.seed.board.now();
        tokio::time::sleep(Duration::from_millis(20)).await;
        since
    }

    async fn scan(&self, since: Timestamp) -> Result<Scan, Error> {
        let scan = ScanFiles { since: Some(since), ..ScanFiles::default() };
        self.seed.board.scan_files(&scan, &Progress::default()).await
    }

    async fn scan_without_git(&self, since: Timestamp) -> Scan {
        let scan = ScanFiles { since: Some(since), no_git: true, ..ScanFiles::default() };
        self.seed.board.scan_files(&scan, &Progress::default()).await.expect("scan without git")
    }

    /// What a scan proposes can be tracked as it is; then nothing more is proposed, and all of it verifies.
    async fn agrees_once_tracked(&self, found: Scan, since: Timestamp) {
        let proposed = found.operations.len();
        self.seed.must(&call(self.item.id, found.operations)).await;
        let again = self.scan(since).await.expect("scan again");
        assert_eq!(told(&again), Vec::<String>::new());
        let verified = self.verify().await;
        assert_eq!((verified.broken(), verified.files.len()), (0, proposed));
        assert!(self.statuses().await.iter().all(|status| matches!(status, Status::Verified | Status::Superseded)));
    }
}

fn told(scan: &Scan) -> Vec<String> {
    let told = scan.operations.iter().map(|new| {
        let to = new.new_path.as_ref().map(|to| format!(" -> {to}")).unwrap_or_default();
        format!("{} {}{to}", new.operation, new.path)
    });
    told.collect()
}

fn git(files: &Files, args: &[&str]) {
    let mut git = Command::new("git");
    git.arg("-C").arg(&files.folder).args(["-c", "user.name=kim", "-c", "user.email=kim@localhost"]).args(args);
    git.env("HOME", &files.folder).env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
    let status = git.stdin(Stdio::null()).stdout(Stdio::null()).status().expect("run git");
    assert!(status.success(), "git {args:?}");
}

fn commit(files: &Files, message: &str) {
    git(files, &["commit", "-q", "--no-gpg-sign", "-m", message]);
}

/// A session past its own verbs, which have tests of their own.
async fn session(files: &Files, agent: uuid::Uuid) -> callboard_service::entity::work_sessions::Model {
    use callboard_service::entity::{WorkSessionSource, WorkSessionStatus, WorkSessionType, work_sessions};
    use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
    let now = files.seed.board.now();
    let session = work_sessions::Model {
        id: id::new(),
        key: "S-1".to_owned(),
        project_id: Some(files.seed.project.id),
        agent_id: Some(agent),
        user_id: None,
        source: WorkSessionSource::Cli,
        session_type: WorkSessionType::Work,
        status: WorkSessionStatus::Active,
        active_work_item_id: None,
        started_at: now,
        resumed_at: Some(now),
        paused_at: None,
        ended_at: None,
        active_seconds: 0,
        summary: None,
        metadata: None,
        created_at: now,
        updated_at: now,
    };
    let row = session.clone().into_active_model().reset_all();
    work_sessions::Entity::insert(row).exec_without_returning(&files.seed.raw).await.expect("add a session");
    session
}
