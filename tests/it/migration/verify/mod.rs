//! `verify` finds what is planted, names it, and changes nothing.

mod damage;
mod files;
mod others;
mod plant;
mod planted;
mod records;
mod undecodable;
mod unseen;

use callboard_migration::verify::{Check, Event, Finding, Report, verify};
use callboard_migration::{history, runner};
use support::{Kind, TestDb, both, both_empty};

use super::common::{describe, down_without_backup, everything, number, options, sql, up, up_without_backup};
use damage::board;

/// Verifies through the library.
pub async fn look(t: &TestDb) -> Report {
    verify(&options(t), &mut |_| {}).await.expect("verify")
}

/// Fails when anything is found.
#[track_caller]
pub fn assert_clean(report: &Report, when: &str) {
    assert!(report.findings.is_empty() && report.total() == 0, "{when}: {:#?}", report.findings);
    assert!(report.checks.iter().all(|c| c.not_run == 0), "{when}: {:?}", report.checks);
    assert_eq!(report.exit_code(), 0);
}

both_empty! {
    /// With the rows of a board that is in use, on the way down; and up again, with those that are left.
    async fn every_version_is_clean(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        board(&t).await;
        assert_clean(&look(&t).await, "in use");
        for at in (1..history().len()).rev() {
            down_without_backup(&t, runner::DownGoal::Steps(1)).await.expect("down");
            let report = look(&t).await;
            assert_eq!(report.version.as_deref(), Some(history()[at - 1].version()));
            assert_clean(&report, &format!("down to {at}"));
        }
        for at in 2..=history().len() {
            up_without_backup(&t, runner::Goal::Steps(1)).await.expect("up again");
            assert_clean(&look(&t).await, &format!("up to {at}"));
        }
    }

    async fn there_is_nothing_to_verify(t: TestDb) {
        let before = describe(&t).await;
        let output = t.migration(["verify"]).run().code(13);
        // It was made by looking at it.
        assert!(output.stderr.contains("there are no tables of Callboard at"), "{output}");
        assert_eq!(describe(&t).await, before);
    }

    /// A database of somebody else's is there, and `up` would put a board into it: that is not what is advised first.
    async fn a_database_without_a_board(t: TestDb) {
        sql(&t.raw().await, "CREATE TABLE theirs (a text)").await;
        let output = t.migration(["verify"]).run().code(13);
        assert!(output.stderr.contains("there are no tables of Callboard at"), "{output}");
        assert!(output.stderr.contains("name another database"), "{output}");
        if t.kind() == Kind::Postgres {
            let output = t.migration(["verify", "--schema", "elsewhere"]).run().code(13);
            assert!(output.stderr.contains("schema elsewhere"), "{output}");
        }
    }

    /// Its CHECK can't be asked any more, and that is told.
    async fn a_column_with_a_check_that_is_gone(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        sql(&t.raw().await, "ALTER TABLE agent_profiles DROP COLUMN mode").await;
        let report = look(&t).await;
        let parts: Vec<&str> = report.findings.iter().map(|f| f.part.as_str()).collect();
        assert_eq!(parts, ["column mode", "check ck_agent_profiles_mode"], "{:#?}", report.findings);
        let integrity = report.checks.iter().find(|c| c.check == Check::Integrity).expect("it ran");
        assert_eq!((integrity.not_run, report.exit_code()), (1, 4));
    }

    /// Whoever locks the history is not waited for longer than was asked.
    async fn a_table_that_is_locked(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        // A second connection of the same pool would keep the first one from changing the journal mode.
        let mut one = sea_orm::ConnectOptions::new(t.url());
        let db = sea_orm::Database::connect(one.max_connections(1).clone()).await.expect("connect");
        let lock = match t.kind() {
            // A writer does not keep readers of a WAL out: only one that has the file for itself does.
            Kind::Sqlite => "PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE",
            Kind::Postgres => "BEGIN; LOCK TABLE callboard_migrations IN ACCESS EXCLUSIVE MODE",
        };
        sql(&db, lock).await;
        for verb in ["verify", "status"] {
            let since = std::time::Instant::now();
            let output = t.migration([verb, "--lock-timeout", "1"]).run().code(6);
            assert!(output.stderr.contains("another process holds the database"), "{output}");
            assert!(since.elapsed() < std::time::Duration::from_secs(30), "{verb}: {:?}", since.elapsed());
        }
        db.close().await.expect("close, which rolls back");
        t.migration(["verify", "--lock-timeout", "1"]).run().ok();
    }
}

