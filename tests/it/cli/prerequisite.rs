use callboard_service::entity::work_items;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use support::{TestDb, both};

use super::{add_items, init, json, refused, text};

/// How many prerequisites an item still waits for, from its row.
async fn unmet(t: &TestDb, key: &str) -> i64 {
    let found = work_items::Entity::find().filter(work_items::Column::Key.eq(key)).one(&t.raw().await).await;
    found.expect("read the item").unwrap_or_else(|| panic!("there is no item {key}")).unmet_prerequisites
}

/// Four items of which CB-2 waits for CB-1, and CB-3 for CB-2.
async fn chain(t: &TestDb) {
    init(t);
    add_items(t, &["the parser", "the printer", "the manual", "the poster"]).await;
    assert_eq!(text(t, ["prerequisite", "add", "CB-2", "CB-1"]), "CB-2 needs CB-1: pending\n");
    text(t, ["prerequisite", "add", "CB-3", "CB-2"]);
}

both! {
    async fn is_added_once(t: TestDb) {
        chain(&t).await;
        assert_eq!((unmet(&t, "CB-1").await, unmet(&t, "CB-2").await), (0, 1));
        let again = json(&t, ["prerequisite", "add", "CB-2", "CB-1"], "added_prerequisite");
        assert_eq!((&again["already"], &again["edge"]["status"]), (&true.into(), &"pending".into()));
        assert!(text(&t, ["prerequisite", "add", "CB-2", "CB-1"]).contains("it was there before; nothing was changed"));
        let optional = ["prerequisite", "add", "CB-2", "CB-4", "--optional", "--description", "a look at it helps"];
        assert_eq!(text(&t, optional), "CB-2 needs CB-4: pending, optional\n");
        assert_eq!(unmet(&t, "CB-2").await, 1);
    }

    async fn a_wrong_one_is_not_added(t: TestDb) {
        chain(&t).await;
        let said = refused(&t, ["prerequisite", "add", "CB-1", "CB-3"], 14);
        assert!(said.contains("CB-1 -> CB-3 -> CB-2 -> CB-1") && said.contains("prerequisite remove"), "{said}");
        refused(&t, ["prerequisite", "add", "CB-1", "CB-1"], 14);
        assert!(refused(&t, ["prerequisite", "add", "CB-1", "CB-99"], 13).contains("item list"));
        refused(&t, ["prerequisite", "add", "CB-1"], 2);
        assert_eq!(unmet(&t, "CB-1").await, 0);
    }

    async fn is_listed_in_both_directions(t: TestDb) {
        chain(&t).await;
        text(&t, ["prerequisite", "add", "CB-2", "CB-4", "--optional", "--description", "a look at it helps"]);
        let listed = json(&t, ["prerequisite", "list", "CB-2"], "prerequisites");
        let keys = |what: &str| {
            let edges = listed[what].as_array().expect("a list of edges");
            edges.iter().map(|edge| edge["item"]["key"].as_str().expect("a key").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!((keys("prerequisites"), keys("dependents")), (vec!["CB-1".to_owned(), "CB-4".to_owned()], vec!["CB-3".to_owned()]));
        let said = text(&t, ["prerequisite", "list", "CB-2"]);
        let (waits_for, waited_for) = said.split_once("Is waited for by").expect("both directions");
        assert!(waits_for.contains("the parser") && waits_for.contains("optional; a look at it helps"), "{said}");
        assert!(waited_for.contains("the manual") && !said.contains("is done"), "{said}");
        let alone = text(&t, ["prerequisite", "list", &add_items(&t, &["alone"]).await[0]]);
        assert_eq!(alone, "CB-5 waits for nothing, and nothing waits for it.\n");
        refused(&t, ["prerequisite", "list", "CB-99"], 13);
    }

    async fn is_waived_by_somebody_for_a_reason(t: TestDb) {
        chain(&t).await;
        let waive = ["prerequisite", "waive", "CB-2", "CB-1", "--reason", "the old parser will do"];
        let said = refused(&t, ["prerequisite", "waive", "CB-2", "CB-1"], 2);
        assert!(said.contains("--reason"), "{said}");
        refused(&t, ["prerequisite", "waive", "CB-2", "CB-1", "--reason", " "], 18);
        t.callboard(waive).args(["--as", "system"]).run().code(18);
        assert_eq!(unmet(&t, "CB-2").await, 1);
        assert_eq!(text(&t, waive), "CB-2 goes on without CB-1: waived by user:ada\n");
        assert_eq!(unmet(&t, "CB-2").await, 0);
        let again = json(&t, waive, "waived_prerequisite");
        assert_eq!((&again["already"], &again["edge"]["waived_by"]), (&true.into(), &"user:ada".into()));
        let listed = text(&t, ["prerequisite", "list", "CB-2"]);
        assert!(listed.contains("waived by user:ada: the old parser will do"), "{listed}");
        let said = refused(&t, ["prerequisite", "waive", "CB-1", "CB-2", "--reason", "x"], 13);
        assert!(said.contains("CB-1 -> CB-2") && said.contains("prerequisite list"), "{said}");
    }

    async fn is_removed(t: TestDb) {
        chain(&t).await;
        let would = t.callboard(["prerequisite", "remove", "CB-2", "CB-1", "--dry-run"]).run().ok();
        assert_eq!(would.stdout, "CB-2 no longer needs CB-1, which was pending\n");
        assert!(would.stderr.contains("nothing was changed"), "{would}");
        assert_eq!(unmet(&t, "CB-2").await, 1);
        assert_eq!(text(&t, ["prerequisite", "remove", "CB-2", "CB-1"]), would.stdout);
        assert_eq!(unmet(&t, "CB-2").await, 0);
        let removed = json(&t, ["prerequisite", "remove", "CB-3", "CB-2"], "removed_prerequisite");
        assert_eq!((&removed["status"], &removed["is_mandatory"]), (&"pending".into(), &true.into()));
        refused(&t, ["prerequisite", "remove", "CB-2", "CB-1"], 13);
        // What was a cycle is none any more.
        text(&t, ["prerequisite", "add", "CB-1", "CB-3"]);
    }

    async fn completing_what_others_wait_for_sets_them_free(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "base"]);
        text(&t, ["item", "add", "next", "--waits-for", "CB-1"]);
        assert!(refused(&t, ["done", "CB-2"], 14).contains("prerequisites"));
        assert!(text(&t, ["done", "CB-1"]).contains("1 item does not wait"));
        text(&t, ["done", "CB-2"]);
    }
}
