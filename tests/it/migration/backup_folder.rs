//! What a folder of backups keeps: nothing of others is removed from it, and a copy of a database is another database.

use callboard_migration::Error;
use callboard_migration::backup::{self, Backup, Careful, Reason};
use callboard_migration::runner::{Goal, Options, up};
use support::{Kind, TestDb, both_empty};

use super::common::{number, sql};
use super::saved::{board, folder, keep, names, options, take};

both_empty! {
    /// Such as one that is being copied here, its manifest not yet.
    async fn a_copy_without_its_manifest_stays(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        let taken = take(&t).await;
        let elsewhere = t.dir().join("elsewhere");
        std::fs::create_dir(&elsewhere).expect("make a folder");
        let copy = elsewhere.join(taken.path.file_name().expect("a name"));
        std::fs::copy(&taken.path, &copy).expect("copy it");
        let note = elsewhere.join(".partial-note");
        std::fs::write(&note, "theirs").expect("write");
        let mut there = options(&t);
        there.backups.folder = Some(elsewhere.clone());
        let second = backup::take(&there, Reason::Asked, &mut |_| {}).await.expect("take");
        assert!(copy.exists() && note.exists(), "{:?}", names(&elsewhere));
        std::fs::copy(taken.path.with_extension("json"), copy.with_extension("json")).expect("copy the manifest");
        backup::check(&Backup { path: copy, ..taken }).await.expect("it is a backup now");
        // What a kill between the two names leaves is removed.
        let json = second.path.with_extension("json");
        let draft = elsewhere.join(format!(".partial-{}", json.file_name().expect("a name").to_string_lossy()));
        std::fs::rename(&json, &draft).expect("rename");
        backup::take(&there, Reason::Asked, &mut |_| {}).await.expect("take");
        assert!(!draft.exists() && !second.path.exists(), "{:?}", names(&elsewhere));
    }

    /// Staging is made of a dump of the live database: both began alike, and share a folder.
    async fn a_copy_of_a_database_is_another_one(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        let first = take(&t).await;
        let mut copy = copy_of(&t).await;
        copy.backups.keep = keep(1, 0);
        for _ in 0..3 {
            backup::take(&copy, Reason::Asked, &mut |_| {}).await.expect("take");
        }
        let (found, _) = backup::list(&options(&t)).expect("list");
        assert_eq!(found.len(), 2, "one of each");
        backup::check(&first).await.expect("it is still there");
        let careful = Careful::default();
        backup::foresee(&options(&t), &first, careful).await.expect("its own");
        let error = backup::restore(&copy, &first, careful, &mut |_| {}).await.expect_err("of another database");
        assert!(matches!(&error, Error::OtherDatabase { .. }) && error.exit_code() == 14, "{error:?}");
        let refused = backup::foresee(&copy, &first, careful).await.expect_err("a dry run says so, too");
        assert!(matches!(&refused, Error::OtherDatabase { .. }), "{refused:?}");
        let careful = Careful { any_source: true, ..careful };
        backup::foresee(&copy, &first, careful).await.expect("when it is meant");
        backup::restore(&copy, &first, careful, &mut |_| {}).await.expect("when it is meant");
    }

    /// The newest by its own word is not the one that was just taken.
    async fn the_one_just_taken_stays_when_the_clock_was_set_back(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        let first = take(&t).await;
        let json = first.path.with_extension("json");
        let mut manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).expect("read")).expect("JSON");
        manifest["created_at"] = "2999-01-01T00:00:00Z".into();
        std::fs::write(&json, manifest.to_string()).expect("write");
        let mut one = options(&t);
        one.backups.keep = keep(1, 0);
        let second = backup::take(&one, Reason::Asked, &mut |_| {}).await.expect("take");
        backup::check(&second).await.expect("it is there");
        assert!(second.path.exists());
    }

    async fn a_database_that_was_moved_knows_its_backups(t: TestDb) {
        if t.kind() == Kind::Postgres {
            return; // Whether a server still has a database under its old name can't be seen from the new one.
        }
        board(&t, Goal::Latest, 1).await.close().await.expect("close");
        let taken = take(&t).await;
        let to = t.dir().join("moved.db");
        std::fs::rename(path(&t), &to).expect("move it");
        let mut moved = options(&t);
        moved.url = format!("sqlite://{}", to.display()).parse().expect("a URL");
        backup::restore(&moved, &taken, Careful::default(), &mut |_| {}).await.expect("its own");
    }

    async fn a_default_folder_that_is_a_link_is_refused(t: TestDb) {
        if t.kind() == Kind::Postgres {
            return; // Its folder is one that the user names.
        }
        let db = board(&t, Goal::To("12".into()), 1).await;
        let elsewhere = t.dir().join("elsewhere");
        std::fs::create_dir(&elsewhere).expect("make a folder");
        std::os::unix::fs::symlink(&elsewhere, path(&t).with_extension("db.backups")).expect("link");
        let output = t.migration(["up"]).run().code(18);
        assert!(output.stderr.contains("board.db.backups is a symbolic link"), "{output}");
        assert!(output.stderr.ends_with("Nothing was changed.\n"), "{output}");
        assert_eq!(number(&db, "SELECT count(*) FROM callboard_migrations").await, 12);
        assert!(names(&elsewhere).is_empty());
    }
}

fn path(t: &TestDb) -> std::path::PathBuf {
    let options = options(t);
    options.url.sqlite_path().expect("a file").to_owned()
}

/// Another database that began at the same moment.
async fn copy_of(t: &TestDb) -> Options {
    let mut copy = options(t);
    copy.backups.folder = Some(folder(t));
    match t.kind() {
        Kind::Sqlite => {
            let db = t.raw().await;
            let to = t.dir().join("copy.db");
            sql(&db, &format!("VACUUM INTO '{}'", to.display())).await;
            copy.url = format!("sqlite://{}", to.display()).parse().expect("a URL");
        }
        Kind::Postgres => {
            copy.schema = Some("copy".to_owned());
            up(&copy, Goal::Latest, &mut |_| {}).await.expect("up");
            let same = "UPDATE copy.callboard_migrations AS c SET applied_at = p.applied_at \
                        FROM public.callboard_migrations AS p WHERE p.version = c.version";
            sql(&t.raw().await, same).await;
        }
    }
    copy
}
