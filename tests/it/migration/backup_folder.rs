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

    /// A file that was moved is no longer where it was. Whether a server still has a database under its old name can't be
    /// seen from the new one: there it has to be said.
    async fn a_database_that_was_moved(t: TestDb) {
        board(&t, Goal::Latest, 1).await.close().await.expect("close");
        let (taken, mut moved) = (take(&t).await, options(&t));
        match t.kind() {
            Kind::Sqlite => {
                let to = t.dir().join("moved.db");
                std::fs::rename(path(&t), &to).expect("move it");
                moved.url = format!("sqlite://{}", to.display()).parse().expect("a URL");
                backup::restore(&moved, &taken, Careful::default(), &mut |_| {}).await.expect("its own");
            }
            Kind::Postgres => {
                let (server, name) = t.url().rsplit_once('/').expect("a name");
                let rename = async |from: &str, to: &str| {
                    let db = sea_orm::Database::connect(format!("{server}/postgres")).await.expect("connect");
                    sql(&db, &format!("ALTER DATABASE {from} RENAME TO {to}")).await;
                    db.close().await.expect("close");
                };
                let to = format!("{name}_moved");
                rename(name, &to).await;
                moved.url = format!("{server}/{to}").parse().expect("a URL");
                let error = backup::restore(&moved, &taken, Careful::default(), &mut |_| {}).await.expect_err("unsure");
                assert!(matches!(&error, Error::OtherDatabase { .. }) && error.exit_code() == 14, "{error:?}");
                let careful = Careful { any_source: true, ..Careful::default() };
                backup::restore(&moved, &taken, careful, &mut |_| {}).await.expect("when it is meant");
                rename(&to, name).await;
            }
        }
    }

    /// A link where the default folder of a file belongs. That of a server's databases is the user's own, and without a
    /// home there is none.
    async fn a_default_folder_that_can_not_be_used_is_refused(t: TestDb) {
        let db = board(&t, Goal::To("12".into()), 1).await;
        let elsewhere = t.dir().join("elsewhere");
        std::fs::create_dir(&elsewhere).expect("make a folder");
        let (code, said) = match t.kind() {
            Kind::Sqlite => {
                std::os::unix::fs::symlink(&elsewhere, path(&t).with_extension("db.backups")).expect("link");
                (18, "board.db.backups is a symbolic link")
            }
            Kind::Postgres => (2, "--backup-dir FOLDER"),
        };
        let output = t.migration(["up"]).env_remove("HOME").run().code(code);
        assert!(output.stderr.contains(said), "{output}");
        assert!(output.stderr.ends_with("Nothing was changed.\n"), "{output}");
        assert_eq!(number(&db, "SELECT count(*) FROM callboard_migrations").await, 12);
        assert!(names(&elsewhere).is_empty());
        t.migration(["up", "--backup-dir", "elsewhere"]).run().ok();
        assert_eq!(names(&elsewhere).len(), 2);
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
