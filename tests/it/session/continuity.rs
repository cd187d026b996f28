//! The figures of session continuity: one row changes, and one figure moves by one.

use callboard_service::entity::{
    CheckpointActorType, FileOperationActorType, FileOperationOperation as Operation,
    FileOperationVerificationStatus as Verification, checkpoints, file_operations, work_items,
};
use callboard_service::item::CancelItem;
use callboard_service::project::AddProject;
use callboard_service::session::{Continuity, ContinuityReport, EXAMPLES};
use callboard_service::{ErrorKind, Ref};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{beside, end, pause, resume, start};

async fn report(seed: &Seed) -> ContinuityReport {
    seed.board.read(&Continuity::default()).await.expect("continuity")
}

/// The four counts: sessions, items, files, leases.
async fn counts(seed: &Seed) -> [u64; 4] {
    let report = report(seed).await;
    let counts = report.figures().map(|(_, figure)| figure.count);
    assert_eq!(report.total(), counts.iter().sum::<u64>());
    for (name, figure) in report.figures() {
        assert_eq!(figure.first.len() as u64, figure.count.min(EXAMPLES), "{name}");
    }
    counts
}

async fn checkpoint(seed: &Seed, item: Uuid) {
    let row = checkpoints::Model {
        id: Uuid::now_v7(),
        work_item_id: item,
        assignment_id: None,
        session_id: None,
        seq: 1,
        note: "half".to_owned(),
        data: None,
        actor_type: CheckpointActorType::User,
        actor_id: Some(seed.user.id),
        created_at: seed.board.now(),
    };
    let row = row.into_active_model().reset_all();
    checkpoints::Entity::insert(row).exec_without_returning(&seed.raw).await.expect("write a checkpoint");
    seed.reindex().await;
}

async fn file(seed: &Seed, item: Uuid, operation: Operation, path: &str, status: Verification) -> Uuid {
    let now = seed.board.now();
    let row = file_operations::Model {
        id: Uuid::now_v7(),
        work_item_id: item,
        assignment_id: None,
        session_id: None,
        operation,
        path: path.to_owned(),
        new_path: None,
        content_hash: None,
        size_bytes: None,
        rationale: None,
        file_metadata: None,
        verification_status: status,
        actor_type: FileOperationActorType::User,
        actor_id: Some(seed.user.id),
        occurred_at: now,
        created_at: now,
        updated_at: now,
    };
    let id = row.id;
    let row = row.into_active_model().reset_all();
    file_operations::Entity::insert(row).exec_without_returning(&seed.raw).await.expect("write an operation");
    id
}

async fn verify(seed: &Seed, id: Uuid, status: Verification) {
    let change = file_operations::ActiveModel { verification_status: Set(status), ..Default::default() };
    let change = file_operations::ActiveModel { id: Set(id), ..change };
    change.update(&seed.raw).await.expect("verify");
}

/// An item in progress, of an agent of its own.
async fn begun(seed: &Seed) -> work_items::Model {
    let agent = seed.agent(&format!("a-{}", Uuid::now_v7().simple())).await;
    seed.work(&agent).await.item
}

