use callboard_service::entity::{board_projects, work_items};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use support::{TestDb, both};

use super::{add_items, init, json, refused, text};

/// The project's row, as it is now.
async fn row(t: &TestDb, slug: &str) -> board_projects::Model {
    let found = board_projects::Entity::find().filter(board_projects::Column::Slug.eq(slug)).one(&t.raw().await).await;
    found.expect("read the project").unwrap_or_else(|| panic!("there is no project {slug}"))
}

async fn archived_items(t: &TestDb) -> u64 {
    let archived = work_items::Entity::find().filter(work_items::Column::ArchivedAt.is_not_null());
    archived.count(&t.raw().await).await.expect("count archived items")
}

both! {
    async fn is_added_with_a_slug_and_a_prefix_from_its_name(t: TestDb) {
        init(&t);
        let added = t.callboard(["project", "add", "Web Shop"]).run().ok();
        assert_eq!(added.stdout, "web-shop  WS-1, WS-2, ...\n");
        assert!(added.stderr.contains("default_project web-shop"), "{added}");
        let stored = row(&t, "web-shop").await;
        assert_eq!((stored.name.as_str(), stored.key_prefix.as_str(), stored.root_path), ("Web Shop", "WS", None));
        let args = ["project", "add", "Other", "--slug", "oth", "--prefix", "ot", "--root", ".", "--metadata", r#"{"a": 1}"#];
        let made = json(&t, args, "project");
        let here = t.dir().canonicalize().expect("the test's own folder");
        assert_eq!((&made["slug"], &made["key_prefix"], &made["status"]), (&"oth".into(), &"OT".into(), &"active".into()));
        assert_eq!((made["root_path"].as_str(), &made["metadata"]["a"]), (here.to_str(), &1.into()));
        assert_eq!(row(&t, "oth").await.root_path.as_deref(), here.to_str());
    }

    async fn a_wrong_one_is_not_added(t: TestDb) {
        init(&t);
        assert!(refused(&t, ["project", "add", "Demo", "--prefix", "XY"], 14).contains("project 'demo' exists already"));
        let said = refused(&t, ["project", "add", "Callboard", "--prefix", "CB"], 14);
        assert!(said.contains("key prefix 'CB' exists already") && said.contains("--prefix"), "{said}");
        refused(&t, ["project", "add", ""], 18);
        refused(&t, ["project", "add", "x", "--slug", "No Slug"], 18);
        refused(&t, ["project", "add", "x", "--prefix", "4X"], 18);
        refused(&t, ["project", "add", "Xy", "--root", ""], 18);
        refused(&t, ["project", "add", "Xy", "--metadata", "[1]"], 18);
        refused(&t, ["project", "add", "Xy", "--metadata", "{"], 2);
        refused(&t, ["project", "add"], 2);
        assert_eq!(json(&t, ["project", "list"], "projects")["rows"].as_array().map(Vec::len), Some(1));
    }

    async fn is_shown_and_listed_with_its_numbers(t: TestDb) {
        init(&t);
        add_items(&t, &["one", "two"]).await;
        text(&t, ["project", "add", "Web Shop"]);
        text(&t, ["sprint", "add", "62", "Checkout", "--project", "demo"]);
        let shown = json(&t, ["project", "show", "demo"], "project_details");
        assert_eq!((&shown["items"]["total"], &shown["items"]["by_status"]["todo"]), (&2.into(), &2.into()));
        assert_eq!((&shown["sprints"]["planning"], &shown["open_assignments"]), (&1.into(), &0.into()));
        let said = text(&t, ["project", "show", "demo"]);
        for expected in ["demo", "active", "CB-3", "2 todo", "1 planning"] {
            assert!(said.contains(expected), "{expected}\n{said}");
        }
        let listed = text(&t, ["project", "list"]);
        assert!(listed.contains("web-shop") && listed.contains("2 todo"), "{listed}");
        let first = json(&t, ["project", "list", "--limit", "1"], "projects");
        assert_eq!((&first["rows"][0]["project"]["slug"], first["rows"].as_array().map(Vec::len)), (&"demo".into(), Some(1)));
        let next = first["next"].as_str().expect("where the next page starts");
        let second = json(&t, ["project", "list", "--after", next], "projects");
        assert_eq!((&second["rows"][0]["project"]["slug"], second["next"].is_null()), (&"web-shop".into(), true));
        assert!(refused(&t, ["project", "show", "demmo"], 13).contains("near to it: demo"));
        refused(&t, ["project", "list", "--limit", "0"], 18);
    }

    async fn is_edited(t: TestDb) {
        init(&t);
        text(&t, ["project", "add", "Web Shop", "--metadata", r#"{"a": 1}"#]);
        let said = text(&t, ["project", "edit", "web-shop", "--new-slug", "shop", "--name", "The Shop", "--root", "/srv/shop"]);
        assert_eq!(said, "shop  The Shop\n");
        let edited = row(&t, "shop").await;
        assert_eq!((edited.name.as_str(), edited.root_path.as_deref()), ("The Shop", Some("/srv/shop")));
        assert_eq!(edited.metadata, Some(serde_json::json!({"a": 1})));
        let cleared = json(&t, ["project", "edit", "shop", "--no-root", "--no-metadata"], "project");
        assert_eq!((&cleared["root_path"], &cleared["metadata"]), (&serde_json::Value::Null, &serde_json::Value::Null));
        refused(&t, ["project", "edit", "web-shop", "--name", "x"], 13);
        refused(&t, ["project", "edit", "shop", "--new-slug", "demo"], 14);
        refused(&t, ["project", "edit", "shop", "--name", ""], 18);
        refused(&t, ["project", "edit", "shop", "--root", "/x", "--no-root"], 2);
    }

    async fn is_archived_with_its_items_and_restored(t: TestDb) {
        init(&t);
        add_items(&t, &["one", "two"]).await;
        let would = t.callboard(["project", "archive", "demo", "--dry-run"]).run().ok();
        assert_eq!(would.stdout, "demo is archived, with 2 items\n");
        assert!(would.stderr.contains("nothing was changed"), "{would}");
        let document = t.callboard(["project", "archive", "demo", "--dry-run", "--json"]).run().ok().json();
        assert_eq!((&document["dry_run"], &document["data"]["items"]), (&true.into(), &2.into()));
        assert_eq!((row(&t, "demo").await.status.as_str(), archived_items(&t).await), ("active", 0));
        let done = t.callboard(["project", "archive", "demo", "--reason", "shut down"]).run().ok();
        assert!(done.stdout == would.stdout && done.stderr.contains("project restore demo"), "{done}");
        assert_eq!((row(&t, "demo").await.status.as_str(), archived_items(&t).await), ("archived", 2));
        assert_eq!(json(&t, ["project", "archive", "demo"], "project_archive")["already"], true);
        assert_eq!(text(&t, ["project", "list"]), "No projects.\n");
        assert!(text(&t, ["project", "list", "--archived"]).contains("archived"));
        let said = refused(&t, ["sprint", "add", "62", "Checkout", "--project", "demo"], 14);
        assert!(said.contains("`callboard project restore demo`"), "{said}");
        let back = json(&t, ["project", "restore", "demo"], "project_archive");
        assert_eq!((&back["project"]["status"], &back["items"]), (&"active".into(), &2.into()));
        assert_eq!((row(&t, "demo").await.status.as_str(), archived_items(&t).await), ("active", 0));
        assert_eq!(text(&t, ["project", "restore", "demo"]), "demo was active before; nothing was changed\n");
    }

    async fn a_held_item_keeps_its_project_from_being_archived(t: TestDb) {
        use callboard_service::agent::RegisterAgent;
        use callboard_service::assignment::Claim;
        use callboard_service::{Actor, Ref};
        init(&t);
        let keys = add_items(&t, &["one"]).await;
        let board = t.board().await;
        board.run(Actor::SYSTEM, &RegisterAgent::new("coder")).await.expect("register the agent");
        board.run(Actor::SYSTEM, &Claim::one(Ref::from("coder"))).await.expect("claim").into_claimed().expect("an item");
        for args in [["project", "archive", "demo", "--quiet"], ["project", "archive", "demo", "--dry-run"]] {
            let said = refused(&t, args, 14);
            assert!(said.contains(&keys[0]), "{said}");
        }
        refused(&t, ["project", "archive", "nowhere"], 13);
        refused(&t, ["project", "archive", "demo", "--reason", ""], 18);
        refused(&t, ["project", "restore", "nowhere"], 13);
        assert_eq!(row(&t, "demo").await.status.as_str(), "active");
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
}
