//! Each filter keeps its own.

use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::decision::AddDecision;
use callboard_service::entity::{
    DecisionCategory as Category, DecisionImpact as Impact, DecisionStatus, FileOperationActorType,
    FileOperationOperation, FileOperationVerificationStatus, WorkItemStatus, file_operations,
};
use callboard_service::item::{MoveItem, MoveTo, NewItem};
use callboard_service::search::{HitStatus, Search, Within};
use callboard_service::session::NoteInSession;
use callboard_service::{ErrorKind, Ref};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{comment, keys, note};
use crate::session::start;

/// That a file was moved for an item.
async fn moved(seed: &Seed, item: Uuid, path: &str, new_path: &str) {
    let now = seed.board.now();
    let row = file_operations::Model {
        id: Uuid::now_v7(),
        work_item_id: item,
        assignment_id: None,
        session_id: None,
        operation: FileOperationOperation::Move,
        path: path.to_owned(),
        new_path: Some(new_path.to_owned()),
        content_hash: None,
        size_bytes: None,
        rationale: None,
        file_metadata: None,
        verification_status: FileOperationVerificationStatus::Pending,
        actor_type: FileOperationActorType::User,
        actor_id: Some(seed.user.id),
        occurred_at: now,
        created_at: now,
        updated_at: now,
    };
    let row = row.into_active_model().reset_all();
    file_operations::Entity::insert(row).exec_without_returning(&seed.raw).await.expect("write an operation");
}

fn decision(title: &str, category: Category, impact: Impact, file: &str) -> AddDecision {
    let affected_files = vec![file.to_owned()];
    AddDecision { category, impact, affected_files, ..AddDecision::new(title, "A needle.", "It is sharp.") }
}

/// `CB-1` is cancelled, `CB-2` is not, each with a decision, a comment, a note and a checkpoint; a third decision is by itself.
async fn board(t: &TestDb) -> Seed {
    let seed = t.seed().await;
    let items = seed.add_all(vec![NewItem::titled("needle one"), NewItem::titled("needle two")]).await;
    seed.must(&start("day")).await;
    for (item, category, impact) in
        [(&items[0], Category::Security, Impact::High), (&items[1], Category::Quality, Impact::Low)]
    {
        let new = decision(&item.title, category, impact, "docs/both.md");
        seed.must(&AddDecision { item: Some(Ref::Id(item.id)), ..new }).await;
        seed.must(&comment(&item.key, "needle")).await;
        seed.must(&NoteInSession { item: Some(Ref::Id(item.id)), ..note("day", "needle") }).await;
        seed.in_session("day").await.must(&AddCheckpoint::of(item.id, "needle")).await;
    }
    seed.must(&note("day", "needle of no item")).await;
    let alone = decision("alone", Category::Security, Impact::Low, "src/alone.rs");
    seed.must(&AddDecision { status: DecisionStatus::Proposed, ..alone }).await;
    moved(&seed, items[0].id, "src/old.rs", "src/new.rs").await;
    let to = MoveTo::Status(WorkItemStatus::Cancelled);
    seed.must(&MoveItem { item: Ref::Id(items[0].id), to, reason: None, force: None }).await;
    seed
}

/// What is about an item, with its decision.
fn of(item: &str, decision: &str) -> Vec<String> {
    let kinds = ["item", "comment", "checkpoint"].map(|kind| format!("{kind} {item}"));
    let mut all: Vec<String> = kinds.into_iter().chain([decision.to_owned(), "note day".to_owned()]).collect();
    all.sort();
    all
}

