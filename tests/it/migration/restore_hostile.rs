//! A PostgreSQL dump that somebody else wrote: it changes our tables, and nothing else.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use callboard_migration::runner::Goal;
use sea_orm::DatabaseConnection;
use support::{Kind, TestDb, both_empty, on_postgres_empty};

use super::common::{number, sql};
use super::saved::{all, board, last_line, take, users};

/// Client programs of which `pg_restore` writes more than the dump holds: before it, and after.
fn programs(t: &TestDb, before: &str, after: &str) -> PathBuf {
    let bin = t.dir().join("bin");
    std::fs::create_dir_all(&bin).expect("make a folder");
    std::fs::write(t.dir().join("before.sql"), before).expect("write");
    std::fs::write(t.dir().join("after.sql"), after).expect("write");
    let dir = t.dir().display();
    let restore = format!(
        "#!/bin/sh\ncase $1 in --version) exec /usr/bin/env pg_restore --version;; esac\ncat {dir}/before.sql\n\
         /usr/bin/env pg_restore \"$@\" && cat {dir}/after.sql\n"
    );
    for (name, text) in [("pg_restore", restore.as_str()), ("pg_dump", "#!/bin/sh\nexec /usr/bin/env pg_dump \"$@\"\n")]
    {
        let path = bin.join(name);
        std::fs::write(&path, text).expect("write");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("make it a program");
    }
    bin
}

/// Everything of the neighbour's that a dump could reach for.
async fn theirs(db: &DatabaseConnection) -> Vec<i64> {
    let mut out = Vec::new();
    for ask in [
        "SELECT count(*) FROM app_accounts",
        "SELECT count(*) FROM app_log",
        "SELECT last_value FROM app_seq",
        "SELECT count(*) FROM pg_attribute WHERE attrelid = 'app_accounts'::regclass AND attnum > 0 AND NOT attisdropped",
        "SELECT count(*) FROM pg_index WHERE indrelid = 'app_accounts'::regclass",
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        "SELECT count(*) FROM pg_largeobject_metadata",
    ] {
        out.push(number(db, ask).await);
    }
    out
}

