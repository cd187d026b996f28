//! Imports of beads: what of a record becomes what on the board.

use std::collections::HashMap;

use callboard_service::Ref;
use callboard_service::entity::{
    ActorType, TaskPrerequisiteStatus, WorkItemAssigneeType, WorkItemDelegationStatus, WorkItemStatus as Status,
    WorkItemType, board_users, task_prerequisites, work_items,
};
use callboard_service::import::{BeadsReport, Edges, Fields, ImportBeads, Rows};
use callboard_service::item::{Ready, ShowItem};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use support::{Seed, TestDb, both};

pub const AWKWARD: &str = include_str!("../../fixtures/beads/awkward.jsonl");

/// Imports a text as the seed's user, and checks that the report adds up.
pub async fn import(seed: &Seed, content: &str) -> BeadsReport {
    let report = seed.board.run(seed.me, &ImportBeads::new(content)).await.expect("import");
    assert!(report.adds_up(), "{report:#?}");
    report
}

/// The items by the ids that they have in beads.
pub async fn items(seed: &Seed) -> HashMap<String, work_items::Model> {
    use callboard_service::entity::external_refs as refs;
    let mut found = HashMap::new();
    for row in refs::Entity::find().all(&seed.raw).await.expect("read the references") {
        assert_eq!((row.source.as_str(), row.entity_type.as_str()), ("beads", "work_item"));
        assert_eq!(row.content_sha256.len(), 64);
        found.insert(row.source_id.clone(), seed.row(row.entity_id).await);
    }
    found
}

fn time(day: u32) -> DateTime<Utc> {
    format!("2026-01-{day}T08:00:00.123456Z").parse().expect("a time")
}

/// What was kept of an item's record.
fn kept(item: &work_items::Model) -> Value {
    item.metadata.clone().unwrap_or_default()["beads"].clone()
}

