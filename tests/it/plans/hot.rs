//! The verbs of workers: what each item costs at least once.

use callboard_service::Ref;
use callboard_service::assignment::{
    Assign, Cancel, Claim, Complete, CompleteAndClaim, Expire, Fail, Heartbeat, Holder, Pause, Reassign, Resume, Start,
};
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::{FileOperationOperation, WorkItemType};
use callboard_service::file::{NewOperation, TrackFiles};
use callboard_service::item::{AddItems, CommentOnItem, EditItem, NewItem};
use callboard_service::message::{ReadMessages, SendMessage};
use callboard_service::prerequisite::{AddPrerequisite, RemovePrerequisite};
use callboard_service::session::StartSession;
use sea_orm::ConnectionTrait;
use support::large::{HELD, HOLDER, Of, READY, id};
use support::{TestDb, both_large};

use super::call::{Call, Caller, call};
use super::check::{assert_bounded, faults};

pub fn project() -> Option<Ref> {
    Some(Ref::Id(id(Of::Project, 1)))
}

fn claim() -> Claim {
    Claim::one(Ref::Id(id(Of::Agent, 1)))
}

/// The open assignment of [`HELD`].
fn held() -> uuid::Uuid {
    id(Of::Assignment, HELD)
}

fn assign() -> Assign {
    let holder = Holder::Agent(Ref::Id(id(Of::Agent, 1)));
    Assign { item: Ref::Id(id(Of::Item, READY)), holder, accept_seconds: None, context: None, notes: None }
}

async fn claimed(c: &Caller, claim: Claim, count: usize) {
    assert_eq!(c.agent(1, &claim).await.claimed.len(), count);
}

fn claims() -> Vec<Call> {
    vec![
        call!("claim", |c| {
            claimed(c, claim(), 1).await;
        }),
        call!("claim ten of a project", |c| {
            claimed(c, Claim { count: 10, project: project(), ..claim() }, 10).await;
        }),
        call!("claim in a sprint", |c| {
            claimed(c, Claim { sprint: Some(Ref::Id(id(Of::Sprint, 3))), ..claim() }, 1).await;
        }),
        call!("claim in a sprint without work", |c| {
            claimed(c, Claim { sprint: Some(Ref::Id(id(Of::Sprint, 1))), ..claim() }, 0).await;
        }),
        call!("claim in a stream", |c| {
            claimed(c, Claim { stream: Some(Ref::Id(id(Of::Stream, 12))), ..claim() }, 1).await;
        }),
        call!("claim a bug", |c| {
            claimed(c, Claim { kind: Some(WorkItemType::Bug), ..claim() }, 1).await;
        }),
        call!("claim by tag", |c| {
            claimed(c, Claim { tag: Some("urgent".to_owned()), ..claim() }, 1).await;
        }),
        call!("claim what is set aside", |c| {
            let own = c.agent(90, &Claim::one(Ref::Id(id(Of::Agent, 90)))).await.claimed;
            assert_eq!(own[0].item.assignee_id, Some(id(Of::Agent, 90)));
        }),
    ]
}

fn endings() -> Vec<Call> {
    vec![
        call!("heartbeat", |c| {
            c.agent(HOLDER, &Heartbeat { assignment: held(), lease_seconds: None }).await;
        }),
        call!("pause", |c| {
            let pause = Pause { assignment: held(), reason: "lunch".to_owned(), deadline_seconds: None };
            c.agent(HOLDER, &pause).await;
            c.agent(HOLDER, &Resume { assignment: held(), lease_seconds: None }).await;
        }),
        call!("complete and claim", |c| {
            let complete = Complete { assignment: held(), ..Complete::default() };
            let claim = Claim::one(Ref::Id(id(Of::Agent, HOLDER)));
            c.agent(HOLDER, &CompleteAndClaim { complete, claim }).await;
        }),
        call!("complete", |c| {
            let assignment = id(Of::Assignment, HELD + 20);
            c.agent(HOLDER + 20, &Complete { assignment, ..Complete::default() }).await;
        }),
        call!("fail", |c| {
            let assignment = id(Of::Assignment, HELD + 40);
            c.agent(HOLDER + 40, &Fail { assignment, reason: "it does not build".to_owned(), permanent: false }).await;
        }),
        call!("cancel", |c| {
            c.run(&Cancel { assignment: id(Of::Assignment, HELD + 60), reason: "not needed".to_owned() }).await;
        }),
        call!("reassign", |c| {
            let holder = Holder::Agent(Ref::Id(id(Of::Agent, 1)));
            let (item, reason) = (Ref::Id(id(Of::Item, HELD + 80)), "a better fit".to_owned());
            c.run(&Reassign { item, holder, reason, accept_seconds: None }).await;
        }),
        call!("assign and start", |c| {
            let assigned = c.run(&assign()).await;
            c.agent(1, &Start { assignment: assigned.assignment.id, lease_seconds: None }).await;
        }),
        call!("expire", |c| {
            let expired = c.run(&Expire { project: None, limit: 3 }).await;
            assert_eq!((expired.expired.len() + expired.dead.len(), expired.released.len()), (3, 3));
        }),
        call!("expire in a project", |c| {
            c.run(&Expire { project: project(), limit: 3 }).await;
        }),
    ]
}

