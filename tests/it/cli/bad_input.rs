use std::os::unix::fs::PermissionsExt;

use sea_orm::ConnectionTrait;
use support::cli::{Output, callboard};
use support::{Kind, TestDb, both, both_empty, plain};

use super::{init, refused};

const CANARY: &str = "c4n4ry-pa55";

#[track_caller]
fn hides(output: &Output) {
    assert!(!output.stdout.contains(CANARY) && !output.stderr.contains(CANARY), "the password is shown: {output}");
}

plain! {
    fn a_password_never_shows() {
        let dir = support::scratch_dir();
        let urls = [
            "postgres://ada:PASS@127.0.0.1:1/board",
            "postgres://ada:PASS@127.0.0.1:1/board?sslmode=disable",
            "postgres://127.0.0.1:1/board?user=ada&password=PASS",
            "postgres://ada:PASS/x@127.0.0.1:1/board",
            "postgres://ada:PASS#x@127.0.0.1/board",
            "postgres://ada:PASS@@127.0.0.1/board",
            "postgres://ada:PASS@127.0.0.1:port/board",
            "postgres://ada:PASS@127.0.0.1:1",
            "postgres://ada:%zzPASS@127.0.0.1:1/board",
            "postgres:ada:PASS@127.0.0.1/board",
            "mysql://ada:PASS@127.0.0.1/board",
            "ada:PASS@127.0.0.1/board",
            "postgres://ada:PASS@[::1/board",
        ]
        .map(|url| url.replace("PASS", CANARY));
        let commands: [&[&str]; 4] = [&["user", "list"], &["init"], &["upgrade", "--json"], &["user", "add", "x", "-vv"]];
        for url in &urls {
            for command in commands {
                let program = || callboard(dir.path()).args(command);
                let output = program().env("DATABASE_URL", url).run();
                hides(&output);
                assert!(output.exit.is_some_and(|exit| exit != 0), "{output}");
                let output = program().args(["--database-url", url]).run();
                hides(&output);
                std::fs::write(dir.path().join("url"), url).expect("write the URL file");
                hides(&program().args(["--database-url-file", "url"]).run());
            }
            // In the wrong place.
            hides(&callboard(dir.path()).arg(url).run().code(2));
            hides(&callboard(dir.path()).args(["user", "list", url, url]).run().code(2));
            hides(&callboard(dir.path()).args(["user", "list", "--limit", url, "--json"]).run().code(2));
        }
    }

    fn a_password_on_the_command_line_is_warned_of() {
        let dir = support::scratch_dir();
        let url = format!("postgres://ada:{CANARY}@127.0.0.1:1/board");
        let said = callboard(dir.path()).args(["user", "list", "--database-url", &url]).run().code(13).stderr;
        assert!(said.contains("Warning: ") && said.contains("DATABASE_URL") && said.contains("--database-url-file"), "{said}");
        let said = callboard(dir.path()).args(["user", "list"]).env("DATABASE_URL", &url).run().code(13).stderr;
        assert!(!said.contains("Warning"), "{said}");
    }

    fn an_unusable_file_is_named() {
        let dir = support::scratch_dir();
        let path = |name: &str| dir.path().join(name);
        let run = |url: &str| callboard(dir.path()).args(["user", "list", "--database-url", url]).run();
        std::fs::create_dir(path("folder")).expect("make a folder");
        assert!(run("sqlite://folder").code(18).stderr.contains("folder"));
        std::fs::write(path("text"), "this is no database at all, but long enough to be looked at as one".repeat(20)).expect("write");
        assert!(run("sqlite://text").code(18).stderr.contains("not a SQLite database"));
        assert!(run("sqlite://missing.db").code(13).stderr.contains("callboard init"));
        assert!(!path("missing.db").exists());
        run("sqlite::memory:").code(2);
        run("sqlite://").code(2);
        callboard(dir.path()).args(["user", "list", "--database-url-file", "nowhere"]).run().code(2);
    }

    fn a_board_in_an_odd_folder_works() {
        let dir = support::scratch_dir();
        let folder = dir.path().join("50% off? #1 \u{1b}[31m käse");
        std::fs::create_dir(&folder).expect("make the folder");
        let output = callboard(&folder).arg("init").env("USER", "ada").run().ok();
        assert!(output.stdout.bytes().chain(output.stderr.bytes()).all(|b| b >= 0x20 || b == b'\n'), "{output}");
        callboard(&folder).args(["user", "list"]).run().ok();
        let below = folder.join("a");
        std::fs::create_dir(&below).expect("make a folder");
        callboard(&below).args(["user", "add", "bob"]).run().ok();
    }
}

both! {
    async fn control_characters_in_input_are_refused_and_shown_harmless(t: TestDb) {
        init(&t);
        for bad in ["a\u{1b}[31mb", "a\nb", "a\u{202e}b", "a\u{7}b"] {
            let said = refused(&t, ["user", "add", bad], 18);
            assert!(said.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{said:?}");
            let said = refused(&t, ["user", "show", bad], 13);
            assert!(said.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{said:?}");
        }
    }

    async fn a_read_only_database_is_not_written(t: TestDb) {
        init(&t);
        let writable = match t.kind() {
            Kind::Sqlite => {
                // Permissions do not hold root back: what it may write, it writes.
                let file = t.dir().join("board.db");
                std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o400)).expect("take the right to write");
                std::fs::OpenOptions::new().write(true).open(&file).is_ok()
            }
            Kind::Postgres => {
                let name = t.url().rsplit('/').next().expect("the database's name");
                let read_only = format!("ALTER DATABASE {name} SET default_transaction_read_only = on");
                t.raw().await.execute_unprepared(&read_only).await.expect("make the database read-only");
                false
            }
        };
        let added = t.callboard(["user", "add", "bob"]).run();
        if writable {
            added.ok();
        } else {
            assert!(added.code(18).stderr.contains("read-only"));
        }
    }
}

both_empty! {
    async fn a_database_that_is_not_callboards_is_left_alone(t: TestDb) {
        let raw = t.raw().await;
        raw.execute_unprepared("CREATE TABLE orders (id integer)").await.expect("make a table");
        let said = refused(&t, ["user", "list"], 13);
        assert!(said.contains("callboard init"), "{said}");
        refused(&t, ["upgrade"], 13);
        raw.execute_unprepared("CREATE TABLE work_items (id integer)").await.expect("make a table");
        let said = refused(&t, ["init"], 14);
        assert!(said.contains("work_items"), "{said}");
        raw.execute_unprepared("DROP TABLE work_items").await.expect("drop a table");
        init(&t);
        raw.execute_unprepared("INSERT INTO orders VALUES (1)").await.expect("the others' table is still there");
    }
}