on_postgres_empty! {
    why: "a SQLite backup is pages: no SQL of it is run";
    async fn what_is_not_about_our_tables(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let backup = take(&t).await;
        sql(&db, "CREATE TABLE app_accounts (id integer PRIMARY KEY, secret text); INSERT INTO app_accounts VALUES (1, 'x'); \
                  CREATE TABLE app_log (at timestamptz); CREATE SEQUENCE app_seq; SELECT lo_create(4711); \
                  CREATE FUNCTION app_clear(v text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS \
                  'BEGIN INSERT INTO public.app_log VALUES (now()); DELETE FROM public.app_accounts; RETURN v; END'").await;
        let (live, before) = (all(&t).await, theirs(&db).await);
        let args = ["restore", &backup.manifest.id, "--yes", "--backup-dir", "backups"];
        let run = |early: &str, late: &str| t.migration(args).env("PG_BIN", programs(&t, early, late)).run();
        for (early, late) in [
            ("", "ALTER TABLE public.app_accounts DROP COLUMN secret;\n"),
            ("", "ALTER TABLE public.board_users ADD CONSTRAINT c CHECK (true), DROP COLUMN email;\n"),
            ("", "CREATE INDEX i ON public.app_accounts USING btree (secret);\n"),
            ("", "CREATE INDEX i ON public.board_users USING btree (public.app_clear(name));\n"),
            ("", "CREATE INDEX i ON public.board_users USING btree (app_clear(name));\n"),
            ("", "CREATE INDEX i ON public.board_users USING btree (((name).app_clear));\n"),
            ("", "ALTER TABLE public.board_users ADD CONSTRAINT c CHECK ((public.app_clear(name) IS NOT NULL));\n"),
            ("", "ALTER TABLE public.board_users ADD CONSTRAINT c CHECK ((lo_unlink(4711) = 1));\n"),
            ("", "ALTER TABLE public.board_users ADD CONSTRAINT c CHECK ((LO_UNLINK(4711) = 1));\n"),
            ("", "ALTER TABLE public.board_users ADD CONSTRAINT c CHECK ((pg_catalog.lo_unlink(4711) = 1));\n"),
            ("", "ALTER TABLE public.board_users ADD CONSTRAINT c CHECK ((query_to_xml('DELETE FROM public.app_accounts RETURNING 1', true, true, '') IS NOT NULL));\n"),
            ("CREATE TABLE public.board_users AS SELECT * FROM public.app_accounts;\n", ""),
            ("CREATE TABLE public.stolen AS SELECT * FROM public.app_accounts;\n", ""),
            ("CREATE TABLE public.board_users (id uuid DEFAULT public.app_clear('x')::uuid);\n", ""),
            ("CREATE TABLE public.board_users (LIKE public.app_accounts INCLUDING ALL);\n", ""),
            ("CREATE TABLE public.board_users (id uuid) INHERITS (public.app_accounts);\n", ""),
            ("", "SELECT pg_catalog.setval('public.app_seq', 99, true);\n"),
            ("", "ALTER SEQUENCE public.app_seq OWNED BY public.board_users.name;\n"),
            ("", "COMMENT ON TABLE public.app_accounts IS 'x';\n"),
            ("", "CREATE TRIGGER g AFTER INSERT ON public.app_accounts EXECUTE FUNCTION public.app_clear();\n"),
            ("", "ALTER TABLE public.board_users ADD CONSTRAINT c FOREIGN KEY (name) REFERENCES public.app_accounts(secret);\n"),
            ("", "COPY public.app_accounts (id) FROM stdin;\n2\n\\.\n"),
            ("", "DO $$ BEGIN DELETE FROM public.app_accounts; END $$;\n"),
        ] {
            // 8 is the server's refusal: it finds no such function where names are looked for.
            let output = run(early, late);
            assert!(matches!(output.exit, Some(8 | 18)), "{early}{late}{output}");
            assert_eq!(last_line(&output), "Nothing was changed.");
            assert_eq!((all(&t).await, theirs(&db).await), (live.clone(), before.clone()), "{early}{late}");
        }
        // A rule's actions could be anything: none is taken from a file.
        run("", "CREATE RULE r AS ON INSERT TO public.board_users DO ALSO DELETE FROM public.app_accounts;\n").ok();
        run("", "COMMENT ON TABLE public.board_users IS 'the control';\n").ok();
        assert_eq!((all(&t).await, users(&db).await), (live, 2));
        assert_eq!(number(&db, "SELECT count(*) FROM pg_rewrite WHERE rulename = 'r'").await, 0);
        assert_eq!((theirs(&db).await, number(&db, "SELECT length(obj_description('board_users'::regclass))::bigint").await), (before, 11));
    }
}

both_empty! {
    /// What a neighbour's index on our table calls is in its backups, and comes back with them.
    async fn what_our_tables_use_already(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let made = match t.kind() {
            Kind::Sqlite => "CREATE INDEX by_folded ON board_users (lower(name)); \
                             CREATE INDEX by_words ON work_items (instr(title, ' '));",
            Kind::Postgres => "CREATE FUNCTION folded(v text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower(v)'; \
                               CREATE INDEX by_folded ON board_users (folded(name)); \
                               CREATE INDEX by_words ON work_items USING gin (to_tsvector('english', title));",
        };
        sql(&db, &format!("CREATE TABLE accounts (name text PRIMARY KEY); {made} \
                           ALTER TABLE sprints ADD COLUMN account text REFERENCES accounts")).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        sql(&db, "DELETE FROM board_users").await;
        super::saved::restore(&t, &backup).await.expect("restore");
        assert_eq!((all(&t).await, users(&db).await), (before.clone(), 2));
        sql(&db, "DROP INDEX by_folded").await;
        let without = all(&t).await;
        assert_ne!(without, before, "indexes are looked at");
        let restored = super::saved::restore(&t, &backup).await;
        match t.kind() {
            // Its functions are those of every connection.
            Kind::Sqlite => {
                restored.expect("restore");
                assert_eq!(all(&t).await, before);
            }
            Kind::Postgres => {
                let error = restored.expect_err("nothing of ours calls it");
                let said = "it uses public.folded, which no table of the board uses now";
                assert!(error.to_string().contains(said), "{error}");
                assert_eq!(all(&t).await, without);
            }
        }
    }
}
