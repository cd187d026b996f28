use callboard_service::entity::{work_item_events, work_sessions};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use support::{TestDb, both};

use super::{add_items, data, init, json, refused, text};

async fn row(t: &TestDb, key: &str) -> work_sessions::Model {
    let rows = work_sessions::Entity::find().all(&t.raw().await).await.expect("read the sessions");
    rows.into_iter().find(|row| row.key == key).unwrap_or_else(|| panic!("there is no session {key}"))
}

/// The sessions that the ledger names, oldest row first.
async fn named(t: &TestDb) -> Vec<(String, Option<uuid::Uuid>)> {
    let mut rows = work_item_events::Entity::find().all(&t.raw().await).await.expect("read the ledger");
    rows.sort_by_key(|row| row.id);
    rows.into_iter().map(|row| (row.kind, row.session_id)).collect()
}

both! {
    async fn is_started_paused_resumed_and_ended(t: TestDb) {
        init(&t);
        add_items(&t, &["first"]).await;
        let args = ["session", "start", "--key", "monday", "--type", "review", "--item", "CB-1", "--metadata", r#"{"a": 1}"#];
        let started = t.callboard(args).run().ok();
        assert_eq!(started.stdout, "monday\n");
        assert!(started.stderr.contains("export CALLBOARD_SESSION=monday"), "{started}");
        let stored = row(&t, "monday").await;
        assert_eq!((stored.source.as_str(), stored.session_type.as_str(), stored.metadata), ("cli", "review", Some(json!({"a": 1}))));
        assert!(refused(&t, ["session", "start"], 14).contains("session end monday"));
        let made = json(&t, ["session", "start", "--beside"], "session");
        let key = made["key"].as_str().expect("a key").to_owned();
        assert_eq!(text(&t, ["session", "abandon", &key, "--reason", "not needed"]).lines().next(), Some(&*format!("{key} is abandoned")));

        assert!(text(&t, ["session", "pause", "--reason", "lunch"]).starts_with("monday is paused\n"));
        assert!(text(&t, ["session", "pause", "monday"]).starts_with("monday is already paused\n"));
        assert!(refused(&t, ["session", "push", "CB-1", "--session", "monday"], 14).contains("session show monday"));
        assert_eq!(json(&t, ["session", "resume"], "changed_session")["session"]["status"], "active");
        let ended = t.callboard(["session", "end", "--summary", "-"]).stdin("It is done.\nAll of it.").run().ok();
        assert!(ended.stdout.starts_with("monday is completed\n"), "{ended}");
        let stored = row(&t, "monday").await;
        assert_eq!((stored.status.as_str(), stored.summary.as_deref()), ("completed", Some("It is done.\nAll of it.")));
        assert!(refused(&t, ["session", "resume", "monday"], 14).contains("session monday is completed"));
        assert!(refused(&t, ["session", "end"], 13).contains("CALLBOARD_SESSION"));
    }

    async fn its_stack_its_notes_and_its_commands(t: TestDb) {
        init(&t);
        add_items(&t, &["first", "second", "third"]).await;
        text(&t, ["session", "start", "--key", "day"]);
        text(&t, ["session", "push", "CB-1"]);
        assert_eq!(text(&t, ["session", "push", "CB-2"]), "Works on:       CB-2 second\nthen:           CB-1 first\n");
        let switched = json(&t, ["session", "switch", "CB-3", "--session", "day"], "session_context");
        assert_eq!((&switched["stack"][0]["key"], &switched["stack"][1]["key"]), (&"CB-1".into(), &"CB-3".into()));
        assert_eq!(text(&t, ["session", "pop"]), "Works on:       CB-1 first\n");
        assert_eq!(text(&t, ["session", "note", "it is slow"]), "5 note\n");
        let piped = t.callboard(["session", "note", "-", "--item", "CB-2", "--json"]).stdin("two\nlines").run();
        assert_eq!(data(piped, "session_event")["data"]["text"], "two\nlines");
        text(&t, ["session", "command", "cargo test", "--exit-code", "-1"]);
        let shown = text(&t, ["session", "show", "day"]);
        for expected in ["day  active", "user:ada", "Works on:       CB-1 first", "it is slow", "cargo test (exit code -1)", "two lines"] {
            assert!(shown.contains(expected), "{expected}\n{shown}");
        }
        let page = t.callboard(["session", "show", "--session", "day", "--limit", "2"]).run().ok();
        assert!(page.stderr.contains("--before 6") && !page.stdout.contains("it is slow"), "{page}");
        assert!(text(&t, ["session", "show", "day", "--before", "6"]).contains("it is slow"));
        assert!(refused(&t, ["session", "show"], 2).contains("session list"));
        assert!(refused(&t, ["session", "note", ""], 18).contains("must not be empty"));
        assert!(refused(&t, ["session", "push", "CB-9"], 13).contains("item list"));
    }

    /// The flag, else the environment; a session that is over is refused, whatever is to be changed.
    async fn what_is_changed_names_the_session(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder"]);
        text(&t, ["session", "start", "--key", "by-ada"]);
        text(&t, ["session", "start", "--key", "by-coder", "--as", "agent:coder"]);
        let (ada, coder) = (row(&t, "by-ada").await.id, row(&t, "by-coder").await.id);
        text(&t, ["item", "add", "first", "--session", "by-ada"]);
        t.callboard(["item", "add", "second"]).env("CALLBOARD_SESSION", "by-ada").run().ok();
        t.callboard(["item", "comment", "CB-2", "x"]).env("CALLBOARD_SESSION", "").run().ok();
        let claim = ["claim", "--agent", "coder", "--session", "by-coder"];
        let claimed = data(t.callboard(claim).arg("--json").env("CALLBOARD_SESSION", "by-ada").run(), "claim");
        let assignment = claimed["claimed"][0]["assignment"].as_str().expect("an id");
        t.callboard(["complete", "--assignment", assignment]).env("CALLBOARD_SESSION", "by-coder").run().ok();
        let expected = [
            ("created", Some(ada)),
            ("created", Some(ada)),
            ("comment", None),
            ("claimed", Some(coder)),
            ("completed", Some(coder)),
        ];
        assert_eq!(named(&t).await, expected.map(|(kind, session)| (kind.to_owned(), session)));
        let history = json(&t, ["item", "history", "CB-1"], "item_history");
        assert_eq!(history["events"][0]["session_id"], coder.to_string());
        let shown = text(&t, ["session", "show", "by-coder"]);
        assert!(shown.contains("Changes of items: 2") && shown.contains("claimed") && shown.contains("agent:coder"), "{shown}");

        text(&t, ["session", "end", "by-ada"]);
        let said = refused(&t, ["item", "add", "third", "--session", "by-ada"], 14);
        assert!(said.contains("session 'by-ada' is completed") && said.contains("unset CALLBOARD_SESSION"), "{said}");
        refused(&t, ["item", "cancel", "CB-2", "--dry-run", "--session", "by-ada"], 14);
        assert!(refused(&t, ["item", "add", "third", "--session", "by-adda"], 13).contains("near to it: by-ada"));
        assert_eq!(named(&t).await.len(), 5, "nothing was written");
        // What only looks, and what is about sessions, goes on.
        t.callboard(["item", "list"]).env("CALLBOARD_SESSION", "by-ada").run().ok();
        t.callboard(["session", "start", "--key", "next"]).env("CALLBOARD_SESSION", "by-ada").run().ok();
    }

    /// One flag, and one variable, for whatever is written; what only looks is not narrowed by it.
    async fn what_continuity_keeps_names_the_session_too(t: TestDb) {
        init(&t);
        add_items(&t, &["first", "second"]).await;
        text(&t, ["session", "start", "--key", "day"]);
        let day = row(&t, "day").await;
        std::fs::create_dir(t.dir().join("project")).expect("make a folder");
        text(&t, ["project", "edit", "demo", "--root", "project"]);
        std::fs::write(t.dir().join("project/a"), "abc").expect("write");
        let inside = |args: &[&str]| t.callboard(args).env("CALLBOARD_SESSION", "day").arg("--json").run();
        let id = Value::from(day.id.to_string());

        let scan = data(inside(&["file", "scan"]), "file_scan");
        assert_eq!((&scan["since_what"], &scan["operations"][0]["path"]), (&"session day".into(), &"a".into()));
        let why = ["--rationale", "it was missing", "--decision", "Add a"];
        let track = ["file", "track", "create", "project/a", "--item", "CB-1"];
        let tracked = data(inside(&[&track[..], &why[..]].concat()), "tracked_files");
        let decision = &tracked["decision"];
        assert_eq!((&tracked["operations"][0]["session_id"], &decision["session_id"]), (&id, &id));
        assert_eq!((&decision["key"], &decision["title"], &decision["rationale"]), (&"CB-D1".into(), &"Add a".into(), &why[1].into()));
        let added = data(inside(&["decision", "add", "Two", "Two.", "Why not."]), "decision");
        assert_eq!((&added["session_id"], &added["work_item_id"]), (&id, &Value::Null));
        let third = ["decision", "evolve", "2", "superseded", "--reason", "few", "--title", "Three", "--decision", "3", "--rationale", "4"];
        assert_eq!(data(inside(&third), "evolved_decision")["new"]["session_id"], id);
        let note = data(inside(&["checkpoint", "CB-1", "--note", "half"]), "added_checkpoint");
        assert_eq!((&note["checkpoint"]["session_id"], &note["checkpoint"]["assignment_id"]), (&id, &Value::Null));
        data(inside(&["handover", "CB-1", "--note", "go on"]), "handed_over");
        let by_whom = named(&t).await;
        let kinds: Vec<&str> = by_whom.iter().map(|(kind, _)| kind.as_str()).collect();
        assert_eq!(kinds, ["created", "created", "files_tracked", "decision", "checkpoint", "handed_over"]);
        assert!(by_whom[2..].iter().all(|(_, session)| *session == Some(day.id)), "{by_whom:?}");

        text(&t, ["decision", "add", "Four", "Four.", "Outside."]);
        let of = |page: Value| page["rows"].as_array().map(Vec::len);
        assert_eq!(of(data(inside(&["decision", "list"]), "decisions")), Some(4), "the variable narrows nothing");
        assert_eq!(of(json(&t, ["decision", "list", "--during", "day"], "decisions")), Some(3));
        assert_eq!(of(json(&t, ["file", "list", "--during", "day"], "files")), Some(1));
        refused(&t, ["file", "track", "create", "project/a", "--item", "CB-1", "--decision", "without a reason"], 2);
        text(&t, ["session", "end", "day"]);
        for args in [
            &["file", "scan"][..],
            &["handover", "CB-2", "--note", "x", "--dry-run"][..],
            &["checkpoint", "CB-1", "--note", "late"][..],
            &["decision", "add", "a", "b", "c"][..],
        ] {
            t.callboard(args).env("CALLBOARD_SESSION", "day").run().code(14);
        }
    }

    async fn an_agent_that_is_not_active_starts_none_and_its_own_end_with_it(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder"]);
        text(&t, ["session", "start", "--key", "day", "--as", "agent:coder"]);
        text(&t, ["session", "pause", "day"]);
        text(&t, ["agent", "edit", "coder", "--status", "inactive"]);
        for args in [&["session", "start"][..], &["session", "resume", "day"][..]] {
            let refused = t.callboard(args).args(["--as", "agent:coder"]).run().code(14);
            assert!(refused.stderr.contains("callboard agent edit coder --status active"), "{refused}");
        }
        let rehearsed = json(&t, ["agent", "archive", "coder", "--dry-run"], "archived_agent");
        assert_eq!(rehearsed["abandoned_sessions"], json!(["day"]));
        assert_eq!(row(&t, "day").await.status.as_str(), "paused");
        let archived = text(&t, ["agent", "archive", "coder", "--reason", "left us"]);
        assert!(archived.contains("Abandoned sessions: day"), "{archived}");
        assert_eq!(row(&t, "day").await.status.as_str(), "abandoned");
        assert!(text(&t, ["session", "show", "day"]).contains("agent coder was archived: left us"));
    }

    async fn status_shows_where_i_am_and_list_who_is_at_work(t: TestDb) {
        init(&t);
        add_items(&t, &["first"]).await;
        text(&t, ["agent", "register", "coder"]);
        assert_eq!(text(&t, ["session", "status"]), "user:ada is in no session\n\nHeld by user:ada\nNo item.\n");
        text(&t, ["session", "start", "--key", "day", "--as", "agent:coder", "--item", "CB-1"]);
        text(&t, ["session", "start", "--key", "other", "--as", "agent:coder", "--beside"]);
        text(&t, ["session", "pause", "other"]);
        text(&t, ["claim", "--agent", "coder"]);
        text(&t, ["session", "note", "it is slow", "--session", "day"]);
        let said = text(&t, ["session", "status", "--as", "agent:coder"]);
        for expected in ["day  active", "agent:coder", "CB-1 first", "it is slow", "Other open sessions of agent:coder", "other", "started", "in "] {
            assert!(said.contains(expected), "{expected}\n{said}");
        }
        let named = json(&t, ["session", "status", "--session", "other"], "session_status");
        assert_eq!((&named["actor"], &named["session"]["session"]["key"]), (&"user:ada".into(), &"other".into()));
        let listed = json(&t, ["session", "list"], "sessions");
        let keys: Vec<&Value> = listed["rows"].as_array().expect("rows").iter().map(|row| &row["session"]["key"]).collect();
        assert_eq!(keys, ["other", "day"]);
        let open = text(&t, ["session", "list", "--open", "--agent", "coder", "--limit", "1"]);
        assert!(open.contains("other") && open.contains("agent:coder") && !open.contains("day"), "{open}");
        assert!(!text(&t, ["session", "list", "--status", "paused"]).contains("day"));
        assert_eq!(text(&t, ["session", "list", "--user", "ada"]), "No sessions.\n");
        refused(&t, ["session", "list", "--open", "--status", "paused"], 2);
    }

    /// A check that finds something prints it all the same, and ends with 3.
    async fn continuity_counts_and_checks(t: TestDb) {
        init(&t);
        add_items(&t, &["first"]).await;
        let none = t.callboard(["session", "continuity", "--check"]).run().ok();
        assert_eq!(none.stdout.matches(" 0").count(), 4, "{none}");
        text(&t, ["session", "start", "--key", "day"]);
        text(&t, ["agent", "register", "coder"]);
        text(&t, ["claim", "--agent", "coder"]);
        let found = t.callboard(["session", "continuity", "--check"]).run().code(3);
        assert!(found.stdout.contains("day") && found.stdout.contains("CB-1"), "{found}");
        assert!(found.stderr.contains("the check found 2 things"), "{found}");
        let machine = t.callboard(["session", "continuity", "--check", "--json"]).run().code(3);
        let report = &machine.json()["data"];
        assert_eq!((&report["open_sessions"]["count"], &report["open_sessions"]["first"][0]), (&1.into(), &"day".into()));
        assert_eq!(report["in_progress_without_checkpoint"], json!({"count": 1, "first": ["CB-1"]}));
        let error: Value = serde_json::from_str(&machine.stderr).expect("an error as JSON");
        assert_eq!((&error["data"]["exit_code"], &error["data"]["code"]), (&3.into(), &"check_found".into()));
        // Without --check the same figures are no failure.
        assert_eq!(json(&t, ["session", "continuity", "--project", "demo"], "continuity")["expired_leases"]["count"], 0);
        t.raw().await.execute_unprepared("UPDATE task_assignments SET lease_expires_at = started_at").await.expect("lapse");
        assert_eq!(json(&t, ["session", "continuity"], "continuity")["expired_leases"]["first"][0], "CB-1");
        refused(&t, ["session", "continuity", "--check", "--project", "nowhere"], 13);
    }
}
