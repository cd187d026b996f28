use sea_orm::ConnectionTrait;
use support::{TestDb, both, both_empty, on_sqlite};

use super::{init, json};

const EVIL: &str = "ev\u{1b}[2Jil\u{202e}\u{7}";

/// The same, as JSON writes it.
const EVIL_JSON: &str = r#""ev\u001b[2Jil\u202e\u0007""#;

/// A step that is completed with an output, and one that fails.
const TWO: &str = "name: two
description: Two steps
inputs:
  topic: { type: text, default: x }
steps:
  - name: one
    title: One
    delegate: {}
    output: { key: one, type: text }
  - name: two
    title: Two
    delegate: {}
";

/// Every text column that a command shows, and what is planted there.
fn planted() -> Vec<String> {
    let texts = [
        ("board_users", &["name"][..]),
        ("board_projects", &["name"]),
        ("agent_profiles", &["name", "type", "description"]),
        ("sprints", &["title", "goal"]),
        ("work_items", &["title", "description", "blocked_reason"]),
        ("work_item_events", &["kind", "reason"]),
        ("task_prerequisites", &["description", "waiver_reason"]),
        ("task_assignments", &["notes"]),
        ("workflow_templates", &["description"]),
        ("workflow_runs", &["workflow_name", "error_message", "runner_id"]),
        ("workflow_steps", &["agent_name"]),
        ("workflow_outputs", &["output_value"]),
        ("workflow_events", &["kind", "reason", "runner_id"]),
        ("work_sessions", &["key", "summary"]),
        ("file_operations", &["path", "rationale"]),
    ];
    let json = [
        ("agent_profiles", "capabilities"),
        ("agent_profiles", "tools"),
        ("agent_profiles", "metadata"),
        ("agent_profiles", "constraints"),
        ("board_projects", "metadata"),
        ("work_items", "tags"),
        ("work_items", "metadata"),
        ("work_items", "delegation_context"),
        ("task_assignments", "context"),
        ("workflow_context", "value"),
        ("work_sessions", "metadata"),
    ];
    let mut sql: Vec<String> = texts
        .iter()
        .flat_map(|(table, columns)| {
            columns.iter().map(move |column| format!("UPDATE {table} SET {column} = '{EVIL}'"))
        })
        .collect();
    sql.extend(json.map(|(table, column)| format!("UPDATE {table} SET {column} = '[{EVIL_JSON}]'")));
    sql.push(format!(r#"UPDATE work_items SET acceptance_criteria = '[{{"text":{EVIL_JSON},"done":false}}]'"#));
    sql.push(format!(r#"UPDATE workflow_runs SET inputs = '{{"topic":{EVIL_JSON}}}'"#));
    sql.push(format!(
        r#"UPDATE workflow_steps SET error_context = '{{"message":{EVIL_JSON}}}' WHERE status = 'failed'"#
    ));
    sql.push(format!(r#"UPDATE session_events SET data = '{{"text":{EVIL_JSON}}}'"#));
    sql.push("UPDATE agent_capabilities SET capability = 'ev\u{1b}[2Jil'".to_owned());
    sql.push(
        r#"UPDATE board_settings SET value = '"user:ev\u001b[2Jil\u202e\u0007"' WHERE key = 'default_actor'"#
            .to_owned(),
    );
    sql
}

both_empty! {
    /// Rows that were written past the service must not steer the terminal either.
    async fn planted_control_characters_are_escaped(t: TestDb) {
        init(&t);
        std::fs::write(t.dir().join("two.yaml"), TWO).expect("write the template");
        for args in [
            &["agent", "register", "coder", "--grant", "rust"][..],
            &["item", "add", "base", "--require", "rust"],
            &["item", "add", "next", "--waits-for", "CB-1", "--parent", "CB-1"],
            &["item", "add", "dead", "--max-attempts", "1"],
            &["sprint", "add", "1", "One"],
            &["sprint", "add-items", "1", "CB-1"],
            &["claim", "--agent", "coder"],
            &["workflow", "template", "add", "two.yaml"],
            &["workflow", "start", "two", "--id", "run"],
            &["workflow", "context", "set", "run", "x", "y", "z"],
            &["done", "CB-4", "--note", "given"],
            &["item", "cancel", "CB-5"],
            &["session", "start"],
            &["session", "note", "x"],
            &["file", "track", "create", "two.yaml", "--item", "CB-2"],
        ] {
            t.callboard(args).run().ok();
        }
        let id = t.callboard(["claim", "--agent", "coder"]).run().ok().stdout;
        t.callboard(["fail", "--assignment", id.trim(), "--reason", "x"]).run().ok();
        let raw = t.raw().await;
        for sql in planted() {
            let done = raw.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
            assert!(done.rows_affected() > 0, "nothing to plant in: {sql}");
        }
        let mut shown = 0;
        for args in [
            "user list", "user show EVIL", "project list", "project show demo", "agent list", "agent show coder",
            "item list", "item show CB-1", "item show CB-2", "item history CB-1", "item tree", "prerequisite list CB-2",
            "sprint list", "sprint show 1", "sprint load 1", "sprint burndown 1", "assignment list",
            "assignment history CB-1", "assignment explain CB-1", "ready", "board", "setting list",
            "setting get default_actor", "init", "item edit CB-2 --priority P3", "item move CB-2 backlog",
            "item cancel CB-1 --cancel-dependents --dry-run", "item move CB-3 done", "claim --agent coder",
            "assignment assign CB-2 --agent coder", "item comment CB-1 hello -vv", "agent archive coder",
            "done CB-2 --as user:EVIL", "item list EVIL", "workflow list", "workflow show run", "workflow logs run",
            "workflow outputs run", "workflow outputs run one", "workflow context get run x y",
            "workflow context list run", "workflow template list", "workflow start two --input EVIL=EVIL",
            "workflow start two --id run", "workflow retry run", "workflow show EVIL",
            "session show EVIL", "session list", "session status", "session continuity", "session end EVIL",
            "item add x --session EVIL",
            "workflow start two --id run", "workflow retry run", "workflow show EVIL", "file list", "file show EVIL",
            "file scan CB-2 --since 1h", "file verify --all", "file show EVIL",
        ] {
            let output = t.callboard(args.split(' ').map(|word| word.replace("EVIL", EVIL))).run();
            for stream in [&output.stdout, &output.stderr] {
                assert!(stream.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{output}");
                shown += stream.matches(r"ev\u{1b}[2Jil").count();
            }
            assert!(output.exit.is_some_and(|exit| exit != 1), "{output}");
        }
        assert!(shown > 40, "what was planted was hardly shown: {shown}");
        assert_eq!(json(&t, ["user", "list"], "users")["rows"][0]["name"], EVIL);
    }
}

/// Questions of which nobody should wait for more than their answer.
const SHORT: [&[&str]; 5] = [
    &["ready"],
    &["item", "list"],
    &["item", "show", "CB-1"],
    &["item", "history", "CB-1"],
    &["assignment", "list", "--agent", "coder"],
];

on_sqlite! {
    why: "PostgreSQL has no connection that answers before it returns";
    async fn short_questions_are_answered_on_the_thread_that_asks(t: TestDb) {
        init(&t);
        t.callboard(["item", "add", "one"]).run().ok();
        t.callboard(["agent", "register", "coder"]).run().ok();
        for args in SHORT {
            let traced = t.callboard(args.iter().copied()).arg("-vv").run().ok();
            // What sqlx sends goes through a thread of its own.
            assert!(!traced.stderr.contains("sqlx::query"), "{args:?}: {traced}");
        }
        let traced = t.callboard(["board", "-vv"]).run().ok();
        assert!(traced.stderr.contains("sqlx::query"), "the control is sent by sqlx, and traced by it: {traced}");
    }
}

both! {
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

    async fn verbose_twice_traces_each_statement_whoever_sends_it(t: TestDb) {
        init(&t);
        t.callboard(["item", "add", "one"]).run().ok();
        t.callboard(["agent", "register", "coder"]).run().ok();
        let of_items = |args: &[&str]| {
            let traced = t.callboard(args.iter().copied()).arg("-vv").run().ok();
            assert!(traced.stderr.contains("work_items"), "{args:?}: {traced}");
        };
        for args in SHORT {
            of_items(args);
        }
        of_items(&["claim", "--agent", "coder"]);
        of_items(&["board"]);
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
