//! Owners and rights after a PostgreSQL restore: those of now where the table is there, else those of the backup.

use callboard_migration::backup::{self, Backup, Careful, Restored};
use callboard_migration::runner::{self, DownGoal, Event, Goal, OnLoss};
use callboard_migration::{Error, history};
use sea_orm::DatabaseConnection;
use support::{TestDb, on_postgres_empty};

use super::common::{number, sql};
use super::saved::{all, board, options, take};

/// Roles are the server's: each test has its own, and drops them.
async fn roles(t: &TestDb, db: &DatabaseConnection, names: &[&str]) -> Vec<String> {
    let database = t.url().rsplit('/').next().expect("a name");
    let roles: Vec<String> = names.iter().map(|n| format!("{database}_{n}").replace("test", "r")).collect();
    for role in &roles {
        sql(db, &format!("CREATE ROLE {role}")).await;
    }
    roles
}

async fn restore(t: &TestDb, backup: &Backup, careful: Careful) -> (Result<Restored, Error>, Vec<String>) {
    let mut notes = Vec::new();
    let mut note = |event: &Event| {
        if let Event::NotGiven { notes: told } = event {
            notes.extend(told.clone());
        }
    };
    let outcome = backup::restore(&options(t), backup, careful, &mut note).await;
    (outcome, notes)
}

/// The owner and the rights of all tables and of the schema, as the catalogue has them.
async fn rights(db: &DatabaseConnection) -> Vec<String> {
    let ask = "SELECT line FROM (SELECT c.relname || ' ' || pg_get_userbyid(c.relowner) || ' ' || coalesce((SELECT \
               string_agg(a::text, ',' ORDER BY a::text) FROM unnest(c.relacl) AS a WHERE a::text NOT LIKE \
               pg_get_userbyid(c.relowner) || '=%'), '') || coalesce((SELECT string_agg(attname || attacl::text, ',' \
               ORDER BY attname) FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL), '') AS line \
               FROM pg_class AS c WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' \
               UNION ALL SELECT 'schema ' || (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(nspacl) AS a) \
               FROM pg_namespace WHERE nspname = 'public') AS x ORDER BY line";
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, ask);
    let rows = sea_orm::ConnectionTrait::query_all_raw(db, statement).await.expect("ask");
    rows.iter().map(|r| r.try_get_by_index(0).expect("a line")).collect()
}

