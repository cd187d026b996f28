//! Database URLs: what is taken, what is refused, and that no password is ever shown.

use callboard_migration::target::{DatabaseUrl, Kind, Source, Sources, locate};
use support::cli::{callboard, migration};
use support::{plain, scratch_dir};

const CANARY: &str = "c4nary-s3cret";

plain! {
    fn valid_urls() {
        for (text, kind, shown) in [
            ("sqlite://board.db", Kind::Sqlite, "sqlite://board.db"),
            ("sqlite:board.db", Kind::Sqlite, "sqlite://board.db"),
            ("sqlite:///tmp/a%20b.db?mode=rwc", Kind::Sqlite, "sqlite:///tmp/a b.db"),
            ("SQLITE://x", Kind::Sqlite, "sqlite://x"),
            (" postgres://me@localhost/app \n", Kind::Postgres, "postgres://me@localhost/app"),
            ("postgresql://me:pw@h:5433/app?sslmode=require", Kind::Postgres, "postgres://me:***@h:5433/app"),
            ("postgres://me@%2Ftmp%2Fdir:5432/db", Kind::Postgres, "postgres://me@%2Ftmp%2Fdir:5432/db"),
        ] {
            let url: DatabaseUrl = text.parse().unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!((url.kind(), url.to_string().as_str()), (kind, shown));
            let again: DatabaseUrl = url.expose_secret().parse().expect("the URL of a URL");
            assert!(again == url, "{text}");
        }
    }

    fn malformed_urls_show_nothing() {
        for text in malformed() {
            let Err(error) = text.parse::<DatabaseUrl>() else { panic!("{text} was taken") };
            let all = format!("{error} {error:?} {:?}", error.hint());
            assert!(!all.contains("c4n") && !all.contains("s3cret"), "{all}");
            assert_eq!(error.exit_code(), 2);
        }
    }

    fn malformed_urls_show_nothing_on_the_command_line() {
        let dir = scratch_dir();
        for text in malformed().into_iter().chain(unreachable()) {
            for verb in ["up", "down", "status"] {
                let program = migration(dir.path()).args([verb, "--json", "--lock-timeout", "1"]);
                let file = dir.path().join("url");
                std::fs::write(&file, &text).expect("write the file");
                // An empty variable counts as none.
                let environment = if text.is_empty() { " sqlite" } else { &text };
                // A schema's name, and a word that is nothing like a URL, are shown as they were typed.
                let word = text == CANARY;
                for (as_typed, run) in [
                    (false, program.clone().args(["--database-url", &text])),
                    (false, program.clone().arg(format!("--database-ur={text}"))),
                    (word, program.clone().arg(&text)),
                    (word && verb != "status", program.clone().args(["--steps", &text])),
                    (false, program.clone().args(["--database-url-file", "url"])),
                    (false, program.clone().env("DATABASE_URL", environment)),
                ] {
                    let output = run.run();
                    let shown = output.stdout.clone() + &output.stderr;
                    assert_eq!(shown.contains("s3cret"), as_typed, "{output}");
                    assert!(matches!(output.exit, Some(2 | 13)), "{output}");
                }
            }
        }
    }

    fn debug_and_errors_of_a_url_hide_its_password() {
        let url: DatabaseUrl = format!("postgres://u:{CANARY}%21@h/db?password={CANARY}2").parse().expect("valid");
        let options = callboard_migration::runner::Options::new(url.clone());
        let shown = format!("{url} {url:?} {options:?}");
        assert!(!shown.contains("s3cret"), "{shown}");
        assert!(url.has_password());
        let text = format!("failed: {CANARY}%21 {CANARY}! {CANARY}2 end");
        assert_eq!(url.redact(&text), "failed: *** *** *** end");
        let none: DatabaseUrl = "postgres://u:@h/db".parse().expect("valid");
        assert_eq!(none.redact("nothing to hide"), "nothing to hide", "an empty password hides nothing");
    }

    fn a_password_on_the_command_line_is_warned_of() {
        let dir = scratch_dir();
        let url = format!("postgres://u:{CANARY}@127.0.0.1:1/db");
        let output = migration(dir.path()).args(["status", "--database-url", &url]).run().code(13);
        assert!(output.stderr.contains("Warning: the password on the command line"), "{output}");
        assert!(output.stderr.contains("DATABASE_URL or --database-url-file"), "{output}");
        let output = migration(dir.path()).arg("status").env("DATABASE_URL", &url).run().code(13);
        assert!(!output.stderr.contains("Warning"), "{output}");
        assert!(output.stderr.contains("postgres://u:***@127.0.0.1:1/db can't be reached"), "{output}");
    }

    /// Neither a panic that prints it, nor another database than the one that was meant.
    fn what_is_not_utf_8_is_refused_and_not_shown() {
        use std::os::unix::ffi::OsStringExt;
        let dir = scratch_dir();
        let url = std::ffi::OsString::from_vec(format!("postgres://u:{CANARY}\u{0}@h/db").into_bytes().iter().map(|b| if *b == 0 { 0xff } else { *b }).collect());
        let word = std::ffi::OsString::from_vec(vec![b'x', 0xff]);
        for program in [migration(dir.path()).arg("up"), migration(dir.path()).arg("verify"), callboard(dir.path()).args(["item", "list"])] {
            for (run, code) in [
                (program.clone().env("DATABASE_URL", &url), 2),
                (program.clone().arg("--database-url").arg(&url), 2),
                (program.clone().arg("--no-such").arg(&url), 2),
                (program.clone().arg("--database-url=sqlite://x").arg(&word).arg(&url), 2),
            ] {
                let output = run.run().code(code);
                assert!(!(output.stdout.clone() + &output.stderr).contains("s3cret"), "{output}");
                assert!(!output.stderr.contains("panicked"), "{output}");
            }
        }
        let names: Vec<_> = std::fs::read_dir(dir.path()).expect("list").map(|e| e.expect("an entry").file_name()).collect();
        assert!(names.is_empty(), "{names:?}");
        let run = migration(dir.path()).args(["status", "--database-url", "sqlite://x.db"]).env("DATABASE_URL", &url);
        assert!(run.run().ok().stdout.contains("SQLite sqlite://x.db"), "it is not asked for");
    }

    fn help_shows_no_value_of_the_environment() {
        let dir = scratch_dir();
        for args in [vec!["--help"], vec!["up", "--help"], vec!["down", "-h"], vec!["status", "--help"]] {
            let run = migration(dir.path()).args(args).env("DATABASE_URL", CANARY).env("CALLBOARD_SCHEMA", CANARY);
            let output = run.run().ok();
            assert!(output.stdout.contains("Examples:") && !output.stdout.contains(CANARY), "{output}");
        }
    }

    fn the_first_source_counts() {
        let dir = scratch_dir();
        let below = dir.path().join("a/b");
        std::fs::create_dir_all(&below).expect("make folders");
        let file = dir.path().join("url");
        std::fs::write(&file, "sqlite://file.db\n").expect("write");
        let mut sources = Sources { flag: None, file: None, environment: Some("  ".as_ref()), folder: &below };
        let found = |s: &Sources<'_>| {
            let located = locate(s).expect("located");
            (located.url.to_string(), located.source)
        };
        assert_eq!(found(&sources), ("sqlite://.callboard/callboard.db".to_owned(), Source::Default));
        std::fs::create_dir(dir.path().join(".callboard")).expect("make a folder");
        let board = format!("sqlite://{}", dir.path().join(".callboard/callboard.db").display());
        assert_eq!(found(&sources), (board, Source::Found));
        sources.environment = Some("sqlite://env.db".as_ref());
        assert_eq!(found(&sources), ("sqlite://env.db".to_owned(), Source::Environment));
        sources.file = Some(&file);
        assert_eq!(found(&sources), ("sqlite://file.db".to_owned(), Source::File));
        sources.flag = Some("sqlite://flag.db");
        assert_eq!(locate(&sources).expect_err("both").exit_code(), 2);
        sources.file = None;
        assert_eq!(found(&sources), ("sqlite://flag.db".to_owned(), Source::Flag));
    }
}