both! {
    async fn a_board_without_damage(t: TestDb) {
        board(&t).await;
        let before = everything(&t).await;
        let output = t.migration(["verify"]).run().ok();
        assert!(output.stdout.ends_with("\nNothing is wrong.\n"), "{output}");
        for check in Check::ALL {
            assert!(output.stdout.contains(&format!("\n{check:13} ok\n")), "{check}: {output}");
        }
        assert_eq!(output.stderr, "", "no progress where nobody watches");
        let json = t.migration(["verify", "--json"]).run().ok().json();
        assert_eq!((&json["kind"], &json["schema_version"]), (&"summary".into(), &1.into()));
        assert_eq!(json["version"].as_str(), history().last().map(|s| s.version()));
        assert_eq!(json["checks"].as_array().map(Vec::len), Some(Check::ALL.len()));
        assert_eq!(everything(&t).await, before);
    }

    async fn a_database_that_is_too_new(t: TestDb) {
        let insert = "INSERT INTO callboard_migrations VALUES ('m2099_later', '2099-12-31T00:00:00+00:00', 1, '9', 'x')";
        let db = t.raw().await;
        sql(&db, insert).await;
        let output = t.migration(["verify", "--json"]).run().code(7);
        assert!(output.stderr.contains("m2099_later"), "{output}");
        assert_eq!(output.json()["exit_code"], 7);
        sql(&db, "DELETE FROM callboard_migrations WHERE version = 'm2099_later'").await;
    }

    /// The number of all is told, and at most twenty are named, some of each rule.
    async fn many_rows_are_counted_and_some_are_named(t: TestDb) {
        let seed = board(&t).await;
        for _ in 0..25 {
            seed.item().await;
        }
        let items = u64::try_from(number(&seed.raw, "SELECT count(*) FROM work_items").await).expect("a number");
        seed.sql("UPDATE work_items SET unmet_prerequisites = unmet_prerequisites + 7").await;
        seed.sql("UPDATE board_projects SET next_item_number = 1").await;
        let report = look(&t).await;
        let counters = report.checks.iter().find(|c| c.check == Check::Counters).expect("it ran");
        assert_eq!((counters.found, report.findings.len()), (items + 1, 20));
        assert_eq!(report.findings.iter().filter(|f| f.table == "board_projects").count(), 1);
        let output = t.migration(["verify"]).run().code(11);
        assert!(output.stdout.contains(&format!("\n  and {} more\n", items + 1 - 20)), "{output}");
        seed.sql("UPDATE work_items SET unmet_prerequisites = unmet_prerequisites - 7").await;
        seed.sql("UPDATE board_projects SET next_item_number = 1000").await;
        assert_clean(&look(&t).await, "mended");
    }

    /// A rule that reads a column which is gone is not asked, and that is told; the others are.
    async fn what_has_drifted_stops_no_other_check(t: TestDb) {
        let seed = board(&t).await;
        // A connection of its own each: SQLite refuses names that another one has just changed.
        sql(&t.raw().await, "ALTER TABLE task_prerequisites RENAME COLUMN is_mandatory TO must").await;
        seed.sql("UPDATE work_items SET requirement_key = 'go:expert' WHERE requirement_key = ''").await;
        let report = look(&t).await;
        let of = |check| report.findings.iter().filter(move |f| f.check == check).collect::<Vec<&Finding>>();
        let parts: Vec<&str> = of(Check::Drift).iter().map(|f| f.part.as_str()).collect();
        assert_eq!(parts, ["column is_mandatory", "column must"]);
        assert!(of(Check::Counters).iter().all(|f| f.part == "column requirement_key") && !of(Check::Counters).is_empty());
        let counters = report.checks.iter().find(|c| c.check == Check::Counters).expect("it ran");
        assert_eq!((counters.not_run, report.exit_code()), (1, 11), "drift and a counter are mixed");
        let output = t.migration(["verify"]).run().code(11);
        assert!(output.stdout.contains("(1 rules not asked: a column that they read has drifted)"), "{output}");
        sql(&t.raw().await, "ALTER TABLE task_prerequisites RENAME COLUMN must TO is_mandatory").await;
        seed.sql("UPDATE work_items SET requirement_key = '' WHERE requirement_key = 'go:expert'").await;
        assert_clean(&look(&t).await, "mended");
    }

    /// What others write meanwhile is not seen: a recount would find it half done.
    async fn one_moment_is_looked_at(t: TestDb) {
        board(&t).await;
        let write = |change: &'static str| {
            let t = t.clone();
            let work = move || runtime().block_on(async { sql(&t.raw().await, change).await });
            std::thread::spawn(work).join().expect("write from another connection");
        };
        let mut written = 0;
        let mut see = |event: &Event| {
            if matches!(event, Event::Started { check: Check::Drift, .. }) {
                write("UPDATE work_items SET unmet_prerequisites = unmet_prerequisites + 1");
                written += 1;
            }
        };
        let report = verify(&options(&t), &mut see).await.expect("verify");
        assert_eq!(written, 1);
        assert_clean(&report, "written meanwhile");
        assert_eq!(look(&t).await.exit_code(), 11, "the next one sees it");
        write("UPDATE work_items SET unmet_prerequisites = unmet_prerequisites - 1");
    }

    /// A key that is not validated is named as drift, and the row that it lets stand as a broken reference.
    async fn a_key_that_is_not_enforced(t: TestDb) {
        let seed = board(&t).await;
        let (damage, undo) = match t.kind() {
            Kind::Sqlite => damage::edited(
                "sprints",
                " CONSTRAINT fk_sprints_project_id REFERENCES board_projects (id) ON DELETE CASCADE",
                "",
            ),
            Kind::Postgres => (
                "ALTER TABLE sprints DROP CONSTRAINT fk_sprints_project_id; UPDATE sprints SET project_id = id; \
                 ALTER TABLE sprints ADD CONSTRAINT fk_sprints_project_id FOREIGN KEY (project_id) \
                 REFERENCES board_projects (id) ON DELETE CASCADE NOT VALID"
                    .to_owned(),
                "UPDATE sprints SET project_id = (SELECT id FROM board_projects); \
                 ALTER TABLE sprints VALIDATE CONSTRAINT fk_sprints_project_id"
                    .to_owned(),
            ),
        };
        sql(&seed.raw, &damage).await;
        if t.kind() == Kind::Sqlite {
            sql(&t.raw().await, "UPDATE sprints SET project_id = id").await;
        }
        let report = look(&t).await;
        let found: Vec<(Check, &str)> = report.findings.iter().map(|f| (f.check, f.table.as_str())).collect();
        assert_eq!(found, [(Check::Drift, "sprints"), (Check::ForeignKeys, "sprints")], "{:#?}", report.findings);
        assert!(report.findings[0].part.starts_with("foreign key"), "{:?}", report.findings[0]);
        if t.kind() == Kind::Sqlite {
            sql(&t.raw().await, "UPDATE sprints SET project_id = (SELECT id FROM board_projects)").await;
        }
        sql(&t.raw().await, &undo).await;
        assert_clean(&look(&t).await, "mended");
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}
