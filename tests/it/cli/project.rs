use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn is_added_shown_listed_edited_archived_and_restored(t: TestDb) {
        init(&t);
        assert_eq!(text(&t, ["project", "add", "Web Shop"]), "web-shop  WS-1, WS-2, ...\n");
        text(&t, ["item", "add", "one", "two", "--project", "web-shop"]);
        let shown = json(&t, ["project", "show", "web-shop"], "project_details");
        assert_eq!((&shown["items"]["total"], &shown["project"]["next_item_number"]), (&2.into(), &3.into()));
        assert!(text(&t, ["project", "show", "web-shop"]).contains("WS-1 to WS-2"));
        json(&t, ["project", "edit", "web-shop", "--new-slug", "shop", "--root", "/srv/shop"], "project");
        let listed = text(&t, ["project", "list"]);
        assert!(listed.contains("shop") && listed.contains("demo") && listed.contains("2 todo"), "{listed}");
        let dry = t.callboard(["project", "archive", "shop", "--dry-run", "--json"]).run().ok().json();
        assert_eq!((&dry["dry_run"], &dry["data"]["items"]), (&true.into(), &2.into()));
        assert_eq!(text(&t, ["project", "archive", "shop"]), "shop is archived, with 2 items\n");
        refused(&t, ["item", "add", "three", "--project", "shop"], 14);
        assert!(!text(&t, ["project", "list"]).contains("shop"));
        assert!(text(&t, ["project", "list", "--archived"]).contains("shop"));
        assert_eq!(json(&t, ["project", "restore", "shop"], "project_archive")["items"], 2);
    }

    async fn the_default_is_used_where_none_is_named(t: TestDb) {
        init(&t);
        text(&t, ["project", "add", "Other", "--prefix", "oth"]);
        assert_eq!(text(&t, ["item", "add", "here"]), "CB-1  here\n");
        assert_eq!(t.callboard(["item", "add", "there"]).env("CALLBOARD_PROJECT", "other").run().ok().stdout, "OTH-1  there\n");
        text(&t, ["setting", "set", "default_project", "other"]);
        assert_eq!(text(&t, ["item", "add", "again"]), "OTH-2  again\n");
        // What is listed and claimed comes from everywhere, unless a project is named.
        assert_eq!(json(&t, ["item", "list"], "items")["items"].as_array().map(Vec::len), Some(3));
        assert_eq!(json(&t, ["ready", "--project", "demo"], "ready")["items"].as_array().map(Vec::len), Some(1));
    }

    async fn refusals_name_the_rule(t: TestDb) {
        init(&t);
        refused(&t, ["project", "add", "Demo"], 14);
        refused(&t, ["project", "add", "Other", "--prefix", "CB"], 14);
        refused(&t, ["project", "add", "Other", "--prefix", "1"], 18);
        refused(&t, ["project", "add", "Other", "--slug", "Not A Slug"], 18);
        refused(&t, ["project", "add", "Other", "--root", "relative"], 18);
        assert!(refused(&t, ["item", "add", "x", "--project", "dem"], 13).contains("near to it: demo"));
    }
}