on_postgres_empty! {
    /// The tables of the last steps are gone, and with them what was given on them.
    why: "SQLite has no roles: the rights are the file's own";
    async fn of_tables_that_were_dropped(t: TestDb) {
        let db = board(&t, Goal::Latest, 1).await;
        let names = roles(&t, &db, &["app", "own", "late"]).await;
        let [app, own, late] = names.as_slice() else { unreachable!() };
        sql(&db, &format!(
            "ALTER TABLE workflow_events OWNER TO {own}; GRANT SELECT, INSERT ON workflow_events TO {app}; \
             GRANT UPDATE (data) ON workflow_context TO {app} WITH GRANT OPTION; GRANT SELECT ON workflow_context TO PUBLIC; \
             GRANT SELECT ON board_users TO {app}"
        ).replace("(data)", "(value)")).await;
        let backup = take(&t).await;
        let before = rights(&db).await;
        sql(&db, &format!("GRANT DELETE ON board_users TO {late}")).await;
        runner::down(&options(&t), DownGoal::Steps(3), OnLoss::Accept, &mut |_| {}).await.expect("down");
        // Default privileges of now are none of a table's that comes back.
        sql(&db, &format!("ALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO {late}")).await;
        let (outcome, notes) = restore(&t, &backup, Careful::default()).await;
        outcome.expect("restore");
        assert_eq!(notes, Vec::<String>::new());
        let changed = |lines: &[String]| lines.iter().filter(|l| !l.starts_with("board_users ")).cloned().collect::<Vec<_>>();
        assert_eq!(changed(&rights(&db).await), changed(&before));
        let live = "SELECT count(*) FROM pg_class, aclexplode(relacl) AS a WHERE relname = 'board_users' AND a.privilege_type IN ('SELECT', 'DELETE') AND a.grantee <> relowner";
        assert_eq!(number(&db, live).await, 2, "what is there keeps what it has");
        for role in &names {
            sql(&db, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
        }
    }

    /// A role that is gone is told, and no reason to restore nothing.
    why: "SQLite has no roles: the rights are the file's own";
    async fn of_roles_that_are_gone(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let names = roles(&t, &db, &["app", "own"]).await;
        let [app, own] = names.as_slice() else { unreachable!() };
        sql(&db, &format!("ALTER TABLE workflow_events OWNER TO {own}; GRANT SELECT ON workflow_events TO {app}, PUBLIC")).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        runner::down(&options(&t), DownGoal::All, OnLoss::Accept, &mut |_| {}).await.expect("down");
        sql(&db, &format!("DROP ROLE {app}; DROP ROLE {own}")).await;
        let output = t.migration(["restore", &backup.manifest.id, "--yes", "--backup-dir", "backups"]).run().ok();
        for part in [format!("Warning: TABLE \"public\".\"workflow_events\": its rights for \"{app}\" are not given: there is no such role"),
                     format!("\"workflow_events\" is owned by \"postgres\": \"{own}\" is no role here")] {
            assert!(output.stderr.contains(&part), "{output}");
        }
        assert_eq!(all(&t).await, before);
        let given = "SELECT count(*) FROM pg_class, aclexplode(relacl) AS a WHERE relname = 'workflow_events' AND a.grantee = 0";
        assert_eq!(number(&db, given).await, 1);
        // A manifest's text is nobody's SQL.
        let mut hostile = backup.clone();
        let table = hostile.manifest.rights.as_mut().expect("rights").tables.get_mut("workflow_events").expect("a table");
        table.given[0].privilege = "SELECT ON board_users TO PUBLIC; DROP TABLE sprints; GRANT SELECT".to_owned();
        table.owner = "x\"; DROP TABLE sprints; --".to_owned();
        runner::down(&options(&t), DownGoal::All, OnLoss::Accept, &mut |_| {}).await.expect("down");
        let (outcome, notes) = restore(&t, &hostile, Careful::default()).await;
        outcome.expect("restore");
        assert_eq!((notes.len() >= 2, all(&t).await), (true, before), "{notes:?}");
        assert_eq!(history().len() as i64, number(&db, "SELECT count(*) FROM callboard_migrations").await);
    }

    /// The new database has what the old one had: tables, schema, database, and the settings of roles in it.
    why: "SQLite has no roles: the rights are the file's own";
    async fn of_a_whole_database(t: TestDb) {
        let db = board(&t, Goal::Latest, 1).await;
        let names = roles(&t, &db, &["app", "own"]).await;
        let [app, own] = names.as_slice() else { unreachable!() };
        let name = t.url().rsplit('/').next().expect("a name").to_owned();
        sql(&db, &format!(
            "ALTER TABLE sprints OWNER TO {own}; GRANT SELECT, INSERT ON work_items TO {app}; GRANT UPDATE (name) ON board_users TO {app}; \
             REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO {app} WITH GRANT OPTION; \
             REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC; GRANT CONNECT ON DATABASE {name} TO {app}; \
             ALTER ROLE {app} IN DATABASE {name} SET work_mem = '7MB'"
        )).await;
        let before = rights(&db).await;
        db.close().await.expect("close");
        let backup = take(&t).await;
        let (outcome, notes) = restore(&t, &backup, Careful { whole_database: true, ..Careful::default() }).await;
        let old = outcome.expect("restore").renamed.expect("the old one stays");
        assert_eq!(notes, Vec::<String>::new());
        let db = t.raw().await;
        assert_eq!(rights(&db).await, before);
        let public = "SELECT count(*) FROM pg_database, aclexplode(datacl) AS a WHERE datname = current_database() AND a.grantee = ";
        assert_eq!(number(&db, &format!("{public} 0")).await, 0, "what was taken from PUBLIC stays so");
        assert_eq!(number(&db, &format!("{public} '{app}'::regrole")).await, 1);
        let setting = format!("SELECT count(*) FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = setdatabase WHERE datname = \
                               '{name}' AND setrole = '{app}'::regrole AND setconfig = '{{work_mem=7MB}}'");
        assert_eq!(number(&db, &setting).await, 1);
        sql(&db, &format!("DROP DATABASE {old}")).await;
        for role in &names {
            sql(&db, &format!("REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}; DROP ROLE {role}")).await;
        }
    }
}
