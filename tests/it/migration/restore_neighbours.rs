//! What neighbours have on our PostgreSQL tables: a restore keeps it, or refuses by its name.

use callboard_migration::Error;
use callboard_migration::backup::{self, Careful, Reason};
use callboard_migration::runner::{self, DownGoal, Goal, OnLoss};
use sea_orm::DatabaseConnection;
use support::{Kind, TestDb, both_empty, on_postgres_empty};

use super::common::{number, sql};
use super::saved::{add_users, all, board, options, restore, take, users};

const AUDIT: &str = "CREATE TABLE audit (at timestamptz); CREATE FUNCTION audited() RETURNS trigger LANGUAGE plpgsql AS \
                     'BEGIN INSERT INTO public.audit VALUES (now()); RETURN NULL; END'";

both_empty! {
    /// Each was made after the backup: the restore would drop it. A SQLite file is replaced as a whole, and all of it is
    /// in the backup of what was there; on PostgreSQL each is named, and stays.
    async fn what_was_made_since_is_not_lost(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        match t.kind() {
            Kind::Sqlite => kept(&t, &db).await,
            Kind::Postgres => named(&t, &db).await,
        }
    }
}

async fn kept(t: &TestDb, db: &DatabaseConnection) {
    let backup = take(t).await;
    let before = all(t).await;
    let things = "SELECT count(*) FROM sqlite_schema WHERE name IN ('watch', 'people', 'mine', 'audit')";
    sql(
        db,
        "CREATE TABLE audit (at text); CREATE VIEW people AS SELECT name FROM board_users; \
             CREATE INDEX mine ON board_users (email); CREATE TRIGGER watch AFTER INSERT ON board_users BEGIN \
             INSERT INTO audit VALUES ('now'); END; DELETE FROM board_users",
    )
    .await;
    let since = all(t).await;
    let overwritten = restore(t, &backup).await.expect("restore").overwritten.expect("what was there");
    assert_eq!((all(t).await, users(db).await, number(db, things).await), (before, 2, 0));
    restore(t, &overwritten).await.expect("and back");
    assert_eq!((all(t).await, users(db).await, number(db, things).await), (since, 0, 4));
    add_users(t, db, 5..=5).await;
    assert_eq!(number(db, "SELECT count(*) FROM audit").await, 1, "the trigger works");
}

async fn named(t: &TestDb, db: &DatabaseConnection) {
    sql(db, AUDIT).await;
    let backup = take(t).await;
    sql(db, "DELETE FROM board_users").await;
    let trigger = "CREATE TRIGGER watch AFTER INSERT ON work_items EXECUTE FUNCTION audited()";
    for (made, named, gone) in [
        (trigger, "trigger watch of table work_items", "DROP TRIGGER watch ON work_items"),
        ("CREATE POLICY mine ON sprints USING (true)", "policy mine of table sprints", "DROP POLICY mine ON sprints"),
        (
            "ALTER TABLE board_users ENABLE ROW LEVEL SECURITY",
            "row level security of table board_users",
            "ALTER TABLE board_users DISABLE ROW LEVEL SECURITY",
        ),
        (
            "ALTER TABLE board_users FORCE ROW LEVEL SECURITY",
            "row level security of table board_users",
            "ALTER TABLE board_users NO FORCE ROW LEVEL SECURITY",
        ),
    ] {
        sql(db, made).await;
        let before = all(t).await;
        let error = restore(t, &backup).await.expect_err("it would go");
        assert!(
            matches!(&error, Error::Dependents { names } if names == &[named]) && error.exit_code() == 14,
            "{error:?}"
        );
        assert_eq!((error.verdict().as_str(), all(t).await), ("Nothing was changed.", before));
        sql(db, gone).await;
    }
    restore(t, &backup).await.expect("nothing is in the way");
    assert_eq!(users(db).await, 2);
    // What is in the backup comes back with it, and is not in the way; changed since, it is.
    sql(db, &format!("{trigger}; CREATE POLICY mine ON sprints USING (EXISTS (SELECT 1 FROM board_users))")).await;
    let backup = take(t).await;
    restore(t, &backup).await.expect("as in the backup");
    assert_eq!(number(db, "SELECT count(*) FROM pg_trigger WHERE tgname = 'watch' AND tgenabled = 'O'").await, 1);
    assert_eq!(number(db, "SELECT count(*) FROM pg_policy WHERE polname = 'mine'").await, 1);
    sql(db, "ALTER TABLE work_items DISABLE TRIGGER watch").await;
    let error = restore(t, &backup).await.expect_err("it is disabled now");
    assert!(matches!(&error, Error::Dependents { .. }), "{error:?}");
}

