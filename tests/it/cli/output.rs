use sea_orm::ConnectionTrait;
use support::{TestDb, both};

use super::{init, json};

const EVIL: &str = "ev\u{1b}[2Jil\u{202e}\u{7}";

both! {
    /// Rows that were written past the service must not steer the terminal either.
    async fn planted_control_characters_are_escaped(t: TestDb) {
        init(&t);
        let raw = t.raw().await;
        for sql in [
            format!("UPDATE board_users SET name = '{EVIL}'"),
            // The same name, as JSON writes it.
            r#"UPDATE board_settings SET value = '"user:ev\u001b[2Jil\u202e\u0007"' WHERE key = 'default_actor'"#.to_owned(),
        ] {
            raw.execute_unprepared(&sql).await.expect("plant a name");
        }
        for args in [&["user", "list"][..], &["setting", "list"], &["init"], &["user", "add", "x", "-v"]] {
            let output = t.callboard(args).run().ok();
            for stream in [&output.stdout, &output.stderr] {
                assert!(stream.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{output}");
            }
        }
        assert_eq!(json(&t, ["user", "list"], "users")["rows"][0]["name"], EVIL);
    }

    async fn colours_only_when_asked_for_and_json_never(t: TestDb) {
        init(&t);
        let coloured = |args: &[&str]| t.callboard(args.iter().copied()).run().ok().stdout.contains('\u{1b}');
        assert!(!coloured(&["user", "list"]));
        assert!(coloured(&["user", "list", "--color", "always"]));
        assert!(!coloured(&["user", "list", "--color", "never"]));
        assert!(!coloured(&["user", "list", "--color", "always", "--json"]));
        assert!(!t.callboard(["user", "list"]).env("NO_COLOR", "1").run().ok().stdout.contains('\u{1b}'));
    }

    async fn quiet_says_nothing_but_data_and_errors_and_verbose_traces(t: TestDb) {
        assert_eq!(t.callboard(["init", "--user", "ada", "--quiet"]).run().ok().stderr, "");
        assert_eq!(t.callboard(["init", "--json"]).run().ok().stderr, "");
        assert!(t.callboard(["user", "show", "x", "--quiet"]).run().code(13).stderr.contains("Error: "));
        let traced = t.callboard(["user", "list", "-vv"]).run().ok();
        assert!(!traced.stdout.contains("DEBUG") && traced.stderr.contains("DEBUG"), "{traced}");
    }

    async fn tables_fit_the_terminal(t: TestDb) {
        init(&t);
        let name = "a rather long name for a person which does not fit on a narrow terminal in one line";
        t.callboard(["user", "add", name]).run().ok();
        for width in [40, 60, 100] {
            let shown = t.callboard(["setting", "list"]).env("COLUMNS", width.to_string()).run().ok().stdout;
            assert!(shown.lines().all(|line| line.chars().count() <= width), "{width}\n{shown}");
        }
        let piped = t.callboard(["user", "list"]).env_remove("COLUMNS").run().ok().stdout;
        assert!(piped.lines().any(|line| line.starts_with(name)), "{piped}");
    }
}