fn malformed() -> Vec<String> {
    let texts = [
        "",
        "CANARY",
        "mysql://u:CANARY@h/db",
        "postgres//u:CANARY@h/db",
        "postgres://u:CANARY",
        "postgres:u:CANARY@h/db",
        "postgres://u:12/CANARY@h/db",
        "postgres://u:12#CANARY@h/db",
        "postgres://u:12?CANARY@h/db",
        "postgres://u:CANARY@h",
        "postgres://u:CANARY@h/",
        "postgres://u:CANARY@h:99999/db",
        "postgres://u:CANARY@h/db?CANARY=1",
        "sqlite://",
        "sqlite::memory:",
        "sqlite://:memory:",
        "sqlite://x?mode=memory",
        "sqlite://x?key=CANARY",
        "http://u:CANARY@h/db",
        "postgres://u:CANARY@[::1/db",
        "://u:CANARY@h/db",
    ];
    texts.iter().map(|t| t.replace("CANARY", CANARY)).collect()
}

fn unreachable() -> Vec<String> {
    let texts = [
        "postgres://u:CANARY@127.0.0.1:1/db",
        "postgres://u:CANARY@%2Fno%2Fsuch%2Ffolder/db",
        "postgres://u:CANARY@127.0.0.1:1/db?sslmode=CANARY",
        "postgres://127.0.0.1:1/db?password=CANARY",
    ];
    texts.iter().map(|t| t.replace("CANARY", CANARY)).collect()
}