on_postgres_empty! {
    /// A rule on our table is no reason to have no backup, and so no `up`; neither it nor statistics go.
    why: "SQLite has neither rules nor statistics of a user's making";
    async fn rules_and_statistics_stay(t: TestDb) {
        let db = board(&t, Goal::To("12".into()), 2).await;
        sql(&db, "CREATE SCHEMA stats; CREATE TABLE log (name text); \
                  CREATE RULE noted AS ON DELETE TO board_users DO ALSO INSERT INTO log VALUES (OLD.name); \
                  CREATE RULE off AS ON INSERT TO sprints DO INSTEAD NOTHING; ALTER TABLE sprints DISABLE RULE off; \
                  CREATE STATISTICS stats.pairs (dependencies) ON name, email FROM board_users; \
                  ALTER STATISTICS stats.pairs SET STATISTICS 7").await;
        let report = runner::up(&options(&t), Goal::Latest, &mut |_| {}).await.expect("up");
        let backup = report.backup.expect("a backup");
        let (back, before) = (take(&t).await, all(&t).await);
        restore(&t, &backup).await.expect("restore");
        restore(&t, &back).await.expect("and back");
        assert_eq!(all(&t).await, before);
        let left = "SELECT (SELECT count(*) FROM pg_rewrite WHERE rulename = 'noted' AND ev_enabled = 'O') + \
                    (SELECT count(*) FROM pg_rewrite WHERE rulename = 'off' AND ev_enabled = 'D') + \
                    (SELECT count(*) FROM pg_statistic_ext WHERE stxname = 'pairs' AND stxstattarget = 7 \
                      AND stxnamespace = 'stats'::regnamespace AND stxrelid = 'board_users'::regclass)";
        assert_eq!(number(&db, left).await, 3);
        sql(&db, "DELETE FROM board_users").await;
        assert_eq!(number(&db, "SELECT count(*) FROM log").await, 2, "the rule works");
        // On a table that the backup does not have they would go.
        sql(&db, "CREATE STATISTICS late ON agent_key, context_key FROM workflow_context").await;
        let error = restore(&t, &backup).await.expect_err("its table goes");
        assert!(matches!(&error, Error::Dependents { names } if names == &["statistics late of table workflow_context"]), "{error:?}");
        sql(&db, "DROP STATISTICS late").await;
        runner::down(&options(&t), DownGoal::All, OnLoss::Accept, &mut |_| {}).await.expect("down");
        let output = t.migration(["restore", &back.manifest.id, "--yes", "--backup-dir", "backups"]).run().ok();
        assert!(output.stderr.contains("Warning: the rules of table board_users are not restored"), "{output}");
        let without = |all: &str| all.lines().filter(|l| !l.starts_with("  rule ")).collect::<Vec<_>>().join("\n");
        assert_eq!(without(&all(&t).await), without(&before));
        assert_eq!(number(&db, "SELECT count(*) FROM pg_rewrite WHERE rulename = 'noted'").await, 0);
    }

    /// A trigger's function of another schema than ours is written in the same words by whoever looks.
    why: "SQLite has no schemas, and no functions in SQL";
    async fn functions_of_another_schema(t: TestDb) {
        let mut options = options(&t);
        options.schema = Some("our_board".to_owned());
        runner::up(&options, Goal::Latest, &mut |_| {}).await.expect("up");
        let db = t.raw().await;
        sql(&db, &format!("{AUDIT}; CREATE TRIGGER watch AFTER INSERT ON our_board.sprints EXECUTE FUNCTION public.audited()")).await;
        let backup = backup::take(&options, Reason::Asked, &mut |_| {}).await.expect("take");
        backup::restore(&options, &backup, Careful::default(), &mut |_| {}).await.expect("restore");
        assert_eq!(number(&db, "SELECT count(*) FROM pg_trigger WHERE tgname = 'watch'").await, 1);
    }
}
