//! Backups: what they hold, when they are taken, how they are kept, and that a damaged one is refused.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use callboard_migration::backup::{self, Backup, Keep, Reason};
use callboard_migration::runner::{self, DownGoal, Goal, OnLoss};
use callboard_migration::{Error, history};
use support::cli::{at_once, run_all};
use support::{Kind, TestDb, both_empty, on_postgres_empty};

use super::common::sql;
use super::saved::{add_users, all, board, folder, keep, mode, names, options, restore, take, users};

both_empty! {
    async fn by_hand_says_what_it_holds(t: TestDb) {
        let db = board(&t, Goal::Latest, 3).await;
        let before = all(&t).await;
        let backup = take(&t).await;
        let m = &backup.manifest;
        assert_eq!((m.rows["board_users"], m.rows["work_items"]), (3, 0));
        assert_eq!(m.rows["callboard_migrations"], history().len() as u64);
        assert_eq!(m.schema_version.as_deref(), history().last().map(|s| s.version()));
        assert_eq!((m.reason, m.product_version.as_str()), (Reason::Asked, env!("CARGO_PKG_VERSION")));
        assert_eq!(m.bytes, std::fs::metadata(&backup.path).expect("there").len());
        assert!(m.sha256.len() == 64 && m.fingerprint.len() == 64 && m.source.origin.is_some(), "{m:?}");
        let extension = match t.kind() {
            Kind::Sqlite => {
                assert_eq!((m.source.location.as_str(), m.source.schema.as_deref()), (path(t.url()), None));
                "db"
            }
            Kind::Postgres => {
                let database = t.url().rsplit('/').next().expect("a name");
                assert!(m.source.location.ends_with(&format!(":5432/{database}")), "{}", m.source.location);
                assert!(!m.source.location.contains('@'), "{}", m.source.location);
                assert_eq!(m.source.schema.as_deref(), Some("public"));
                "dump"
            }
        };
        assert!(m.file == format!("{}.{extension}", stem(&backup)) && m.file.contains(&m.id), "{m:?}");
        assert_eq!((mode(&folder(&t)), mode(&backup.path), mode(&backup.path.with_extension("json"))), (0o700, 0o600, 0o600));
        assert_eq!(names(&folder(&t)), [m.file.clone(), format!("{}.json", stem(&backup))]);
        backup::check(&backup).await.expect("sound");
        let (listed, broken) = backup::list(&options(&t)).expect("list");
        assert!(broken.is_empty() && listed.len() == 1 && listed[0].manifest == *m);
        assert_eq!((all(&t).await, users(&db).await), (before, 3));
    }

    /// Others write meanwhile: it holds what was committed when it began.
    async fn beside_an_open_transaction(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let tx = sea_orm::TransactionTrait::begin(&db).await.expect("begin");
        sea_orm::ConnectionTrait::execute_unprepared(&tx, "DELETE FROM board_users").await.expect("delete");
        assert_eq!(take(&t).await.manifest.rows["board_users"], 2);
        tx.commit().await.expect("commit");
        assert_eq!(take(&t).await.manifest.rows["board_users"], 0);
    }

    async fn before_a_change_where_rows_could_be_lost(t: TestDb) {
        let report = runner::up(&options(&t), Goal::To("12".into()), &mut |_| {}).await.expect("up");
        assert!(report.backup.is_none() && !folder(&t).exists(), "there was nothing to lose");
        add_users(&t, &t.raw().await, 1..=2).await;
        let report = runner::up(&options(&t), Goal::Latest, &mut |_| {}).await.expect("up");
        let taken = report.backup.expect("a backup");
        assert_eq!((taken.manifest.reason, taken.manifest.rows["board_users"]), (Reason::Up, 2));
        assert_eq!(taken.manifest.schema_version.as_deref(), Some(history()[11].version()));
        backup::check(&taken).await.expect("sound");
        let down = runner::down(&options(&t), DownGoal::Steps(1), OnLoss::Accept, &mut |_| {}).await.expect("down");
        assert_eq!(down.backup.expect("a backup").manifest.reason, Reason::Down);
        let mut without = options(&t);
        without.backups.before_changes = false;
        assert!(runner::up(&without, Goal::Latest, &mut |_| {}).await.expect("up").backup.is_none());
        assert_eq!(backup::list(&options(&t)).expect("list").0.len(), 2);
    }

    async fn old_ones_go_when_a_new_one_is_there(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        let mut options = options(&t);
        for (limits, left) in [(keep(2, 14), 3), (keep(2, 0), 2), (None, 3), (keep(100, 0), 4), (keep(1, 0), 1)] {
            options.backups.keep = limits;
            let count = if left == 3 && limits.is_some() { 3 } else { 1 };
            let mut newest = None;
            for _ in 0..count {
                newest = Some(backup::take(&options, Reason::Asked, &mut |_| {}).await.expect("take"));
            }
            let (listed, _) = backup::list(&options).expect("list");
            assert_eq!((listed.len(), listed[0].manifest.id.as_str()), (left, newest.expect("one").manifest.id.as_str()), "{limits:?}");
            assert_eq!(names(&folder(&t)).len(), 2 * left, "a file without a manifest, or the other way round");
        }
        let output = t.migration(["backup", "--backup-dir", "backups", "--keep", "1", "--keep-days", "0"]).run().ok();
        assert!(output.stdout.contains(" tables, ") && names(&folder(&t)).len() == 2, "{output}");
        assert_eq!(Keep::default(), Keep { newest: 10, days: 14 });
    }

    async fn names_never_collide(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        let programs = (0..6).map(|_| t.migration(["backup", "--to", "backups"]));
        let ids: std::collections::BTreeSet<String> = at_once(programs)
            .into_iter()
            .map(|output| output.ok().stdout.split_whitespace().next().expect("an id").to_owned())
            .collect();
        assert_eq!((ids.len(), names(&folder(&t)).len()), (6, 12));
        let output = t.migration(["backups", "--check", "--backup-dir", "backups"]).run().ok();
        assert_eq!(output.stdout.matches("  sound  ").count(), 6, "{output}");
    }

    async fn a_damaged_one_is_refused(t: TestDb) {
        let db = board(&t, Goal::Latest, 40).await;
        let backup = take(&t).await;
        sql(&db, "DELETE FROM board_users").await;
        let live = all(&t).await;
        let good = std::fs::read(&backup.path).expect("read");
        let mut tries: Vec<Vec<u8>> = [0, 1, good.len() / 2, good.len() - 1].map(|n| good[..n].to_vec()).into();
        for at in [0, 5, 100, good.len() / 3, good.len() / 2, good.len() - 1] {
            let mut flipped = good.clone();
            flipped[at] ^= 0x10;
            tries.push(flipped);
        }
        tries.push([good.clone(), vec![0]].concat());
        for bytes in tries {
            std::fs::write(&backup.path, bytes).expect("write");
            let error = restore(&t, &backup).await.expect_err("damaged");
            assert!(matches!(&error, Error::BackupUnusable { .. }) && error.exit_code() == 18, "{error:?}");
            assert_eq!(error.verdict(), "Nothing was changed.");
        }
        let output = t.migration(["backups", "--check", "--backup-dir", "backups"]).run().code(11);
        assert!(output.stdout.contains("DAMAGED"), "{output}");
        assert_eq!(all(&t).await, live);
        std::fs::write(&backup.path, good).expect("write");
        restore(&t, &backup).await.expect("the control: it is sound again");
        assert_eq!(users(&db).await, 40);
    }

    /// A manifest that fits the file in size and sum, but not in what is in it.
    async fn a_manifest_that_lies_is_refused(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let good = take(&t).await;
        sql(&db, "DELETE FROM board_users").await;
        let live = all(&t).await;
        type Lie = fn(&mut Backup);
        let lies: [Lie; 5] = [
            |b| *b.manifest.rows.entry("board_users".into()).or_default() = 3,
            |b| b.manifest.rows.retain(|table, _| table != "sprints"),
            |b| *b.manifest.rows.entry("customers".into()).or_default() = 0,
            |b| b.manifest.fingerprint = "0".repeat(64),
            |b| b.manifest.schema_version = Some("m20991231_000099_later".into()),
        ];
        for lie in lies {
            let mut backup = good.clone();
            lie(&mut backup);
            let error = restore(&t, &backup).await.expect_err("it lies");
            assert!(matches!(&error, Error::BackupUnusable { .. }), "{error:?}");
            assert_eq!(all(&t).await, live);
        }
    }

    async fn one_of_the_other_kind_is_refused(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        let mut backup = take(&t).await;
        let live = all(&t).await;
        backup.manifest.database = match backup.manifest.database {
            callboard_migration::target::Kind::Sqlite => callboard_migration::target::Kind::Postgres,
            callboard_migration::target::Kind::Postgres => callboard_migration::target::Kind::Sqlite,
        };
        let error = restore(&t, &backup).await.expect_err("another kind");
        assert!(error.to_string().contains("it is of a "), "{error}");
        assert_eq!((error.exit_code(), all(&t).await), (18, live));
    }

    async fn there_must_be_a_database(t: TestDb) {
        let error = backup::take(&options(&t), Reason::Asked, &mut |_| {}).await.expect_err("nothing is there");
        assert!(matches!(&error, Error::NoDatabase { .. }) && error.exit_code() == 13, "{error:?}");
        assert!(!folder(&t).exists());
    }

    async fn a_folder_that_can_not_be_written_is_named(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        std::fs::write(folder(&t), "in the way").expect("write");
        let before = all(&t).await;
        for args in [vec!["backup", "--to", "backups"], vec!["down", "--backup-dir", "backups", "--yes-lose-data"]] {
            let output = t.migration(args).run();
            assert!(output.exit != Some(0) && output.stderr.contains("backups"), "{output}");
        }
        assert_eq!(all(&t).await, before);
    }

    async fn missing_or_old_client_programs(t: TestDb) {
        let db = board(&t, Goal::Latest, 1).await;
        let before = all(&t).await;
        let bin = t.dir().join("bin");
        std::fs::create_dir(&bin).expect("make a folder");
        let run = |args: &[&str]| t.migration(args.iter().copied()).env("PG_BIN", &bin).run();
        match t.kind() {
            // They are PostgreSQL's: SQLite needs none.
            Kind::Sqlite => {
                run(&["backup", "--to", "backups"]).ok();
                let id = backup::list(&options(&t)).expect("list").0[0].manifest.id.clone();
                run(&["down", "--backup-dir", "backups", "--yes-lose-data"]).ok();
                run(&["restore", &id, "--backup-dir", "backups", "--yes"]).ok();
                assert_eq!(all(&t).await, before);
            }
            Kind::Postgres => {
                let verbs = [vec!["backup", "--to", "backups"], vec!["down", "--backup-dir", "backups", "--yes-lose-data"]];
                for args in &verbs {
                    let output = run(args).code(13);
                    assert!(output.stderr.contains("(pg_dump and pg_restore) were not found in PG_BIN ("), "{output}");
                    for part in ["postgresql-client", "dnf install postgresql", "brew install libpq", "--no-backup"] {
                        assert!(output.stderr.contains(part), "{output}");
                    }
                }
                script(&bin, "pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'");
                script(&bin, "pg_restore", "echo 'pg_restore (PostgreSQL) 9.6.24'");
                for args in &verbs {
                    let output = run(args).code(13);
                    assert!(output.stderr.contains("pg_dump 9 is older than the server, which is PostgreSQL "), "{output}");
                }
                assert_eq!((all(&t).await, folder(&t).exists()), (before, false));
            }
        }
        run(&["down", "--no-backup", "--yes-lose-data"]).ok();
        assert_eq!(users(&db).await, 1);
    }

    async fn listed_and_found(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        let (one, two) = (take(&t).await, take(&t).await);
        let find = |given: &str| backup::find(&options(&t), given).map(|b| b.manifest.id);
        assert_eq!(find(&one.manifest.id).expect("by its id"), one.manifest.id);
        assert_eq!(find(one.path.to_str().expect("UTF-8")).expect("by its file"), one.manifest.id);
        let both = one.manifest.id.chars().zip(two.manifest.id.chars()).take_while(|(a, b)| a == b).count();
        assert_eq!(find(&two.manifest.id[..=both]).expect("by its beginning"), two.manifest.id);
        for given in [&one.manifest.id[..both], "", "19990101"] {
            let error = find(given).expect_err("none or both");
            assert!(matches!(&error, Error::UnknownBackup { near, .. } if near.len() == 2), "{error:?}");
        }
        let output = t.migration(["backups", "--backup-dir", "backups", "--json"]).run().ok();
        let first: serde_json::Value = serde_json::from_str(output.stdout.lines().next().expect("a line")).expect("JSON");
        assert_eq!(first["backup"]["manifest"]["id"], two.manifest.id.as_str(), "{output}");
        assert!(first["age_seconds"].is_u64() && first["checked"].is_null(), "{output}");
        run_all([t.migration(["restore", "19990101", "--yes", "--backup-dir", "backups"])], |_, output| {
            assert!(output.clone().code(13).stderr.contains("did you mean"), "{output}");
        });
    }
}