fn records() -> Vec<Call> {
    vec![
        call!("item add", |c| {
            c.run(&AddItems { project: project(), items: vec![NewItem::titled("One more")] }).await;
        }),
        call!("item edit", |c| {
            let edit =
                EditItem { title: Some("Another".to_owned()), ..EditItem::new(Ref::Id(id(Of::Item, READY + 20))) };
            c.run(&edit).await;
        }),
        call!("item comment", |c| {
            let item = Ref::Id(id(Of::Item, READY));
            c.run(&CommentOnItem { item, text: "Seen.".to_owned() }).await;
        }),
        call!("prerequisites", |c| {
            let (item, other) = (Ref::Id(id(Of::Item, READY + 40)), Ref::Id(id(Of::Item, READY + 60)));
            c.run(&AddPrerequisite::new(item.clone(), other.clone())).await;
            c.run(&RemovePrerequisite { item, prerequisite: other }).await;
        }),
        call!("checkpoint add", |c| {
            let item = Ref::Id(id(Of::Item, HELD + 100));
            let add = AddCheckpoint { item, assignment: None, note: "half of it".to_owned(), data: None };
            c.agent(HOLDER + 100, &add).await;
        }),
        call!("file track", |c| {
            let operation = NewOperation {
                operation: FileOperationOperation::Modify,
                path: "src/file7.rs".to_owned(),
                new_path: None,
                content_hash: Some("0".repeat(64)),
                size_bytes: Some(1),
                rationale: None,
                metadata: None,
            };
            let item = Some(Ref::Id(id(Of::Item, HELD + 120)));
            c.agent(HOLDER + 120, &TrackFiles { item, operations: vec![operation], ..TrackFiles::default() }).await;
        }),
        call!("session start", |c| {
            c.agent(1, &StartSession { project: project(), beside: true, ..StartSession::default() }).await;
        }),
        call!("message send", |c| {
            let to = Some(Ref::Id(id(Of::Agent, 2)));
            let send = SendMessage { project: project(), to, text: "Look here.".to_owned(), ..SendMessage::default() };
            let sent = c.agent(1, &send).await;
            c.agent(2, &ReadMessages { messages: vec![sent.id] }).await;
        }),
    ]
}

both_large! {
    async fn claims_are_found_by_the_ready_queue(t: TestDb) {
        assert_bounded(&t, &claims()).await;
    }

    async fn what_holders_do_is_found_by_its_assignment(t: TestDb) {
        assert_bounded(&t, &endings()).await;
    }

    async fn what_is_written_down_costs_the_same_on_a_large_board(t: TestDb) {
        assert_bounded(&t, &records()).await;
    }

    /// The control: without its index, a claim in a project is found out, by its plan or by its work.
    async fn a_missing_index_is_found_out(t: TestDb) {
        let raw = t.raw().await;
        for index in ["ix_file_operations_path_work_item_id", "ix_file_operations_work_item_id_path"] {
            raw.execute_unprepared(&format!("DROP INDEX {index}")).await.expect("drop it");
        }
        raw.execute_unprepared("DROP INDEX ix_file_operations_unverified").await.expect("drop it");
        raw.close().await.expect("close");
        let complete = call!("complete", |c| {
            let assignment = id(Of::Assignment, HELD + 20);
            c.agent(HOLDER + 20, &Complete { assignment, ..Complete::default() }).await;
        });
        let found = faults(&t, &[complete]).await;
        assert!(found.iter().any(|fault| fault.contains("reads all of file_operations")), "{found:?}");
        assert!(found.iter().any(|fault| fault.contains(" steps: ")), "{found:?}");
    }
}
