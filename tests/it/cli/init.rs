use support::cli::{at_once, callboard};
use support::{TestDb, both_empty, plain};

use super::{data, init, json, text};

both_empty! {
    async fn makes_a_board_and_a_repeat_changes_nothing(t: TestDb) {
        let first = init(&t);
        assert_eq!(first["already"], false);
        assert!(first["migrated"].as_array().is_some_and(|m| !m.is_empty()), "{first}");
        assert_eq!((&first["default_actor"], &first["default_project"]), (&"user:ada".into(), &"demo".into()));
        assert_eq!(first["added_project"]["key_prefix"], "CB");
        let again = init(&t);
        assert_eq!((&again["already"], &again["migrated"]), (&true.into(), &serde_json::json!([])));
        assert_eq!(again["default_actor"], "user:ada");
        assert!(text(&t, ["init"]).starts_with("The board was there already: "));
        assert_eq!(json(&t, ["user", "list"], "users")["rows"].as_array().map(Vec::len), Some(1));
    }

    async fn another_user_and_project_are_added_and_the_defaults_stay(t: TestDb) {
        init(&t);
        let more = json(&t, ["init", "--user", "bob", "--project-name", "Other Thing"], "init");
        assert_eq!(more["added_user"]["name"], "bob");
        assert_eq!((&more["added_project"]["slug"], &more["added_project"]["key_prefix"]), (&"other-thing".into(), &"OT".into()));
        assert_eq!((&more["default_actor"], &more["default_project"]), (&"user:ada".into(), &"demo".into()));
    }

    /// Its controls are those of concurrency/init.rs and migration/race.rs.
    async fn eight_at_once_make_one_board(t: TestDb) {
        let run = || t.callboard(["init", "--project-name", "Demo", "--json"]).env("USER", "ada");
        let done: Vec<_> = at_once((0..8).map(|_| run())).into_iter().map(|output| data(output, "init")).collect();
        assert_eq!(done.iter().filter(|d| !d["added_user"].is_null()).count(), 1);
        assert_eq!(done.iter().filter(|d| !d["added_project"].is_null()).count(), 1);
        assert!(done.iter().all(|d| d["default_project"] == "demo"), "{done:?}");
    }
}

plain! {
    fn without_a_url_the_board_is_in_the_folder_and_found_below_it() {
        let dir = support::scratch_dir();
        let folder = dir.path().join("Web Shop").join("deep");
        std::fs::create_dir_all(&folder).expect("make folders");
        let shop = dir.path().join("Web Shop");
        let made = data(callboard(&shop).args(["init", "--json"]).env("USER", "ada").run(), "init");
        assert_eq!((&made["default_project"], &made["default_actor"]), (&"web-shop".into(), &"user:ada".into()));
        assert_eq!(made["added_project"]["key_prefix"], "WS");
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &str| std::fs::metadata(shop.join(path)).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(".callboard"), mode(".callboard/callboard.db")), (0o700, 0o600));
        let below = data(callboard(&folder).args(["init", "--json"]).run(), "init");
        assert_eq!(below["already"], true);
        assert!(!folder.join(".callboard").exists());
    }
}