both! {
    async fn an_open_session_is_one_until_it_is_over(t: TestDb) {
        let seed = t.seed().await;
        assert_eq!(counts(&seed).await, [0; 4]);
        seed.must(&start("day")).await;
        assert_eq!(counts(&seed).await, [1, 0, 0, 0]);
        assert_eq!(report(&seed).await.open_sessions.first, ["day"]);
        seed.must(&pause("day")).await;
        assert_eq!(counts(&seed).await, [1, 0, 0, 0], "a paused one is open too");
        seed.must(&resume("day")).await;
        seed.must(&beside("night")).await;
        assert_eq!(counts(&seed).await, [2, 0, 0, 0]);
        seed.must(&end("day")).await;
        assert_eq!(counts(&seed).await, [1, 0, 0, 0]);
        let abandon = callboard_service::session::AbandonSession { session: None, reason: "x".to_owned() };
        seed.must(&abandon).await;
        assert_eq!(counts(&seed).await, [0; 4]);
    }

    async fn an_item_in_progress_is_one_until_it_has_a_checkpoint(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        assert_eq!(counts(&seed).await, [0; 4], "what is not begun needs none");
        let (one, two, three) = (begun(&seed).await, begun(&seed).await, begun(&seed).await);
        assert_eq!(counts(&seed).await, [0, 3, 0, 0]);
        assert_eq!(report(&seed).await.in_progress_without_checkpoint.first, [one.key, two.key.clone(), three.key.clone()]);
        checkpoint(&seed, one.id).await;
        assert_eq!(counts(&seed).await, [0, 2, 0, 0]);
        seed.must(&CancelItem { reason: Some("not wanted".to_owned()), ..CancelItem::new(Ref::Id(two.id)) }).await;
        assert_eq!(counts(&seed).await, [0, 1, 0, 0], "what is not in progress any more needs none");
        // As an archive of its whole project leaves it.
        seed.sql("UPDATE work_items SET archived_at = created_at WHERE key = 'CB-4'").await;
        assert_eq!((counts(&seed).await, three.key.as_str()), ([0; 4], "CB-4"));
        seed.sql("UPDATE work_items SET archived_at = NULL").await;
    }

    async fn a_file_is_one_until_its_newest_operation_is_verified(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await.id;
        let id = file(&seed, item, Operation::Create, "a.rs", Verification::Pending).await;
        assert_eq!(counts(&seed).await, [0, 0, 1, 0]);
        assert_eq!(report(&seed).await.unverified_files.first, ["CB-1 a.rs"]);
        for status in [Verification::Partial, Verification::Failed] {
            verify(&seed, id, status).await;
            assert_eq!(counts(&seed).await, [0, 0, 1, 0], "{status}");
        }
        // One file, whatever was done to it; a read changes nothing.
        file(&seed, item, Operation::Modify, "a.rs", Verification::Pending).await;
        file(&seed, item, Operation::Read, "b.rs", Verification::Pending).await;
        assert_eq!(counts(&seed).await, [0, 0, 1, 0]);
        let other = file(&seed, item, Operation::Delete, "c.rs", Verification::Pending).await;
        assert_eq!(counts(&seed).await, [0, 0, 2, 0]);
        verify(&seed, id, Verification::Superseded).await;
        verify(&seed, other, Verification::Verified).await;
        assert_eq!(counts(&seed).await, [0, 0, 1, 0]);
        assert_eq!(report(&seed).await.unverified_files.first, ["CB-1 a.rs"]);
    }

    async fn a_lease_is_one_from_its_end_until_it_is_taken_back(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        checkpoint(&seed, held.item.id).await;
        assert_eq!(counts(&seed).await, [0; 4]);
        seed.lapse(held.assignment).await;
        assert_eq!(counts(&seed).await, [0, 0, 0, 1]);
        assert_eq!(report(&seed).await.expired_leases.first, [held.item.key]);
        seed.expire().await;
        assert_eq!(counts(&seed).await, [0; 4]);
    }

    /// Each figure of another project, and more than are named.
    async fn only_of_the_project_that_is_named(t: TestDb) {
        let seed = t.seed().await;
        let other = AddProject {
            slug: "other".to_owned(),
            name: "Other".to_owned(),
            key_prefix: "OT".to_owned(),
            ..AddProject::default()
        };
        seed.must(&other).await;
        for n in 0..12 {
            let start = callboard_service::session::StartSession { project: Some(Ref::from("demo")), ..beside(&format!("s-{n}")) };
            seed.must(&start).await;
        }
        let item = seed.add_all_in("demo", vec![callboard_service::item::NewItem::titled("x")]).await.remove(0);
        let agent = seed.agent("coder").await;
        let held = seed.claim(&agent).await;
        assert_eq!(held.item.id, item.id);
        seed.lapse(held.assignment).await;
        file(&seed, item.id, Operation::Create, "a.rs", Verification::Pending).await;
        let of = async |project: &str| {
            let report = seed.board.read(&Continuity { project: Some(Ref::from(project)) }).await.expect("continuity");
            report.figures().map(|(_, figure)| (figure.count, figure.first.len()))
        };
        assert_eq!(of("demo").await, [(12, 10), (1, 1), (1, 1), (1, 1)]);
        assert_eq!(of("other").await, [(0, 0); 4]);
        assert_eq!(counts(&seed).await, [12, 1, 1, 1]);
        let nowhere = Continuity { project: Some(Ref::from("nowhere")) };
        assert_eq!(seed.board.read(&nowhere).await.expect_err("refused").kind(), ErrorKind::NotFound);
    }

    async fn in_as_many_statements_whatever_there_is(t: TestDb) {
        let seed = t.seed().await;
        let none = t.statements(&seed.board, &Continuity::default()).await;
        for n in 0..20 {
            seed.must(&beside(&format!("s-{n}"))).await;
            let item = begun(&seed).await;
            file(&seed, item.id, Operation::Create, "a.rs", Verification::Pending).await;
        }
        seed.lapse_all().await;
        assert_eq!(t.statements(&seed.board, &Continuity::default()).await, none);
        assert_eq!(counts(&seed).await, [20; 4]);
    }
}
