use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn is_added_shown_listed_edited_and_removed(t: TestDb) {
        init(&t);
        assert_eq!(text(&t, ["user", "add", "Grace Hopper", "--email", "Grace@Example.org"]), "user:Grace Hopper\n");
        assert_eq!(json(&t, ["user", "show", "Grace Hopper"], "user_details")["user"]["email"], "grace@example.org");
        assert!(text(&t, ["user", "show", "Grace Hopper"]).contains("grace@example.org"));
        let edited = json(&t, ["user", "edit", "Grace Hopper", "--name", "grace", "--no-email"], "user");
        assert_eq!((&edited["name"], &edited["email"]), (&"grace".into(), &serde_json::Value::Null));
        let listed = json(&t, ["user", "list", "--limit", "1"], "users");
        assert_eq!((listed["rows"][0]["name"].as_str(), listed["next"].is_string()), (Some("ada"), true));
        let next = listed["next"].as_str().expect("an id");
        assert!(text(&t, ["user", "list", "--after", next]).contains("grace"));
        assert_eq!(text(&t, ["user", "remove", "grace"]), "Removed user:grace\n");
        refused(&t, ["user", "show", "grace"], 13);
    }

    async fn refusals_say_what_and_what_next(t: TestDb) {
        init(&t);
        assert!(refused(&t, ["user", "add", "ada"], 14).contains("'ada' exists already"));
        assert!(refused(&t, ["user", "show", "adda"], 13).contains("near to it: ada"));
        assert!(refused(&t, ["user", "add", ""], 18).contains("must not be empty"));
        assert!(refused(&t, ["user", "edit", "nobody", "--name", "x"], 13).contains("user list"));
        // She is the default actor.
        refused(&t, ["user", "remove", "ada"], 14);
        refused(&t, ["user", "list", "--limit", "0"], 18);
        refused(&t, ["user", "edit", "ada", "--email", "x@y.z", "--no-email"], 2);
        let help = t.callboard(["user"]).run().code(2);
        assert!(help.stdout.is_empty() && help.stderr.contains("Usage: callboard user"), "{help}");
    }

    async fn the_actor_is_the_flag_else_the_environment_else_the_setting(t: TestDb) {
        init(&t);
        refused(&t, ["user", "add", "bob", "--as", "user:nobody"], 13);
        refused(&t, ["user", "add", "bob", "--as", "ada"], 18);
        t.callboard(["user", "add", "bob"]).env("CALLBOARD_ACTOR", "user:nobody").run().code(13);
        t.callboard(["user", "add", "bob", "--as", "user:ada"]).env("CALLBOARD_ACTOR", "user:nobody").run().ok();
        text(&t, ["setting", "unset", "default_actor"]);
        let said = refused(&t, ["user", "add", "eve"], 2);
        assert!(said.contains("--as user:NAME"), "{said}");
        text(&t, ["user", "add", "eve", "--as", "system"]);
    }

    async fn a_repeat_with_an_idempotency_key_gives_the_first_answer(t: TestDb) {
        init(&t);
        let first = json(&t, ["user", "add", "bob", "--idempotency-key", "k1"], "user");
        assert_eq!(json(&t, ["user", "add", "bob", "--idempotency-key", "k1"], "user"), first);
        assert!(refused(&t, ["user", "add", "eve", "--idempotency-key", "k1"], 14).contains("'k1'"));
    }
}
