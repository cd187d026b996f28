//! Imports of beads, again and again: what is there stays as it is.

use callboard_service::entity::WorkItemStatus as Status;
use callboard_service::import::{ImportBeads, Rows};
use callboard_service::item::{ArchiveItem, CancelItem};
use callboard_service::project::AddProject;
use callboard_service::{ErrorKind, Ref};
use serde_json::{Value, json};
use support::{TestDb, both};

use super::beads::{AWKWARD, import, items};
use super::rows;

both! {
    async fn a_second_import_changes_nothing(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let before = rows(&seed.raw).await;
        let report = import(&seed, AWKWARD).await;
        assert_eq!(report.rows, Rows { read: 15, already_there: 15, ..Rows::default() });
        assert!(report.users.is_empty() && report.fields.is_empty() && report.keys.is_none());
        assert!(rows(&seed.raw).await == before, "rows were changed");

        // The order of keys and the white space are no content.
        let reordered: Vec<String> = AWKWARD
            .lines()
            .map(|line| {
                let record: serde_json::Map<String, Value> = serde_json::from_str(line).expect("a record");
                let fields: Vec<String> =
                    record.iter().rev().map(|(k, v)| format!("{} :  {v}", json!(k))).collect();
                format!("{{ {} }}", fields.join(" , "))
            })
            .collect();
        assert_eq!(import(&seed, &reordered.join("\n")).await.rows.already_there, 15);
        assert!(rows(&seed.raw).await == before, "rows were changed");
    }

    async fn a_dry_run_tells_the_same_and_changes_nothing(t: TestDb) {
        let seed = t.seed().await;
        let before = rows(&seed.raw).await;
        let told = seed.board.rehearse(seed.me, &ImportBeads::new(AWKWARD)).await.expect("dry run");
        assert!(rows(&seed.raw).await == before, "rows were changed");
        assert_eq!(import(&seed, AWKWARD).await, told);
        assert!(rows(&seed.raw).await != before);
        let error = seed.board.rehearse(seed.me, &ImportBeads::new("{")).await.expect_err("a broken line");
        assert_eq!(error.kind(), ErrorKind::Invalid);
    }

    async fn what_changed_in_the_source_is_told_and_left_alone(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let before = rows(&seed.raw).await;
        let report = import(&seed, &AWKWARD.replace("Map the edges", "Map all edges")).await;
        assert_eq!(report.rows, Rows { read: 15, already_there: 14, changed: 1, ..Rows::default() });
        assert_eq!(report.changed, ["bd-b"]);
        assert!(rows(&seed.raw).await == before, "rows were changed");
    }

    /// New records may name items that were imported before, as those are now.
    async fn new_records_find_the_earlier_ones(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let earlier = items(&seed).await;
        let cancel = CancelItem { waive_dependents: true, reason: Some("not needed".to_owned()), ..CancelItem::new(earlier["bd-b"].id) };
        seed.board.run(seed.me, &cancel).await.expect("cancel");
        let archive = ArchiveItem { item: Ref::Id(earlier["bd-k"].id), reason: None };
        seed.board.run(seed.me, &archive).await.expect("archive");
        let on = |to: &str, kind: &str| json!({"issue_id": "new", "depends_on_id": to, "type": kind});
        let record = json!({
            "id": "new", "title": "new", "created_at": "2026-02-01T00:00:00Z",
            "dependencies": [on("bd-epic", "parent-child"), on("bd-a", "blocks"), on("bd-c", "blocks"),
                on("bd-b", "blocks"), on("bd-k", "blocks")],
        });
        let report = import(&seed, &format!("{AWKWARD}{record}")).await;
        assert_eq!((report.rows.created, report.rows.already_there), (1, 15));
        assert_eq!((report.edges.parents, report.edges.prerequisites, report.edges.kept), (1, 2, 2));
        let item = &items(&seed).await["new"];
        assert_eq!((item.parent_id, item.unmet_prerequisites), (Some(earlier["bd-epic"].id), 1));
        assert_eq!(item.status, Status::Todo);
    }

    async fn two_trackers_may_have_the_same_ids(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let other = ImportBeads { source: "other".to_owned(), ..ImportBeads::new(AWKWARD) };
        let report = seed.board.run(seed.me, &other).await.expect("import");
        assert_eq!((report.rows.created, report.users.len()), (15, 0));
        let bad = ImportBeads { source: "No Word".to_owned(), ..ImportBeads::new("") };
        assert_eq!(seed.board.run(seed.me, &bad).await.expect_err("no word").kind(), ErrorKind::Invalid);
    }

    async fn an_item_stays_in_the_project_it_came_to(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let add = AddProject { slug: "two".to_owned(), name: "Two".to_owned(), key_prefix: "TW".to_owned(), ..AddProject::default() };
        seed.board.run(seed.me, &add).await.expect("add a project");
        let before = rows(&seed.raw).await;
        let none = seed.board.run(seed.me, &ImportBeads::new(AWKWARD)).await.expect_err("which project?");
        assert_eq!(none.kind(), ErrorKind::Invalid);
        let there = ImportBeads { project: Some(Ref::from("two")), ..ImportBeads::new(AWKWARD) };
        let report = seed.board.run(seed.me, &there).await.expect("import");
        assert_eq!(report.rows.already_there, 15);
        assert!(rows(&seed.raw).await == before, "rows were changed");
        let record = json!({
            "id": "new", "title": "new", "created_at": "2026-02-01T00:00:00Z",
            "dependencies": [{"issue_id": "new", "depends_on_id": "bd-b", "type": "blocks"}],
        });
        let there = ImportBeads { content: record.to_string(), ..there };
        let report = seed.board.run(seed.me, &there).await.expect("import");
        assert_eq!((report.rows.created, report.edges.kept), (1, 1));
        assert_eq!(items(&seed).await["new"].key, "TW-1");
    }
}