async fn user(seed: &Seed, name: &str) -> board_users::Model {
    let found = board_users::Entity::find().filter(board_users::Column::Name.eq(name)).all(&seed.raw).await;
    let mut found = found.expect("read the users");
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

both! {
    async fn a_closed_issue_is_done_with_its_history(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let items = items(&seed).await;
        let item = &items["bd-a"];
        assert_eq!((item.key.as_str(), item.title.as_str()), ("CB-1", "Parse the file"));
        assert_eq!((item.status, item.r#type), (Status::Done, WorkItemType::Feature));
        assert_eq!((item.created_at, item.updated_at, item.completed_at), (time(10), time(12), Some(time(15))));
        assert_eq!(item.last_activity_at, Some(time(12)));
        assert_eq!(item.id.get_timestamp().map(|at| at.to_unix().0), u64::try_from(time(10).timestamp()).ok());
        assert_eq!(item.id.get_version_num(), 7);
        let ada = user(&seed, "Ada Lovelace").await;
        assert_eq!((item.assignee_type, item.assignee_id), (Some(WorkItemAssigneeType::User), Some(ada.id)));
        let hours: Option<f64> = item.estimated_hours.map(|hours| hours.to_string().parse().expect("a number"));
        assert_eq!(hours, Some(1.5));
        assert_eq!(item.parent_id, Some(items["bd-epic"].id), "the parent came later in the file");
        assert_eq!(item.metadata, None, "everything has its place");

        let events = seed.events(item.id).await;
        let told: Vec<_> = events.iter().map(|e| (e.kind.as_str(), e.reason.as_deref(), e.actor_id)).collect();
        assert_eq!(told, [
            ("imported", None, Some(seed.user.id)),
            ("comment", Some("begun\n\twith care"), Some(ada.id)),
            ("closed", Some("All tests pass"), None),
            ("comment", Some("after the end"), Some(seed.user.id)),
        ]);
        assert_eq!(events[1..].iter().map(|e| e.created_at).collect::<Vec<_>>(), [time(13), time(15), time(16)]);
        assert_eq!((events[2].from_status.as_deref(), events[2].to_status.as_deref()), (Some("todo"), Some("done")));
        assert_eq!(events[2].actor_type, ActorType::System);
        let imported = events[0].data.as_ref().expect("data");
        assert_eq!((&imported["source"], &imported["source_id"]), (&json!("beads"), &json!("bd-a")));
        assert_eq!(imported["created_by"], "kim");
        assert_eq!(imported["edges"][0]["depends_on_id"], "bd-epic");
        assert_eq!(events[1].data.as_ref().expect("data")["id"], 1, "the source's id of the comment");
    }

    async fn open_issues_wait_for_what_blocks_them(t: TestDb) {
        let seed = t.seed().await;
        let report = import(&seed, AWKWARD).await;
        let items = items(&seed).await;
        let (b, c) = (&items["bd-b"], &items["bd-c"]);
        assert_eq!((b.status, b.priority, b.unmet_prerequisites), (Status::Todo, 0, 0));
        assert_eq!((b.estimated_hours, b.completed_at), (None, None), "an estimate of 0 is none");
        assert_eq!(b.parent_id, Some(items["bd-epic"].id), "the other spelling");
        let criteria = json!([{"text": "both spellings", "done": false}, {"text": "cycles are refused", "done": true}]);
        assert_eq!(b.acceptance_criteria, Some(criteria));
        assert_eq!((c.status, c.delegation_status), (Status::InProgress, WorkItemDelegationStatus::Unassigned));
        assert_eq!((c.unmet_prerequisites, c.r#type), (1, WorkItemType::Bug));

        let edges = task_prerequisites::Entity::find().all(&seed.raw).await.expect("read the edges");
        let edge = |item: &str, on: &str| {
            let (item, on) = (items[item].id, items[on].id);
            let found = edges.iter().find(|e| e.work_item_id == item && e.prerequisite_id == Some(on));
            found.map(|e| (e.status, e.satisfied_at, e.created_at))
        };
        assert_eq!(edge("bd-b", "bd-a"), Some((TaskPrerequisiteStatus::Satisfied, Some(time(15)), time(11))));
        assert_eq!(edge("bd-c", "bd-b"), Some((TaskPrerequisiteStatus::Pending, None, time(11))));
        assert_eq!(edge("bd-e", "bd-a").map(|e| e.0), Some(TaskPrerequisiteStatus::Satisfied));
        assert_eq!((edge("bd-f", "bd-g").is_some(), edge("bd-g", "bd-h").is_some()), (true, true));
        assert_eq!(edge("bd-h", "bd-f"), None, "it would close the cycle");
        assert_eq!(edges.len(), 5);

        // What a claim could hand out: not an epic, not blocked, deferred, finished or somebody's own.
        let ready = seed.board.read(&Ready::default()).await.expect("ready").items;
        let mut ready: Vec<String> = ready.into_iter().map(|i| i.item.key).collect();
        let mut expected = ["bd-b", "bd-e", "bd-h", "bd-n"].map(|id| items[id].key.clone());
        ready.sort();
        expected.sort();
        assert_eq!(ready, expected);
        assert_eq!(report.ready, 4);
        assert_eq!(report.ready_below_waiting, [items["bd-n"].key.clone()]);
    }

    async fn a_tombstone_is_cancelled_and_archived(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let items = items(&seed).await;
        let item = &items["bd-d"];
        assert_eq!((item.status, item.delegation_status), (Status::Cancelled, WorkItemDelegationStatus::Cancelled));
        assert_eq!((item.archived_at, item.completed_at), (Some(time(14)), None));
        let events = seed.events(item.id).await;
        let end = events.last().expect("a ledger row");
        assert_eq!((end.kind.as_str(), end.reason.as_deref()), ("cancelled", Some("Test cleanup")));
        assert_eq!((end.created_at, end.actor_id), (time(14), Some(user(&seed, "ubuntu").await.id)));
        assert_eq!(kept(item)["original_type"], "task");
    }

    async fn the_report_tells_of_everything(t: TestDb) {
        let seed = t.seed().await;
        let report = import(&seed, AWKWARD).await;
        assert_eq!((report.project.as_str(), report.source.as_str()), ("demo", "beads"));
        assert_eq!(report.rows, Rows { read: 15, created: 15, ..Rows::default() });
        assert_eq!(report.keys, Some(("CB-1".to_owned(), "CB-15".to_owned())));
        assert_eq!(report.edges, Edges { read: 20, parents: 6, prerequisites: 5, satisfied: 2, kept: 9 });
        assert_eq!(report.comments, 2);
        assert_eq!(report.items[&Status::Todo], 9);
        assert_eq!(report.items.values().sum::<u64>(), 15);
        let fields = |name: &str| report.fields[name];
        assert_eq!(fields("title"), Fields { read: 15, mapped: 13, altered: 2, ..Fields::default() });
        assert_eq!(fields("estimated_minutes"), Fields { read: 3, mapped: 1, altered: 1, empty: 1, kept: 0 });
        assert_eq!(fields("labels"), Fields { read: 2, mapped: 1, altered: 1, ..Fields::default() });
        assert_eq!(fields("assignee"), Fields { read: 4, mapped: 3, altered: 1, ..Fields::default() });
        assert_eq!(fields("owner"), Fields { read: 1, kept: 1, ..Fields::default() });
        assert_eq!(fields("compaction_level"), Fields { read: 15, empty: 15, ..Fields::default() });
        let mut users = report.users.clone();
        users.sort();
        assert_eq!(users, ["Ada Lovelace", "ubuntu", "user 01890a5d-ac96-774b-bcce-b302099a8057"]);
        let why = |what: &str| report.kept.iter().filter(|k| k.what == what).map(|k| (k.count, k.first.clone())).collect::<Vec<_>>();
        assert_eq!(why("edge discovered-from"), [(1, vec!["bd-e".to_owned()])]);
        assert_eq!(why("notes"), [(1, vec!["bd-epic".to_owned()])]);
        assert_eq!(why("edge blocks").iter().map(|(n, _)| n).sum::<u64>(), 5);
    }

    /// The ids of the other tracker name the items here, alone and in a verb that takes many.
    async fn an_item_is_found_by_its_old_id(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let shown = seed.board.read(&ShowItem { item: Ref::from("bd-b") }).await.expect("show");
        assert_eq!(shown.item.title, "Map the edges");
        assert_eq!(shown.external_refs.len(), 1);
        let error = seed.board.read(&ShowItem { item: Ref::from("bd-epik") }).await.expect_err("no such id");
        assert!(error.to_string().contains("bd-epic"), "{error}");
        let add = callboard_service::item::NewItem {
            prerequisites: vec![Ref::from("bd-b").into()],
            parent: Some(Ref::from("bd-epic").into()),
            ..callboard_service::item::NewItem::titled("by old ids")
        };
        let added = seed.add(add).await;
        assert_eq!((added.key.as_str(), added.unmet_prerequisites), ("CB-16", 1));
        assert_eq!(added.parent_id, Some(items(&seed).await["bd-epic"].id));
    }

    async fn imported_items_are_worked_on_like_others(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let agent = seed.agent("coder").await;
        let claimed = seed.claim(&agent).await;
        assert_eq!(claimed.item.title, "Map the edges", "the most urgent one");
        let complete =
            callboard_service::assignment::Complete { assignment: claimed.assignment, ..Default::default() };
        seed.board.run(callboard_service::Actor::agent(agent.id), &complete).await.expect("complete");
        assert_eq!(items(&seed).await["bd-c"].unmet_prerequisites, 0, "it waited for that one");
    }

    /// Keys are in the order of the file, whatever the order in which rows have to be written.
    async fn keys_follow_the_file(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        import(&seed, AWKWARD).await;
        let rows = work_items::Entity::find().order_by_asc(work_items::Column::Id).all(&seed.raw).await.expect("items");
        assert_eq!(rows.len(), 16);
        let items = items(&seed).await;
        let numbers = ["bd-a", "bd-epic", "bd-b", "bd-n"].map(|id| items[id].key.clone());
        assert_eq!(numbers, ["CB-2", "CB-3", "CB-4", "CB-16"]);
        assert_eq!(seed.item().await.key, "CB-17");
    }
}
