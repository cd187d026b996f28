use callboard_service::Actor;
use callboard_service::entity::{sprint_items, sprints, work_items};
use callboard_service::item::{AddItems, CancelItem, NewItem};
use chrono::{Days, TimeDelta, Utc};
use rust_decimal::Decimal;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use support::{TestDb, both};

use super::{add_items, init, json, refused, text};

/// The board with the sprint 62, in which `count` items are planned.
async fn planned(t: &TestDb, count: usize) {
    init(t);
    text(t, ["sprint", "add", "62", "Checkout"]);
    for key in add_items(t, &vec!["an item"; count]).await {
        text(t, ["sprint", "add-items", "62", &key]);
    }
}

async fn row(t: &TestDb) -> sprints::Model {
    sprints::Entity::find().one(&t.raw().await).await.expect("read the sprint").expect("the sprint is there")
}

/// The keys of the sprint's items in order, from the rows.
async fn keys(t: &TestDb) -> Vec<String> {
    let query = sprint_items::Entity::find().order_by_asc(sprint_items::Column::Position);
    let rows = query.find_also_related(work_items::Entity).all(&t.raw().await).await.expect("read the plan");
    rows.into_iter().map(|(_, item)| item.expect("the item is there").key).collect()
}

both! {
    async fn is_added(t: TestDb) {
        init(&t);
        let dates = ["--starts", "2026-11-02", "--ends", "2026-11-15"];
        let added = t.callboard(["sprint", "add", "62", "Checkout", "--goal", "-"]).args(dates).stdin("To sell.\nMore.").run().ok();
        assert_eq!(added.stdout, "SPRINT-62  planning  Checkout  2026-11-02 to 2026-11-15\n");
        assert!(added.stderr.contains("sprint add-items SPRINT-62") && added.stderr.contains("--status active"), "{added}");
        let stored = row(&t).await;
        assert_eq!((stored.title.as_str(), stored.goal.as_deref()), ("Checkout", Some("To sell.\nMore.")));
        let days = (stored.starts_on.map(|d| d.to_string()), stored.ends_on.map(|d| d.to_string()));
        assert_eq!(days, (Some("2026-11-02".to_owned()), Some("2026-11-15".to_owned())));
        let made = json(&t, ["sprint", "add", "sprint-63", "Search", "--project", "demo", "--metadata", r#"{"a": 1}"#], "sprint");
        assert_eq!((&made["code"], &made["status"], &made["metadata"]["a"]), (&"SPRINT-63".into(), &"planning".into(), &1.into()));
    }

    async fn a_wrong_one_is_not_added(t: TestDb) {
        init(&t);
        text(&t, ["sprint", "add", "62", "Checkout"]);
        assert!(refused(&t, ["sprint", "add", "Sprint 62", "again"], 14).contains("sprint 'SPRINT-62' exists already"));
        refused(&t, ["sprint", "add", "6/3", "x"], 18);
        refused(&t, ["sprint", "add", "63", ""], 18);
        let said = refused(&t, ["sprint", "add", "63", "x", "--starts", "2026-11-15", "--ends", "2026-11-02"], 18);
        assert!(said.contains("ends_on: must not be before starts_on"), "{said}");
        assert!(refused(&t, ["sprint", "add", "63", "x", "--starts", "15.11.2026"], 2).contains("--starts"));
        refused(&t, ["sprint", "add", "63", "x", "--project", "nowhere"], 13);
        assert_eq!(json(&t, ["sprint", "list"], "sprints")["rows"].as_array().map(Vec::len), Some(1));
    }

    async fn is_shown_and_listed(t: TestDb) {
        planned(&t, 2).await;
        text(&t, ["sprint", "edit", "62", "--goal", "to sell", "--starts", "2026-11-02", "--status", "active"]);
        let shown = json(&t, ["sprint", "show", "62"], "sprint_details");
        assert_eq!((&shown["sprint"]["code"], &shown["counts"]["by_status"]["todo"]), (&"SPRINT-62".into(), &2.into()));
        assert_eq!((&shown["items"][1]["position"], &shown["items"][1]["key"]), (&2.into(), &"CB-2".into()));
        let said = text(&t, ["sprint", "show", "sprint-62"]);
        for expected in ["Checkout", "active", "from 2026-11-02", "2 todo", "to sell", "CB-2"] {
            assert!(said.contains(expected), "{expected}\n{said}");
        }
        text(&t, ["project", "add", "Web Shop"]);
        text(&t, ["sprint", "add", "62", "Other", "--project", "web-shop"]);
        let listed = json(&t, ["sprint", "list"], "sprints");
        assert_eq!((&listed["rows"][0]["project"], &listed["rows"][1]["project"]), (&"web-shop".into(), &"demo".into()));
        let page = json(&t, ["sprint", "list", "--limit", "1"], "sprints");
        let next = page["next"].as_str().expect("where the next page starts");
        assert_eq!(json(&t, ["sprint", "list", "--after", next], "sprints")["rows"][0]["project"], "demo");
        let active = text(&t, ["sprint", "list", "--status", "active"]);
        assert!(active.contains("Checkout") && active.contains("2 todo") && !active.contains("Other"), "{active}");
        assert!(!text(&t, ["sprint", "list", "--project", "web-shop"]).contains("Checkout"));
        // Both projects have one of that name.
        assert!(refused(&t, ["sprint", "show", "62"], 18).contains("name the project too"));
        assert_eq!(json(&t, ["sprint", "show", "62", "--project", "web-shop"], "sprint_details")["sprint"]["title"], "Other");
        assert!(refused(&t, ["sprint", "show", "63"], 13).contains("near to it: SPRINT-62"));
        refused(&t, ["sprint", "list", "--project", "nowhere"], 13);
        refused(&t, ["sprint", "list", "--status", "done"], 2);
    }

    async fn is_edited_and_goes_through_its_states(t: TestDb) {
        planned(&t, 1).await;
        assert_eq!(text(&t, ["sprint", "edit", "62", "--status", "active"]), "SPRINT-62  active  Checkout\n");
        let args = ["sprint", "edit", "62", "--new-code", "pay", "--title", "Payment", "--goal", "x", "--ends", "2026-11-15"];
        let edited = json(&t, args, "sprint");
        assert_eq!((&edited["code"], &edited["ends_on"]), (&"PAY".into(), &"2026-11-15".into()));
        text(&t, ["sprint", "edit", "pay", "--no-goal", "--no-ends"]);
        let stored = row(&t).await;
        assert_eq!((stored.title.as_str(), stored.goal, stored.ends_on), ("Payment", None, None));
        text(&t, ["sprint", "edit", "pay", "--status", "completed"]);
        let said = refused(&t, ["sprint", "edit", "pay", "--status", "on-hold"], 14);
        assert!(said.contains("PAY is completed: on_hold is not possible; possible: active"), "{said}");
        for args in [["sprint", "add-items", "pay", "CB-1"], ["sprint", "remove-items", "pay", "CB-1"]] {
            let said = refused(&t, args, 14);
            assert!(said.contains("`callboard sprint edit PAY --status active`"), "{said}");
        }
        refused(&t, ["sprint", "edit", "62", "--title", "x"], 13);
        refused(&t, ["sprint", "edit", "pay", "--title", ""], 18);
        refused(&t, ["sprint", "edit", "pay", "--goal", "x", "--no-goal"], 2);
        assert_eq!(row(&t).await.status.as_str(), "completed");
    }

    async fn its_items_are_planned_moved_and_removed(t: TestDb) {
        planned(&t, 3).await;
        let more = add_items(&t, &["first", "last"]).await;
        assert_eq!(text(&t, ["sprint", "add-items", "62", &more[0], "--position", "1"]), "Added to SPRINT-62: CB-4\nItems in SPRINT-62: 4\n");
        let again = json(&t, ["sprint", "add-items", "62", &more[1], &more[0]], "sprint_items_changed");
        assert_eq!(again, serde_json::json!({"changed": ["CB-5"], "already": ["CB-4"], "total": 5}));
        assert_eq!(keys(&t).await, ["CB-4", "CB-1", "CB-2", "CB-3", "CB-5"]);
        assert_eq!(text(&t, ["sprint", "move-item", "62", "CB-5", "2"]), "CB-5 is number 2 of SPRINT-62\n");
        assert_eq!(json(&t, ["sprint", "reorder", "62", "CB-4", "5"], "sprint_item")["position"], 5);
        assert_eq!(keys(&t).await, ["CB-5", "CB-1", "CB-2", "CB-3", "CB-4"]);
        let would = t.callboard(["sprint", "remove-items", "62", "CB-5", "CB-2", "--dry-run"]).run().ok();
        assert!(would.stderr.contains("nothing was changed"), "{would}");
        assert_eq!(keys(&t).await.len(), 5);
        let done = text(&t, ["sprint", "remove-items", "62", "CB-5", "CB-2"]);
        assert_eq!((done.as_str(), would.stdout.as_str()), ("Removed from SPRINT-62: CB-5, CB-2\nItems in SPRINT-62: 3\n", &*done));
        let rest = json(&t, ["sprint", "remove-items", "62", "CB-5", "CB-1"], "sprint_items_changed");
        assert_eq!(rest, serde_json::json!({"changed": ["CB-1"], "already": ["CB-5"], "total": 2}));
        assert_eq!(keys(&t).await, ["CB-3", "CB-4"]);
        assert_eq!(json(&t, ["sprint", "show", "62"], "sprint_details")["items"][1]["position"], 2);
    }

    async fn a_wrong_plan_is_refused(t: TestDb) {
        planned(&t, 1).await;
        let other = add_items(&t, &["not planned"]).await;
        let said = refused(&t, ["sprint", "move-item", "62", &other[0], "1"], 13);
        assert!(said.contains("sprint show"), "{said}");
        refused(&t, ["sprint", "move-item", "62", "CB-1", "2"], 18);
        refused(&t, ["sprint", "move-item", "62", "CB-1", "first"], 2);
        refused(&t, ["sprint", "add-items", "62", &other[0], "--position", "9"], 18);
        refused(&t, ["sprint", "add-items", "62", &other[0], "CB-99"], 13);
        refused(&t, ["sprint", "add-items", "62"], 2);
        refused(&t, ["sprint", "remove-items", "62", "CB-99"], 13);
        text(&t, ["project", "add", "Web Shop"]);
        text(&t, ["sprint", "add", "70", "Other", "--project", "web-shop"]);
        assert!(refused(&t, ["sprint", "add-items", "70", &other[0]], 18).contains("must be of the sprint's own project"));
        assert_eq!(keys(&t).await, ["CB-1"]);
    }

    async fn its_load_is_shown_by_who_has_it(t: TestDb) {
        planned(&t, 1).await;
        let board = t.board().await;
        let kim = callboard_service::item::Assignee::User("ada".into());
        let estimated = Some(Decimal::new(250, 2));
        let item = NewItem { assignee: Some(kim), estimated_hours: estimated, ..NewItem::titled("estimated") };
        board.run(Actor::SYSTEM, &AddItems { project: None, items: vec![item] }).await.expect("add the item");
        text(&t, ["sprint", "add-items", "62", "CB-2"]);
        let load = json(&t, ["sprint", "load", "62"], "sprint_load");
        assert_eq!((&load["load"][0]["assignee"], &load["load"][0]["waiting"]), (&"user:ada".into(), &1.into()));
        assert_eq!((&load["load"][1]["assignee"], &load["load"][1]["unestimated"]), (&serde_json::Value::Null, &1.into()));
        let said = text(&t, ["sprint", "load", "62"]);
        let mine = said.lines().find(|line| line.starts_with("user:ada")).expect("a row");
        assert_eq!(mine.split_whitespace().collect::<Vec<_>>(), ["user:ada", "1", "1", "0", "0", "0", "2.5", "2.5", "0"]);
        assert!(said.contains("nobody") && said.contains("Unfinished without an estimate: 1"), "{said}");
        refused(&t, ["sprint", "load", "63"], 13);
    }

    async fn its_burn_down_is_a_table_and_a_chart(t: TestDb) {
        planned(&t, 4).await;
        assert!(refused(&t, ["sprint", "burndown", "62"], 18).contains("needs a first day"));
        let today = Utc::now().date_naive();
        let (start, later) = (today - Days::new(1), today + Days::new(30));
        text(&t, ["sprint", "edit", "62", "--starts", &later.to_string()]);
        assert!(text(&t, ["sprint", "burndown", "62"]).contains(&format!("from {later}\nIt has not begun.\n")));
        text(&t, ["sprint", "edit", "62", "--starts", &start.to_string(), "--ends", &later.to_string()]);
        // As if all had been planned yesterday; three of the four are finished today.
        let moved = sprint_items::Entity::update_many()
            .col_expr(sprint_items::Column::CreatedAt, Expr::value(Utc::now() - TimeDelta::days(1)))
            .filter(sprint_items::Column::Position.gt(0))
            .exec(&t.raw().await)
            .await;
        assert_eq!(moved.expect("move the plan").rows_affected, 4);
        for key in ["CB-1", "CB-2", "CB-3"] {
            t.board().await.run(Actor::SYSTEM, &CancelItem::new(key)).await.expect("cancel the item");
        }
        let found = json(&t, ["sprint", "burndown", "62"], "sprint_burndown");
        // The test may run into the next day, whose end is like today's.
        let days = found["days"].as_array().expect("a list of days");
        assert_eq!((&days[0]["date"], &days[0]["remaining"]), (&start.to_string().into(), &4.into()));
        assert_eq!((&days[1]["scope"], &days[1]["remaining"]), (&4.into(), &1.into()));
        let said = text(&t, ["sprint", "burndown", "62"]);
        let bar = |day: &str| {
            let line = said.lines().find(|line| line.starts_with(day)).unwrap_or_else(|| panic!("no {day}\n{said}"));
            (line.matches('█').count(), line.matches('░').count())
        };
        assert_eq!(bar(&start.to_string()), (40, 0), "{said}");
        assert_eq!(bar(&today.to_string()), (10, 30), "{said}");
        assert!(said.contains("Left: 1 of 4 items"), "{said}");
        let narrow = t.callboard(["sprint", "burndown", "62"]).env("COLUMNS", "60").run().ok().stdout;
        assert!(narrow.lines().all(|line| line.chars().count() <= 60) && narrow.contains('░'), "{narrow}");
        assert!(narrow.lines().any(|line| line.starts_with(&start.to_string()) && line.contains('█')), "{narrow}");
    }

    async fn goes_from_its_plan_to_its_burn_down(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "a", "b", "c", "--estimate", "2"]);
        // Around today: a burn-down ends with the last day, whenever the test runs.
        let [first, last] = [Utc::now() - TimeDelta::days(5), Utc::now() + TimeDelta::days(6)].map(|t| t.date_naive().to_string());
        let days = ["--starts", &first, "--ends", &last];
        let added = t.callboard(["sprint", "add", "sprint-62", "The parser", "--goal", "it parses"]).args(days).run().ok();
        assert_eq!(added.stdout, format!("SPRINT-62  planning  The parser  {first} to {last}\n"));
        assert!(text(&t, ["sprint", "add-items", "62", "CB-1", "CB-2"]).contains("Added to SPRINT-62: CB-1, CB-2"));
        let changed = json(&t, ["sprint", "add-items", "62", "CB-3", "CB-2", "--position", "1"], "sprint_items_changed");
        assert_eq!((&changed["changed"], &changed["already"], &changed["total"]),
            (&serde_json::json!(["CB-3"]), &serde_json::json!(["CB-2"]), &3.into()));
        text(&t, ["sprint", "reorder", "62", "CB-2", "1"]);
        let keys = |shown: serde_json::Value| -> String {
            shown["items"].as_array().expect("items").iter().filter_map(|i| i["key"].as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys(json(&t, ["sprint", "show", "62"], "sprint_details")), "CB-2 CB-3 CB-1");
        text(&t, ["sprint", "move-item", "62", "CB-1", "2"]);
        text(&t, ["sprint", "remove-items", "62", "CB-3"]);
        assert_eq!(keys(json(&t, ["sprint", "show", "62"], "sprint_details")), "CB-2 CB-1");
        text(&t, ["sprint", "edit", "62", "--status", "active"]);
        text(&t, ["done", "CB-1", "--hours", "1.5"]);
        let load = json(&t, ["sprint", "load", "62"], "sprint_load");
        assert_eq!((&load["load"][0]["assignee"], &load["load"][0]["done"]), (&"user:ada".into(), &1.into()));
        assert!(text(&t, ["sprint", "load", "62"]).contains("nobody"));
        let burndown = json(&t, ["sprint", "burndown", "62"], "sprint_burndown");
        let last = burndown["days"].as_array().and_then(|days| days.last()).expect("a day").clone();
        assert_eq!((&last["scope"], &last["remaining"]), (&2.into(), &1.into()));
        assert!(text(&t, ["sprint", "burndown", "62"]).contains('█'));
        assert!(text(&t, ["sprint", "list", "--status", "active"]).contains("1 todo, 1 done"));
        assert_eq!(json(&t, ["item", "list", "--sprint", "62"], "items")["items"].as_array().map(Vec::len), Some(2));
    }
}
