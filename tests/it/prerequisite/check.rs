//! Resolving by looking: files that are there, and gates that are reached.

use callboard_service::entity::{
    TaskPrerequisiteStatus as Status, WorkItemQualityGateLevel as Level, WorkItemStatus, task_prerequisites as edges,
};
use callboard_service::item::{CancelItem, EditItem, NewItem};
use callboard_service::prerequisite::{
    AddPrerequisite, CheckOutcome, CheckPrerequisites, CheckedPrerequisites, FailPrerequisite, Needed,
};
use callboard_service::{ErrorKind, Ref};
use sea_orm::EntityTrait;
use support::{TestDb, both};
use uuid::Uuid;

use crate::gate::{Gated, complete};

/// The SHA-256 of `abc`, from its standard.
const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn file(item: Uuid, path: &str, hash: Option<&str>) -> AddPrerequisite {
    let content_hash = hash.map(str::to_owned);
    AddPrerequisite::on(item, Needed::FileDependency { path: path.to_owned(), content_hash })
}

fn gate(item: Uuid, other: Uuid, level: Level) -> AddPrerequisite {
    AddPrerequisite::on(item, Needed::QualityGate { item: Ref::Id(other), level })
}

async fn waiting(gated: &Gated) -> Uuid {
    gated.seed.add(NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("waits") }).await.id
}

async fn check(gated: &Gated) -> CheckedPrerequisites {
    check_with(gated, CheckPrerequisites::default()).await
}

async fn check_with(gated: &Gated, scope: CheckPrerequisites) -> CheckedPrerequisites {
    gated.seed.board.check_prerequisites(gated.seed.me, &scope).await.expect("check")
}

fn counts(found: &CheckedPrerequisites) -> (u64, u64, u64) {
    (found.satisfied, found.waiting, found.missed)
}

async fn edge(gated: &Gated, id: Uuid) -> edges::Model {
    edges::Entity::find_by_id(id).one(&gated.seed.raw).await.expect("read").expect("there")
}

