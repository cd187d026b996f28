//! The command: what it prints, and by which code it ends.

use callboard_migration::history;
use support::cli::migration;
use support::plain;

/// A migration with the danger that lost every child row: a rebuild that trusts a PRAGMA.
const PLANTED: &str = "PRAGMA foreign_keys=OFF;\nCREATE TABLE child (id text PRIMARY KEY);\nDROP TABLE parent;\n";

plain! {
    fn our_own_history_is_clean() {
        let dir = support::scratch_dir();
        let output = migration(dir.path()).arg("lint").run().ok();
        assert!(output.stdout.starts_with(&format!("{} migrations: 0 errors, 0 warnings;", 2 * history().len())), "{output}");
        let one = migration(dir.path()).args(["lint", "--database", "postgres", "--json"]).run().ok();
        assert_eq!(one.json()["migrations"], history().len());
        assert_eq!(std::fs::read_dir(dir.path()).expect("list").count(), 0, "the lint makes no file");
    }

    /// The control of the clean history.
    fn a_planted_migration_is_found() {
        let dir = support::scratch_dir();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("write a file");
        write("1.sql", "CREATE TABLE parent (id text PRIMARY KEY);\n");
        write("2.sql", PLANTED);
        let lint = || migration(dir.path()).args(["lint", "1.sql", "2.sql", "--database", "sqlite"]);
        let output = lint().run().code(3);
        for part in ["error S3 pragma-in-migration: PRAGMA foreign_keys", "error A1 drop-table: drops the table parent",
            "2.sql, up on SQLite, statement 3 (line 3)", "2 migrations: 2 errors, 0 warnings; 0 exceptions"] {
            assert!(output.stdout.contains(part), "{part}: {output}");
        }
        let json = lint().arg("--json").run().code(3);
        let objects: Vec<serde_json::Value> =
            json.stdout.lines().map(|line| serde_json::from_str(line).expect("one object a line")).collect();
        assert_eq!(objects.len(), 3);
        assert_eq!((&objects[0]["kind"], &objects[0]["rule"]), (&"finding".into(), &"S3".into()));
        assert_eq!((&objects[1]["statement"], &objects[1]["severity"]), (&3.into(), &"error".into()));
        assert_eq!((&objects[2]["kind"], &objects[2]["errors"]), (&"summary".into(), &2.into()));
    }

    /// The order says which table was there before.
    fn warnings_alone_are_no_failure() {
        let dir = support::scratch_dir();
        std::fs::write(dir.path().join("a.sql"), "CREATE TABLE a (b text);").expect("write");
        std::fs::write(dir.path().join("b.sql"), "CREATE INDEX i ON a (b);").expect("write");
        let output = migration(dir.path()).args(["lint", "a.sql", "b.sql", "--database", "postgres"]).run().ok();
        assert!(output.stdout.contains("warning P1") && output.stdout.contains("0 errors, 1 warning;"), "{output}");
    }

    fn the_way_down_within_a_file_is_left_out() {
        let dir = support::scratch_dir();
        let lint = |text: &str| {
            std::fs::write(dir.path().join("a.sql"), text).expect("write");
            migration(dir.path()).args(["lint", "--database", "sqlite", "a.sql"]).run()
        };
        for mark in ["-- migrate:down", "-- +goose Down", "  --  +migrate Down", "-- migrate:down transaction:false"] {
            lint(&format!("-- up\nSELECT 1;\n{mark}\nDROP TABLE a;\n")).ok();
            lint(&format!("DROP TABLE a;\n{mark}\nSELECT 1;\n")).code(3);
        }
        lint("SELECT '-- migrate:down'; -- the +goose Down is far\nDROP TABLE a;\n").code(3);
    }

    fn what_is_no_file_of_sql_is_refused() {
        let dir = support::scratch_dir();
        let path = |name: &str| dir.path().join(name);
        std::fs::create_dir(path("folder")).expect("make a folder");
        std::fs::write(path("latin1.sql"), b"SELECT '\xe9';").expect("write");
        std::fs::write(path("open.sql"), "SELECT 1;\nSELECT 'x;").expect("write");
        std::fs::write(path("fine.sql"), "SELECT 1;").expect("write");
        let large = std::fs::File::create(path("large.sql")).expect("create");
        large.set_len((16 << 20) + 1).expect("a sparse file");
        for (file, code, says) in [
            ("missing.sql", 13, "does not exist"),
            ("folder", 18, "no regular file"),
            ("latin1.sql", 18, "not UTF-8"),
            ("open.sql", 18, "line 2: a string is not closed"),
            ("large.sql", 18, "more than 16 MiB"),
        ] {
            let lint = || migration(dir.path()).args(["lint", "--database", "sqlite", "fine.sql", file]);
            let output = lint().run().code(code);
            assert!(output.stderr.contains(says) && output.stderr.contains(file), "{output}");
            assert_eq!(output.stdout, "", "nothing is said of the others");
            assert_eq!(lint().arg("--json").run().code(code).json()["exit_code"], code);
        }
        let output = migration(dir.path()).args(["lint", "fine.sql"]).run().code(2);
        assert!(output.stderr.contains("--database sqlite"), "{output}");
        migration(dir.path()).args(["lint", "--database", "mysql", "fine.sql"]).run().code(2);
    }

    /// A name in a file can't steer the terminal.
    fn names_are_shown_as_they_are() {
        let dir = support::scratch_dir();
        std::fs::write(dir.path().join("a.sql"), "DROP TABLE \"\u{1b}[31m\u{202e}x\";").expect("write");
        let output = migration(dir.path()).args(["lint", "--database", "sqlite", "a.sql"]).run().code(3);
        assert!(output.stdout.contains("\\u{1b}[31m\\u{202e}x") && !output.stdout.contains('\u{1b}'), "{output}");
    }
}
