//! Reassigning: taken from one and given to another at once, or not at all.

use callboard_service::assignment::{Holder, Pause, Reassign};
use callboard_service::entity::{
    CapabilityLevel::Expert, TaskAssignmentStatus, WorkItemAssigneeType, WorkItemDelegationStatus, WorkItemStatus,
};
use callboard_service::item::{Assignee, NewItem};
use callboard_service::{Error, ErrorKind, Ref};
use support::work::holder;
use support::{TestDb, both};
use uuid::Uuid;

both! {
    async fn from_one_agent_to_another_at_no_cost(t: TestDb) {
        let seed = t.seed().await;
        let (old, new) = (seed.agent("old").await, seed.agent("new").await);
        for pause in [false, true] {
            let held = seed.work(&old).await;
            if pause {
                seed.must(&Pause { assignment: held.assignment, reason: "x".to_owned(), deadline_seconds: None }).await;
            }
            let given = seed.must(&reassign(held.item.id, holder(&new))).await;
            let before = seed.assignment(held.assignment).await;
            assert_eq!((before.status, before.notes.as_deref()), (TaskAssignmentStatus::Cancelled, Some("on leave")));
            let row = seed.row(held.item.id).await;
            assert_eq!(given.item, row);
            assert_eq!((row.status, row.delegation_status), (WorkItemStatus::Todo, WorkItemDelegationStatus::Assigned));
            assert_eq!((row.assignee_id, row.attempt_count), (Some(new.id), 0), "reassigning costs no attempt");
            assert_eq!(row.blocked_reason, None);
            let now = seed.assignment(given.assignment.id).await;
            assert_eq!((now.agent_id, now.status), (Some(new.id), TaskAssignmentStatus::Assigned));
            assert_eq!(seed.kinds(row.id).await[2 + usize::from(pause)..], ["unassigned", "assigned"]);
        }
    }

    async fn to_a_person_and_back(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let given = seed.must(&reassign(held.item.id, Holder::User(Ref::from("kim")))).await;
        assert_eq!((given.assignment.user_id, given.assignment.lease_expires_at), (Some(seed.user.id), None));
        assert_eq!(given.item.assignee_type, Some(WorkItemAssigneeType::User));
        let back = seed.must(&reassign(held.item.id, holder(&agent))).await;
        assert_eq!(back.item.assignee_id, Some(agent.id));
        assert!(back.assignment.lease_expires_at.is_some());
    }

    /// The old holder's release is undone with the refusal.
    async fn a_refusal_leaves_the_present_holder_in_place(t: TestDb) {
        let seed = t.seed().await;
        let able = seed.agent_with("able", &[("rust", Expert)], None).await;
        let (novice, full) = (seed.agent("novice").await, seed.agent_with("full", &[("rust", Expert)], Some(1)).await);
        seed.work(&full).await;
        let item = NewItem { requirements: vec![("rust".to_owned(), Expert).into()], ..NewItem::titled("rusty") };
        let item = seed.add(item).await;
        let held = seed.claim(&able).await;
        assert_eq!(held.item.id, item.id);
        for (agent, why) in [(&novice, "it needs rust at expert"), (&full, "the agent holds 1 of at most 1")] {
            let error = seed.must_refuse(&reassign(item.id, holder(agent))).await;
            let Error::NotAssignable { conditions, .. } = &error else { panic!("{error}") };
            assert!(conditions[0].starts_with(why), "{conditions:?}");
            assert_eq!(seed.assignment(held.assignment).await.status, TaskAssignmentStatus::Started);
        }
        let error = seed.must_refuse(&Reassign { reason: String::new(), ..reassign(item.id, holder(&full)) }).await;
        assert_eq!(error.kind(), ErrorKind::Invalid);
        let error = seed.must_refuse(&reassign(item.id, Holder::Agent(Ref::from("nowice")))).await;
        assert!(matches!(&error, Error::NotFound { near, .. } if near == &["novice"]), "{error}");
    }

    async fn to_the_same_agent_within_its_limit(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[], Some(1)).await;
        let held = seed.work(&agent).await;
        let given = seed.must(&reassign(held.item.id, holder(&agent))).await;
        assert_ne!(given.assignment.id, held.assignment);
        assert_eq!(seed.assignment(held.assignment).await.status, TaskAssignmentStatus::Cancelled);
    }

    async fn what_nobody_holds_is_assigned_also_when_it_is_set_aside(t: TestDb) {
        let seed = t.seed().await;
        let (mine, other) = (seed.agent("mine").await, seed.agent("other").await);
        let free = seed.item().await;
        assert_eq!(seed.must(&reassign(free.id, holder(&mine))).await.item.assignee_id, Some(mine.id));
        let aside = NewItem { assignee: Some(Assignee::Agent(Ref::Id(mine.id))), ..NewItem::titled("aside") };
        let aside = seed.add(aside).await;
        assert_eq!(seed.must(&reassign(aside.id, holder(&other))).await.item.assignee_id, Some(other.id));
        assert_eq!(seed.kinds(aside.id).await, ["created", "unassigned", "assigned"]);
    }
}

fn reassign(item: Uuid, holder: Holder) -> Reassign {
    Reassign { item: Ref::Id(item), holder, reason: "on leave".to_owned(), accept_seconds: None }
}
