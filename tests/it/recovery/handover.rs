//! Handing an item over.

use callboard_service::assignment::{Complete, Start};
use callboard_service::entity::{
    CapabilityLevel::Expert, MessageKind, TaskAssignmentStatus as Status, WorkItemDelegationStatus, WorkItemStatus,
    board_messages as messages,
};
use callboard_service::item::{ArchiveItem, Assignee, NewItem};
use callboard_service::message::{Inbox, ShowMessage};
use callboard_service::recovery::{HandOver, RecoveryPackage};
use callboard_service::{Conflict, Error, ErrorKind, Ref};
use sea_orm::EntityTrait;
use serde_json::json;
use support::work::assign;
use support::{Seed, TestDb, both};
use uuid::Uuid;

both! {
    async fn to_an_agent_with_all_that_it_needs(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let held = seed.work(&one).await;
        let hand = HandOver {
            to: Some(Ref::from("two")),
            assignment: Some(held.assignment),
            ..HandOver::of(&*held.item.key, "all but the error paths")
        };
        let handed = seed.by(&one, &hand).await.expect("hand over");
        assert_eq!(handed.released, Some(held.assignment));
        let before = seed.assignment(held.assignment).await;
        assert_eq!((before.status, before.notes.as_deref()), (Status::Cancelled, Some("all but the error paths")));
        let now = handed.assignment.clone().expect("a new assignment");
        assert_eq!(seed.assignment(now.id).await, now);
        assert_eq!((now.agent_id, now.status), (Some(two.id), Status::Assigned));
        let item = seed.row(held.item.id).await;
        assert_eq!(handed.item, item);
        assert_eq!((item.delegation_status, item.assignee_id), (WorkItemDelegationStatus::Assigned, Some(two.id)));
        assert_eq!(item.attempt_count, 0, "it costs no attempt");
        assert_eq!(item.delegation_context, Some(json!({"handover": {"message": handed.message}})));
        assert_eq!(seed.kinds(item.id).await[2..], ["unassigned", "assigned", "handed_over"]);

        let row = message(&seed).await;
        assert_eq!((row.id, row.kind, row.work_item_id), (handed.message, MessageKind::Handover, Some(item.id)));
        assert_eq!((row.from_agent_id, row.to_agent_id), (Some(one.id), Some(two.id)));
        assert_eq!(row.body["text"], "all but the error paths");
        let package: RecoveryPackage = serde_json::from_value(row.body["package"].clone()).expect("a package");
        assert_eq!(package, handed.package);
        assert_eq!(package.item.revision, item.revision, "the item as the next one finds it");
        assert_eq!(package.attempts[1].why.as_deref(), Some("all but the error paths"));
        // The next one goes on.
        seed.by(&two, &Start { assignment: now.id, lease_seconds: None }).await.expect("start");
        assert_eq!(seed.row(item.id).await.attempt_count, 1);
    }

    /// What other hands did to its message is told, and keeps nobody from the item.
    async fn a_message_that_cannot_be_read_stops_no_claim(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let held = seed.work(&one).await;
        let handed = seed.must(&HandOver::of(Ref::Id(held.item.id), "needs PostgreSQL")).await;
        seed.sql("UPDATE board_messages SET body = '[1]'").await;
        let claimed = seed.claim(&two).await;
        let package = claimed.recovery.expect("a package");
        let told = package.handover.expect("the handover").text;
        assert!(told.starts_with('(') && told.contains(&handed.message.to_string()), "{told}");
        let inbox = seed.board.read(&Inbox::of(Ref::Id(two.id))).await.expect("the inbox");
        assert_eq!(inbox.messages[0].text, told);
        let thread = seed.board.read(&ShowMessage { message: handed.message }).await.expect("the thread");
        assert_eq!(thread.messages[0].text, told);
    }

    async fn to_nobody_in_particular(t: TestDb) {
        let seed = t.seed().await;
        let one = seed.agent("one").await;
        let held = seed.work(&one).await;
        let handed = seed.must(&HandOver::of(Ref::Id(held.item.id), "needs PostgreSQL")).await;
        assert_eq!((handed.assignment, handed.released), (None, Some(held.assignment)));
        let item = seed.row(held.item.id).await;
        assert_eq!((item.status, item.assignee_id), (WorkItemStatus::Todo, None));
        assert_eq!(item.delegation_status, WorkItemDelegationStatus::Unassigned);
        assert_eq!(seed.assignment(held.assignment).await.status, Status::Cancelled);
        let row = message(&seed).await;
        assert_eq!((row.to_agent_id, row.actor_id), (None, Some(seed.user.id)));
        assert!(row.body["package"].is_object());
        assert_eq!(seed.claim(&seed.agent("two").await).await.item.id, item.id, "anybody can have it");
    }

    async fn what_nobody_holds_and_what_is_set_aside(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let free = seed.item().await;
        let to_one = HandOver { to: Some(Ref::from("one")), ..HandOver::of(Ref::Id(free.id), "yours") };
        let handed = seed.must(&to_one).await;
        assert_eq!((handed.released, handed.item.assignee_id), (None, Some(one.id)));
        let aside = NewItem { assignee: Some(Assignee::Agent(Ref::Id(two.id))), ..NewItem::titled("aside") };
        let aside = seed.add(aside).await;
        let handed = seed.must(&HandOver::of(Ref::Id(aside.id), "anybody's")).await;
        assert_eq!((handed.released, handed.item.assignee_id), (None, None));
        assert_eq!(seed.row(aside.id).await.assignee_id, None);
        let nobodys = seed.item().await;
        assert_eq!(seed.must(&HandOver::of(Ref::Id(nobodys.id), "look here")).await.released, None);
        assert_eq!(seed.kinds(nobodys.id).await, ["created", "handed_over"]);
    }

    async fn the_context_that_was_given_stays(t: TestDb) {
        let seed = t.seed().await;
        let one = seed.agent("one").await;
        for (given, kept) in [
            (json!({"branch": "main"}), ("branch", json!("main"))),
            (json!(["a", "b"]), ("context", json!(["a", "b"]))),
        ] {
            let item = seed.item().await;
            let assign = callboard_service::assignment::Assign {
                context: Some(given),
                ..assign(item.id, support::work::holder(&one))
            };
            seed.must(&assign).await;
            let handed = seed.must(&HandOver::of(Ref::Id(item.id), "x")).await;
            let context = seed.row(item.id).await.delegation_context.expect("a context");
            assert_eq!((&context[kept.0], &context["handover"]["message"]), (&kept.1, &json!(handed.message)));
            // A second one takes the place of the first.
            let again = seed.must(&HandOver::of(Ref::Id(item.id), "y")).await;
            let context = seed.row(item.id).await.delegation_context.expect("a context");
            assert_eq!((&context[kept.0], &context["handover"]["message"]), (&kept.1, &json!(again.message)));
            assert_eq!(again.package.handover.map(|before| before.message), Some(handed.message));
        }
    }

    async fn a_refusal_changes_nothing(t: TestDb) {
        let seed = t.seed().await;
        let one = seed.agent("one").await;
        let able = seed.agent_with("able", &[("rust", Expert)], None).await;
        let item = NewItem { requirements: vec![("rust".to_owned(), Expert).into()], ..NewItem::titled("rusty") };
        let item = seed.add(item).await;
        let held = seed.claim(&able).await;
        assert_eq!(held.item.id, item.id);
        let good = HandOver { assignment: Some(held.assignment), ..HandOver::of(Ref::Id(item.id), "x") };
        let to = |slug: &str| HandOver { to: Some(Ref::from(slug)), ..good.clone() };
        assert!(matches!(seed.must_refuse(&to("one")).await, Error::NotAssignable { .. }), "it lacks rust");
        assert!(matches!(seed.must_refuse(&to("onne")).await, Error::NotFound { entity: "agent", .. }));
        let other = seed.work(&one).await;
        let bad = [
            (HandOver { note: " ".to_owned(), ..good.clone() }, "text"),
            (HandOver { note: "x".repeat(1024 * 1024 + 1), ..good.clone() }, "text"),
            (HandOver { budget: Some(10), ..good.clone() }, "budget"),
            (HandOver { assignment: Some(other.assignment), ..good.clone() }, "assignment"),
            (HandOver { accept_seconds: Some(1), ..to("able") }, "deadline"),
        ];
        for (hand, expected) in bad {
            let error = seed.must_refuse(&hand).await;
            assert!(matches!(&error, Error::Invalid { field, .. } if *field == expected), "{expected}: {error}");
        }
        seed.lapse(held.assignment).await;
        assert_eq!(seed.must_refuse(&good).await.kind(), ErrorKind::LeaseLost);
        seed.by(&one, &Complete { assignment: other.assignment, ..Complete::default() }).await.expect("complete");
        let done = HandOver::of(Ref::Id(other.item.id), "x");
        let error = seed.must_refuse(&done).await;
        assert!(matches!(&error, Error::Transition { entity: "item", from, .. } if from == "done"), "{error}");
        seed.must(&ArchiveItem { item: Ref::Id(other.item.id), reason: None }).await;
        let error = seed.must_refuse(&done).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Inactive { entity: "item", .. })), "{error}");
        let error = seed.must_refuse(&HandOver { assignment: Some(Uuid::now_v7()), ..good }).await;
        assert!(matches!(error, Error::NotFound { entity: "assignment", .. }), "{error}");
        assert!(messages::Entity::find().all(&seed.raw).await.expect("read").is_empty());
    }
}

/// The only message.
async fn message(seed: &Seed) -> messages::Model {
    let mut found = messages::Entity::find().all(&seed.raw).await.expect("read the messages");
    assert_eq!(found.len(), 1);
    found.remove(0)
}
