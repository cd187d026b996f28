use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn is_registered_shown_listed_edited_and_granted(t: TestDb) {
        init(&t);
        let grants = ["--grant", "rust:expert", "--grant", "sql", "--max-open", "1", "--tool", "gh"];
        let register = t.callboard(["agent", "register", "coder", "--capability", "docs"]).args(grants);
        assert_eq!(register.args(["--constraints", r#"{"no":["infra"]}"#]).run().ok().stdout, "agent:coder\n");
        let shown = json(&t, ["agent", "show", "coder"], "agent_details");
        assert_eq!((&shown["agent"]["mode"], &shown["agent"]["type"]), (&"implementation".into(), &"implementer".into()));
        assert_eq!(shown["agent"]["constraints"]["no"][0], "infra");
        let granted = shown["capabilities"].as_array().expect("a list");
        let names: Vec<_> = granted.iter().map(|c| format!("{}:{}", c["capability"], c["level"]).replace('"', "")).collect();
        assert_eq!(names, ["docs:basic", "rust:expert", "sql:basic"]);
        text(&t, ["agent", "grant", "coder", "sql", "Proficient", "--verified"]);
        text(&t, ["agent", "revoke", "coder", "docs"]);
        let seen = text(&t, ["agent", "show", "coder"]);
        assert!(seen.contains("rust:expert, sql:proficient (verified)") && seen.contains("Tools:          gh"), "{seen}");
        let edited = json(&t, ["agent", "edit", "coder", "--new-slug", "rust-coder", "--no-max-open", "--no-constraints"], "agent");
        assert_eq!((&edited["slug"], &edited["max_open_assignments"], &edited["constraints"]),
            (&"rust-coder".into(), &serde_json::Value::Null, &serde_json::Value::Null));
        text(&t, ["agent", "register", "reviewer", "--mode", "review", "--type", "reviewer"]);
        let listed = text(&t, ["agent", "list", "--capability", "sql:proficient"]);
        assert!(listed.contains("rust-coder") && !listed.contains("reviewer"), "{listed}");
        assert_eq!(json(&t, ["agent", "list", "--mode", "review"], "agents")["rows"][0]["agent"]["slug"], "reviewer");
    }

    async fn its_items_and_assignments_are_listed(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder"]);
        assert_eq!(text(&t, ["agent", "items", "coder"]), "None.\n");
        text(&t, ["item", "add", "one", "two"]);
        let id = text(&t, ["claim", "--agent", "coder"]);
        text(&t, ["complete", "--assignment", id.trim()]);
        text(&t, ["claim", "--agent", "coder"]);
        assert!(text(&t, ["agent", "items", "coder"]).contains("completed"));
        assert_eq!(json(&t, ["agent", "items", "coder"], "agent_items")["rows"].as_array().map(Vec::len), Some(2));
        let open = json(&t, ["agent", "assignments", "coder", "--open"], "agent_assignments");
        assert_eq!((open["rows"].as_array().map(Vec::len), &open["rows"][0]["item"]["key"]), (Some(1), &"CB-2".into()));
        assert!(text(&t, ["agent", "assignments", "coder"]).contains(id.trim()));
        let seen = text(&t, ["agent", "show", "coder"]);
        assert!(seen.contains("Holds now") && seen.contains("Was assigned"), "{seen}");
        refused(&t, ["agent", "items", "nobody"], 13);
        refused(&t, ["agent", "assignments", "coder", "--limit", "501"], 18);
    }

    async fn what_it_holds_goes_back_only_when_that_is_meant(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder"]);
        text(&t, ["item", "add", "held"]);
        text(&t, ["claim", "--agent", "coder"]);
        let said = refused(&t, ["agent", "archive", "coder"], 2);
        assert!(said.contains("CB-1") && said.contains("--yes"), "{said}");
        let dry = t.callboard(["agent", "archive", "coder", "--dry-run", "--json"]).run().ok().json();
        assert_eq!((&dry["dry_run"], &dry["data"]["released"][0]["key"]), (&true.into(), &"CB-1".into()));
        assert_eq!(json(&t, ["agent", "show", "coder"], "agent_details")["agent"]["status"], "active");
        assert!(text(&t, ["agent", "archive", "coder", "--yes"]).contains("Back in the queue: CB-1"));
        assert_eq!(json(&t, ["item", "show", "CB-1"], "item_details")["item"]["status"], "todo");
        refused(&t, ["claim", "--agent", "coder"], 16);
        assert_eq!(text(&t, ["agent", "restore", "coder"]), "agent:coder is active\n");
        // Nothing is held now, so nothing is asked.
        text(&t, ["agent", "archive", "coder"]);
    }

    async fn refusals_name_the_rule(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder"]);
        assert!(refused(&t, ["agent", "register", "coder"], 14).contains("exists already"));
        assert!(refused(&t, ["agent", "show", "codr"], 13).contains("near to it: coder"));
        refused(&t, ["agent", "register", ""], 18);
        refused(&t, ["agent", "register", "Not A Slug"], 18);
        refused(&t, ["agent", "register", &"a".repeat(65)], 18);
        refused(&t, ["agent", "register", "x", "--grant", "rust:wizard"], 18);
        refused(&t, ["agent", "register", "x", "--mode", "dreaming"], 2);
        refused(&t, ["agent", "register", "x", "--constraints", "{broken"], 2);
        refused(&t, ["agent", "revoke", "coder", "never-had"], 13);
        refused(&t, ["agent", "edit", "coder", "--max-open", "0"], 18);
    }
}