on_postgres_empty! {
    why: "a SQLite URL has no password";
    async fn the_password_shows_nowhere(t: TestDb) {
        board(&t, Goal::Latest, 1).await;
        let url = t.url().replace("postgres://postgres@", "postgres://postgres:Sw0rd%2Ffish@");
        assert!(url.contains("Sw0rd"), "{url}");
        let bin = t.dir().join("bin");
        for name in ["pg_dump", "pg_restore"] {
            let tell = format!("tr '\\0' ' ' </proc/$$/cmdline >>{0}/args; env >>{0}/env", t.dir().display());
            script(&bin, name, &format!("{tell}\nexec /usr/bin/env {name} \"$@\""));
        }
        let run = |args: &[&str]| {
            let program = t.migration(args.iter().copied()).env("DATABASE_URL", &url);
            program.env("PG_BIN", &bin).env("PGSERVICE", "nowhere").run()
        };
        let mut printed = run(&["backup", "--to", "backups"]).ok().to_string();
        let id = backup::list(&options(&t)).expect("list").0[0].manifest.id.clone();
        printed += &run(&["restore", &id, "--yes", "--backup-dir", "backups", "--json"]).ok().to_string();
        printed += &run(&["down", "--backup-dir", "backups", "--json"]).ok().to_string();
        script(&bin, "pg_dump", "case $1 in --version) echo 'pg_dump (PostgreSQL) 99.1';; *) echo \"no: $PGPASSWORD\" >&2; exit 1;; esac");
        let refused = run(&["backup", "--to", "backups"]).code(1);
        assert!(refused.stderr.contains("pg_dump failed: no: ***"), "{refused}");
        printed += &refused.to_string();
        let args = std::fs::read_to_string(t.dir().join("args")).expect("read");
        assert!(args.contains("--table=\"public\".\"work_items\"") && args.contains("--file=-"), "{args}");
        let env = std::fs::read_to_string(t.dir().join("env")).expect("read");
        assert!(env.contains("PGPASSWORD=Sw0rd/fish") && !env.contains("PGSERVICE") && !env.contains("DATABASE_URL"), "{env}");
        for name in names(&folder(&t)).iter().filter(|n| n.ends_with(".json")) {
            printed += &std::fs::read_to_string(folder(&t).join(name)).expect("read");
        }
        for text in [printed, args] {
            assert!(!text.contains("Sw0rd"), "{text}");
        }
    }
}

fn path(url: &str) -> &str {
    url.trim_start_matches("sqlite://")
}

fn stem(backup: &Backup) -> &str {
    backup.path.file_stem().and_then(|s| s.to_str()).expect("a name")
}

fn script(folder: &Path, name: &str, body: &str) {
    std::fs::create_dir_all(folder).expect("make a folder");
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).expect("write");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("make it a program");
}