both! {
    async fn a_file_that_is_there_makes_its_item_ready(t: TestDb) {
        let gated = Gated::new(&t).await;
        let item = waiting(&gated).await;
        let added = gated.seed.must(&file(item, "docs/api.md", None)).await.edge;
        let found = check(&gated).await;
        assert_eq!(counts(&found), (0, 1, 0));
        assert_eq!(found.findings[0].why.as_deref(), Some("docs/api.md is not there"));
        assert_eq!(gated.row(item).await.revision, 1, "a look that finds nothing writes nothing");
        assert!(gated.seed.try_claim(&gated.agent).await.is_err());
        std::fs::create_dir(gated.folder.join("docs")).expect("make a folder");
        gated.write("docs/api.md", "# API");
        let would = check_with(&gated, CheckPrerequisites { dry_run: true, ..CheckPrerequisites::default() }).await;
        assert_eq!((counts(&would), edge(&gated, added.id).await.status), ((1, 0, 0), Status::Pending));
        let found = check(&gated).await;
        assert_eq!((counts(&found), found.findings[0].outcome), ((1, 0, 0), CheckOutcome::Satisfied));
        let row = edge(&gated, added.id).await;
        assert_eq!((row.status, row.satisfied_at.is_some()), (Status::Satisfied, true));
        let last = gated.seed.events(item).await.pop().expect("a ledger row");
        assert_eq!(last.kind, "prerequisite_satisfied");
        assert_eq!(last.data.expect("data")["after"]["unmet_prerequisites"], 0);
        assert_eq!(gated.seed.claim(&gated.agent).await.item.id, item);
        assert_eq!(counts(&check(&gated).await), (0, 0, 0), "there is nothing more to look at");
    }

    /// With a hash it is read, and not again before it changed.
    async fn a_file_of_another_content_is_remembered(t: TestDb) {
        let gated = Gated::new(&t).await;
        let item = waiting(&gated).await;
        let added = gated.seed.must(&file(item, "a", Some(ABC))).await.edge;
        gated.write("a", "xyz");
        let why = format!("a has another content than {ABC:.12}");
        for _ in 0..3 {
            let found = check(&gated).await;
            assert_eq!((counts(&found), found.findings[0].why.as_ref()), ((0, 1, 0), Some(&why)));
        }
        let kinds = gated.seed.kinds(item).await;
        assert_eq!(kinds, ["created", "prerequisite_added", "prerequisite_checked"], "once, and not each time");
        let seen = edge(&gated, added.id).await.validation_criteria.expect("criteria")["seen"].clone();
        assert_eq!(seen["size_bytes"], 3);
        gated.write("a", "abc");
        assert_eq!(counts(&check(&gated).await), (1, 0, 0));
        assert_eq!(edge(&gated, added.id).await.validation_criteria, Some(serde_json::json!({ "path": "a", "content_hash": ABC })));
    }

    /// A file without a hash is never read: a named pipe would block, and one that may not be read will do.
    async fn without_a_hash_nothing_is_read(t: TestDb) {
        use std::os::unix::fs::PermissionsExt;
        let gated = Gated::new(&t).await;
        let item = waiting(&gated).await;
        for path in ["locked", "folder", "link", "folder/inside", "../outside"] {
            let add = file(item, path, None);
            if path.starts_with("..") {
                assert_eq!(gated.seed.must_refuse(&add).await.kind(), ErrorKind::Invalid);
            } else {
                gated.seed.must(&add).await;
            }
        }
        std::fs::create_dir(gated.folder.join("folder")).expect("make a folder");
        std::fs::write(t.dir().join("outside"), "x").expect("write");
        std::os::unix::fs::symlink(t.dir().join("outside"), gated.folder.join("link")).expect("link");
        gated.write("locked", "x");
        std::fs::set_permissions(gated.folder.join("locked"), std::fs::Permissions::from_mode(0o000)).expect("lock it");
        let found = check(&gated).await;
        let told: Vec<_> = found.findings.iter().map(|f| (f.prerequisite.as_str(), f.why.as_deref())).collect();
        assert_eq!(told, [
            ("locked", None),
            ("folder", Some("folder is a folder")),
            ("link", Some("link is a symbolic link")),
            ("folder/inside", Some("folder/inside is not there")),
        ]);
    }

    /// Done at the standard gate, it meets the enhanced one as soon as its files and criteria do; nothing is recorded.
    async fn a_gate_is_reached_when_a_look_says_so(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Standard).await;
        gated.create(held.item.id, "a", "one").await;
        gated.remove("a");
        let (high, strict) = (waiting(&gated).await, waiting(&gated).await);
        gated.seed.must(&gate(high, held.item.id, Level::Enhanced)).await;
        gated.seed.must(&gate(strict, held.item.id, Level::Strict)).await;
        let whys = async || check(&gated).await.findings.into_iter().map(|f| f.why.unwrap_or_default()).collect::<Vec<_>>();
        assert_eq!(whys().await, ["CB-1 is in_progress", "CB-1 is in_progress"]);
        gated.seed.by(&gated.agent, &complete(held.assignment)).await.expect("complete");
        assert_eq!(gated.row(high).await.unmet_prerequisites, 1, "the standard gate says nothing of its files");
        let strictly = "CB-1 was done without a review: reopen it, with the strict gate";
        let verified = gated.verifications().await.len();
        for _ in 0..2 {
            assert_eq!(whys().await, ["the file a is missing", strictly]);
        }
        gated.write("a", "one");
        let found = check(&gated).await;
        assert_eq!(counts(&found), (1, 1, 0));
        assert_eq!((gated.row(high).await.unmet_prerequisites, gated.row(strict).await.unmet_prerequisites), (0, 1));
        assert_eq!(gated.verifications().await.len(), verified, "a look at a gate records no verification");
    }

    /// What cannot be looked at is counted, and the others go on.
    async fn one_that_cannot_be_looked_at_stops_no_other(t: TestDb) {
        let gated = Gated::new(&t).await;
        gated.seed.project("other", "OT").await;
        let waits = NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("elsewhere") };
        let elsewhere = gated.seed.add_all_in("other", vec![waits]).await.remove(0).id;
        let (broken, good) = (waiting(&gated).await, waiting(&gated).await);
        gated.seed.must(&file(elsewhere, "x", None)).await;
        gated.seed.must(&file(broken, "b", None)).await;
        gated.seed.sql("UPDATE task_prerequisites SET validation_criteria = '[1]' WHERE description = 'b is there'").await;
        gated.seed.must(&file(good, "g", None)).await;
        gated.write("g", "x");
        let found = check(&gated).await;
        assert_eq!(counts(&found), (1, 0, 2));
        let missed: Vec<_> = found.findings.iter().filter(|f| f.outcome == CheckOutcome::Missed).collect();
        assert!(missed[0].item == "OT-1" && missed[0].why.as_ref().is_some_and(|why| why.contains("root")), "{missed:?}");
        assert!(missed[1].why.as_ref().is_some_and(|why| why.contains("criteria of the prerequisite 'b is there'")), "{missed:?}");
        let here = CheckPrerequisites { project: Some("demo".into()), ..CheckPrerequisites::default() };
        assert_eq!(counts(&check_with(&gated, here).await), (0, 0, 1), "of that project alone");
        let one = CheckPrerequisites { item: Some(Ref::Id(elsewhere)), ..CheckPrerequisites::default() };
        assert_eq!(counts(&check_with(&gated, one).await), (0, 0, 1));
        let unknown = CheckPrerequisites { item: Some("CB-99".into()), ..CheckPrerequisites::default() };
        let error = gated.seed.board.check_prerequisites(gated.seed.me, &unknown).await.expect_err("unknown");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    /// Those of finished items, by hand, failed or met are left alone; more than a page is looked at whole.
    async fn what_is_not_to_be_looked_at_and_many(t: TestDb) {
        let gated = Gated::new(&t).await;
        let (item, cancelled) = (waiting(&gated).await, waiting(&gated).await);
        gated.write("f", "x");
        gated.seed.must(&AddPrerequisite { by_hand: true, ..file(item, "f", None) }).await;
        gated.write("failed", "x");
        gated.seed.must(&file(item, "failed", None)).await;
        let fail = FailPrerequisite { item: Ref::Id(item), prerequisite: "failed".into(), reason: "it is empty".to_owned() };
        gated.seed.must(&fail).await;
        gated.seed.must(&file(cancelled, "f", None)).await;
        gated.seed.must(&CancelItem::new(cancelled)).await;
        assert_eq!(counts(&check(&gated).await), (0, 0, 0));
        for n in 0..120 {
            gated.seed.must(&file(item, &format!("f{n}"), None)).await;
            if n % 2 == 0 {
                gated.write(&format!("f{n}"), "x");
            }
        }
        assert_eq!(counts(&check(&gated).await), (60, 60, 0));
        assert_eq!(gated.row(item).await.unmet_prerequisites, 62);
        // Whether they hold it back or not, they are looked at.
        gated.seed.must(&EditItem { prerequisite_satisfaction_required: Some(false), ..EditItem::new(item) }).await;
        gated.write("f1", "x");
        assert_eq!(counts(&check(&gated).await), (1, 59, 0));
        assert_eq!((gated.row(item).await.unmet_prerequisites, gated.row(item).await.status), (0, WorkItemStatus::Todo));
    }
}
