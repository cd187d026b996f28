use callboard_service::entity::{work_item_archives, work_items};
use sea_orm::{EntityTrait, PaginatorTrait};
use support::{TestDb, both};

use super::{add_items, init, json, refused, text};

async fn archives(t: &TestDb) -> u64 {
    work_item_archives::Entity::find().count(&t.raw().await).await.expect("count the archives")
}

both! {
    async fn an_item_goes_is_shown_and_comes_back(t: TestDb) {
        init(&t);
        add_items(&t, &["first", "second"]).await;
        text(&t, ["item", "cancel", "CB-1", "--reason", "not needed"]);
        let tried = json(&t, ["archive", "add", "CB-1", "--dry-run"], "archived");
        assert_eq!((&tried["item"], archives(&t).await), (&"CB-1".into(), 0));
        let said = text(&t, ["archive", "add", "CB-1"]);
        assert!(said.starts_with("CB-1 is in the archive as completed\n"), "{said}");
        assert_eq!(archives(&t).await, 1);
        assert!(refused(&t, ["item", "show", "CB-1"], 13).contains("CB-1"));
        assert!(refused(&t, ["archive", "add", "CB-2"], 18).contains("neither finished nor dead"));
        text(&t, ["archive", "add", "CB-2", "--reason", "orphaned"]);
        let listed = text(&t, ["archive", "list"]);
        assert!(listed.contains("CB-1") && listed.contains("orphaned"), "{listed}");
        let page = json(&t, ["archive", "list", "--reason", "completed"], "archives");
        assert_eq!((page["rows"].as_array().map(Vec::len), &page["rows"][0]["item"]), (Some(1), &"CB-1".into()));
        let shown = json(&t, ["archive", "show", "cb-1"], "archive");
        assert_eq!((&shown["intact"], &shown["content"]["item"][0]["title"]), (&true.into(), &"first".into()));
        assert!(text(&t, ["archive", "show", "CB-1"]).contains("can be restored"));

        let back = text(&t, ["archive", "restore", "CB-1"]);
        assert!(back.starts_with("CB-1 is back, cancelled\n"), "{back}");
        let row = work_items::Entity::find().one(&t.raw().await).await.expect("read").expect("the item");
        assert_eq!((row.key.as_str(), row.title.as_str(), archives(&t).await), ("CB-1", "first", 1));
        assert!(refused(&t, ["archive", "restore", "CB-1"], 13).contains("no archive 'CB-1'"));
        assert!(refused(&t, ["archive", "purge", "CB-2"], 2).contains("--reason"));
        assert_eq!(text(&t, ["archive", "purge", "CB-2", "--reason", "a test"]), "CB-2 is gone for good: second\n");
        assert_eq!(archives(&t).await, 0);
        assert_eq!(text(&t, ["archive", "list"]), "The archive is empty.\n");
    }

    async fn what_does_not_fit_is_named_with_the_way_out(t: TestDb) {
        init(&t);
        add_items(&t, &["first", "second"]).await;
        text(&t, ["prerequisite", "add", "CB-2", "CB-1"]);
        assert!(refused(&t, ["archive", "add", "CB-1", "--reason", "stale"], 14).contains("CB-2"));
        text(&t, ["archive", "add", "CB-2", "--reason", "stale"]);
        text(&t, ["archive", "add", "CB-1", "--reason", "stale"]);
        let said = refused(&t, ["archive", "restore", "CB-2"], 14);
        assert!(said.contains("CB-1") && said.contains("--leave-out"), "{said}");
        let back = json(&t, ["archive", "restore", "CB-2", "--leave-out"], "restored_archive");
        assert!(back["left_out"][0].as_str().is_some_and(|row| row.contains("CB-1")), "{back}");
        assert!(refused(&t, ["archive", "restore", "CB-9"], 13).contains("CB-9"));
    }
}