both! {
    async fn each_keeps_its_own(t: TestDb) {
        let seed = board(&t).await;
        let (one, two) = (of("CB-1", "decision CB-D1"), of("CB-2", "decision CB-D2"));
        let all = || Search::new("needle");
        let without = |of: &[String], kind: &str| of.iter().filter(|hit| !hit.starts_with(kind)).cloned().collect::<Vec<_>>();
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
        let item = |status| vec![HitStatus::Item(status)];
        let file = |path: &str| Search { file: Some(path.to_owned()), ..all() };
        let both_decided = words(&["decision CB-D1", "decision CB-D2"]);
        for (search, expected) in [
            (all(), [&one[..], &two, &words(&["decision CB-D3", "note day"])].concat()),
            (Search { within: vec![Within::Items], ..all() }, words(&["item CB-1", "item CB-2"])),
            (Search { within: vec![Within::Decisions, Within::Items], ..all() }, [&words(&["item CB-1", "item CB-2", "decision CB-D3"])[..], &both_decided].concat()),
            (
                Search { within: vec![Within::Notes], ..all() },
                words(&["comment CB-1", "comment CB-2", "checkpoint CB-1", "checkpoint CB-2", "note day", "note day", "note day"]),
            ),
            (Search { categories: vec![Category::Security], ..all() }, words(&["decision CB-D1", "decision CB-D3"])),
            (Search { impacts: vec![Impact::Low, Impact::Medium], ..all() }, words(&["decision CB-D2", "decision CB-D3"])),
            (Search { categories: vec![Category::Security], impacts: vec![Impact::Low], ..all() }, words(&["decision CB-D3"])),
            (Search { statuses: item(WorkItemStatus::Cancelled), ..all() }, without(&one, "decision")),
            (Search { statuses: item(WorkItemStatus::Todo), ..all() }, without(&two, "decision")),
            (Search { statuses: item(WorkItemStatus::Backlog), ..all() }, Vec::new()),
            (Search { statuses: vec![HitStatus::Decision(DecisionStatus::Accepted)], ..all() }, both_decided.clone()),
            (
                Search { statuses: vec![HitStatus::Item(WorkItemStatus::Todo), HitStatus::Decision(DecisionStatus::Proposed)], ..all() },
                [without(&two, "decision"), words(&["decision CB-D3"])].concat(),
            ),
            (Search { statuses: item(WorkItemStatus::Cancelled), within: vec![Within::Items], ..all() }, words(&["item CB-1"])),
            (file("src/old.rs"), one.clone()),
            (file("./src//new.rs"), one.clone()),
            (file("src"), Vec::new()),
            (file("src/alone.rs"), words(&["decision CB-D3"])),
            (file("docs/both.md"), both_decided),
            (Search { impacts: vec![Impact::High], ..file("src/new.rs") }, words(&["decision CB-D1"])),
            (Search { project: Some(Ref::from("demo")), statuses: item(WorkItemStatus::Cancelled), ..file("src/new.rs") }, without(&one, "decision")),
            (Search { words: "one needle".to_owned(), ..all() }, words(&["item CB-1", "decision CB-D1"])),
        ] {
            let (mut found, mut expected) = (keys(&seed, &search).await, expected);
            found.sort();
            expected.sort();
            assert_eq!(found, expected, "{search:?}");
        }
    }

    async fn they_stay_with_the_project(t: TestDb) {
        let seed = board(&t).await;
        seed.must(&crate::project::project("other", "OT")).await;
        let other = Search { project: Some(Ref::from("other")), within: vec![Within::Items, Within::Decisions], ..Search::new("needle") };
        assert_eq!(keys(&seed, &other).await, [""; 0]);
        seed.add_all_in("other", vec![NewItem::titled("needle")]).await;
        assert_eq!(keys(&seed, &other).await, ["item OT-1"]);
        let cancelled = Search { statuses: vec![HitStatus::Item(WorkItemStatus::Cancelled)], ..other };
        assert_eq!(keys(&seed, &cancelled).await, [""; 0]);
    }

    async fn a_path_stays_inside_the_root(t: TestDb) {
        let seed = t.seed().await;
        for path in ["", "/etc/passwd", "a/../../b", "a\0"] {
            let error = seed.board.read(&Search { file: Some(path.to_owned()), ..Search::new("x") }).await.expect_err("refused");
            assert_eq!(error.kind(), ErrorKind::Invalid, "{path}");
        }
    }
}
