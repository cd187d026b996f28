use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn is_set_for_the_board_and_for_a_project(t: TestDb) {
        init(&t);
        assert_eq!(text(&t, ["setting", "get", "default_actor"]), "user:ada\n");
        assert_eq!(json(&t, ["setting", "get", "lease_seconds"], "setting")["source"], "default");
        text(&t, ["setting", "set", "lease_seconds", "1800"]);
        assert_eq!(text(&t, ["setting", "set", "lease_seconds", "60", "--project", "demo"]), "lease_seconds = 60\n");
        assert_eq!(text(&t, ["setting", "get", "lease_seconds"]), "1800\n");
        assert_eq!(text(&t, ["setting", "get", "lease_seconds", "--project", "demo"]), "60\n");
        assert_eq!(json(&t, ["setting", "list"], "settings")[2]["value"], 1800);
        assert!(text(&t, ["setting", "list", "--project", "demo"]).contains("60"));
        assert_eq!(text(&t, ["setting", "unset", "lease_seconds"]), "lease_seconds = 900 (default)\n");
    }

    async fn a_wrong_one_is_refused(t: TestDb) {
        init(&t);
        assert!(refused(&t, ["setting", "get", "lease_secs"], 13).contains("lease_seconds"));
        refused(&t, ["setting", "set", "lease_seconds", "0"], 18);
        refused(&t, ["setting", "set", "lease_seconds", "31536000"], 18);
        refused(&t, ["setting", "set", "default_project", "nowhere"], 13);
        refused(&t, ["setting", "set", "default_actor", "user:ada", "--project", "demo"], 18);
        refused(&t, ["setting", "unset", "lease_seconds"], 13);
    }
}
