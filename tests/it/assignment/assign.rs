//! Assigning: what it sets, and every condition that stands against it.

use callboard_service::agent::EditAgent;
use callboard_service::assignment::{Assign, Holder, Pause};
use callboard_service::entity::{
    AgentProfileStatus,
    CapabilityLevel::{Basic, Expert, Proficient},
    TaskAssignmentStatus, WorkItemAssigneeType, WorkItemDelegationStatus, WorkItemStatus, WorkItemType,
};
use callboard_service::item::{ArchiveItem, Assignee, NewItem};
use callboard_service::user::AddUser;
use callboard_service::{Error, ErrorKind, Ref};
use chrono::TimeDelta;
use serde_json::json;
use support::work::{assign, holder};
use support::{Seed, TestDb, both};

both! {
    async fn assigning_sets_the_item_aside_until_it_is_accepted(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let before = seed.board.now();
        let context = json!({"branch": "main", "hint": "é"});
        let verb = Assign {
            context: Some(context.clone()),
            notes: Some("with care".to_owned()),
            ..assign(item.id, holder(&agent))
        };
        let given = seed.must(&verb).await;
        let (row, assignment) = (seed.row(item.id).await, seed.assignment(given.assignment.id).await);
        assert_eq!((&given.item, &given.assignment), (&row, &assignment), "what is told is what is stored");
        assert_eq!((row.status, row.delegation_status), (WorkItemStatus::Todo, WorkItemDelegationStatus::Assigned));
        assert_eq!((row.assignee_type, row.assignee_id), (Some(WorkItemAssigneeType::Agent), Some(agent.id)));
        assert_eq!((row.attempt_count, row.delegation_context), (0, Some(context)));
        assert_eq!(assignment.status, TaskAssignmentStatus::Assigned);
        assert_eq!((assignment.assigned_by, assignment.assigned_by_agent_id), (Some(seed.user.id), None));
        assert_eq!((assignment.started_at, assignment.notes.as_deref()), (None, Some("with care")));
        let deadline = assignment.lease_expires_at.expect("a deadline") - before;
        assert!(deadline > TimeDelta::hours(24) - TimeDelta::minutes(1), "{deadline}");
        assert!(deadline < TimeDelta::hours(24) + TimeDelta::minutes(1), "{deadline}");
        let last = seed.events(item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("assigned", Some("with care")));
        assert_eq!((last.actor_id, last.assignment_id), (Some(seed.user.id), Some(assignment.id)));
    }

    async fn a_coordinating_agent_assigns_too(t: TestDb) {
        let seed = t.seed().await;
        let (lead, agent) = (seed.agent("lead").await, seed.agent("coder").await);
        let item = seed.item().await;
        let given = seed.by(&lead, &assign(item.id, holder(&agent))).await.expect("assign").assignment;
        assert_eq!((given.assigned_by, given.assigned_by_agent_id), (None, Some(lead.id)));
    }

    async fn a_person_has_no_deadline_and_needs_no_capability(t: TestDb) {
        let seed = t.seed().await;
        let item = NewItem { requirements: vec![("rust".to_owned(), Expert).into()], ..NewItem::titled("rusty") };
        let item = seed.add(item).await;
        let verb = Assign { accept_seconds: Some(60), ..assign(item.id, Holder::User(Ref::from("kim"))) };
        let given = seed.must(&verb).await;
        assert_eq!((given.assignment.user_id, given.assignment.agent_id), (Some(seed.user.id), None));
        assert_eq!((given.assignment.lease_expires_at, given.fit), (None, None));
        let row = seed.row(item.id).await;
        assert_eq!((row.assignee_type, row.assignee_id), (Some(WorkItemAssigneeType::User), Some(seed.user.id)));
    }

    async fn what_is_set_aside_goes_to_whom_it_is_for(t: TestDb) {
        let seed = t.seed().await;
        let (mine, other) = (seed.agent("mine").await, seed.agent("other").await);
        let aside = NewItem { assignee: Some(Assignee::Agent(Ref::Id(mine.id))), ..NewItem::titled("aside") };
        let item = seed.add(aside).await;
        let error = seed.must_refuse(&assign(item.id, holder(&other))).await;
        assert_eq!(conditions(error), ["the item is set aside for another agent"]);
        let error = seed.must_refuse(&assign(item.id, Holder::User(Ref::Id(seed.user.id)))).await;
        assert_eq!(conditions(error), ["the item is set aside for another agent"]);
        assert_eq!(seed.assign(item.id, &mine).await.item.assignee_id, Some(mine.id));
    }

    async fn each_condition_has_its_own_words(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let refuse = async |item, expected: &str| {
            let found = conditions(seed.must_refuse(&assign(item, holder(&agent))).await);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{found:?} is not '{expected}'");
        };
        let backlog = seed.add(NewItem { status: WorkItemStatus::Backlog, ..NewItem::titled("backlog") }).await;
        refuse(backlog.id, "the item is backlog, not todo").await;
        let epic = seed.add(NewItem { r#type: WorkItemType::Epic, ..NewItem::titled("epic") }).await;
        refuse(epic.id, "an epic is not worked on itself").await;
        let first = seed.item().await;
        let waits = NewItem { prerequisites: vec![Ref::Id(first.id).into()], ..NewItem::titled("waits") };
        refuse(seed.add(waits).await.id, "1 of its prerequisites are not met").await;
        let archived = seed.item().await;
        seed.must(&ArchiveItem { item: Ref::Id(archived.id), reason: None }).await;
        refuse(archived.id, "the item is archived").await;
        let assigned = seed.item().await;
        seed.assign(assigned.id, &agent).await;
        refuse(assigned.id, "the item is already assigned (delegation)").await;
        let failed = seed.work(&agent).await;
        let fail = callboard_service::assignment::Fail {
            assignment: failed.assignment,
            reason: "no".to_owned(),
            permanent: false,
        };
        seed.by(&agent, &fail).await.expect("fail");
        refuse(failed.item.id, "the item is in backoff until 20").await;
    }

    async fn all_failed_conditions_are_named_at_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[("rust", Basic)], Some(1)).await;
        seed.agent_with("master", &[("rust", Expert), ("sql", Proficient)], None).await;
        seed.agent_with("half", &[("rust", Expert)], None).await;
        seed.work(&agent).await;
        let off = EditAgent { status: Some(AgentProfileStatus::Inactive), ..EditAgent::new(Ref::Id(agent.id)) };
        seed.must(&off).await;
        let item = NewItem {
            status: WorkItemStatus::Backlog,
            r#type: WorkItemType::Epic,
            requirements: vec![("rust".to_owned(), Expert).into(), ("sql".to_owned(), Proficient).into()],
            ..NewItem::titled("much")
        };
        let item = seed.add(item).await;
        let error = seed.must_refuse(&assign(item.id, holder(&agent))).await;
        assert!(error.to_string().starts_with(&format!("{} cannot be assigned to 'coder': ", item.key)), "{error}");
        let expected = [
            "the item is backlog, not todo",
            "an epic is not worked on itself, its children are",
            "the agent is inactive",
            "the agent holds 1 of at most 1 open assignments",
            "it needs rust at expert and has it at basic",
            "it needs sql at proficient",
            "these agents have what it takes: master",
        ];
        assert_eq!(conditions(error), expected);
    }

    async fn every_open_state_counts_for_the_limit(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[], Some(3)).await;
        seed.work(&agent).await;
        let paused = seed.work(&agent).await.assignment;
        seed.must(&Pause { assignment: paused, reason: "waits".to_owned(), deadline_seconds: None }).await;
        let third = seed.item().await;
        let third = seed.assign(third.id, &agent).await.assignment;
        let fourth = seed.item().await;
        let error = seed.must_refuse(&assign(fourth.id, holder(&agent))).await;
        assert_eq!(conditions(error), ["the agent holds 3 of at most 3 open assignments"]);
        let cancel = callboard_service::assignment::Cancel { assignment: third.id, reason: "room".to_owned() };
        seed.must(&cancel).await;
        seed.assign(fourth.id, &agent).await;
    }

    async fn the_time_to_accept_has_bounds(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let month = 30 * 24 * 3600;
        for seconds in [i64::MIN, -1, 0, 9, month + 1, i64::MAX] {
            let verb = Assign { accept_seconds: Some(seconds), ..assign(item.id, holder(&agent)) };
            let error = seed.must_refuse(&verb).await;
            assert!(error.to_string().contains("between 10 seconds and 30 days"), "{seconds}: {error}");
        }
        for seconds in [10, month] {
            let item = seed.item().await;
            let before = seed.board.now();
            let verb = Assign { accept_seconds: Some(seconds), ..assign(item.id, holder(&agent)) };
            let end = seed.must(&verb).await.assignment.lease_expires_at.expect("a deadline");
            assert!((end - before - TimeDelta::seconds(seconds)).abs() < TimeDelta::seconds(5), "{seconds}: {end}");
        }
    }

    async fn unknown_names_get_near_ones(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let near = |error: Error| match error {
            Error::NotFound { entity, near, .. } => (entity, near),
            other => panic!("{other}"),
        };
        let verb = assign(item.id, Holder::Agent(Ref::from("codr")));
        assert_eq!(near(seed.must_refuse(&verb).await), ("agent", vec!["coder".to_owned()]));
        let verb = assign(item.id, Holder::User(Ref::from("kym")));
        assert_eq!(near(seed.must_refuse(&verb).await), ("user", vec!["kim".to_owned()]));
        let verb = Assign { item: Ref::from("CB-11"), ..assign(item.id, holder(&agent)) };
        assert_eq!(near(seed.must_refuse(&verb).await), ("item", vec![item.key.clone()]));
    }

    async fn bad_texts_are_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let plain = || assign(item.id, holder(&agent));
        for verb in [
            Assign { notes: Some("a\u{1b}[2J".to_owned()), ..plain() },
            Assign { notes: Some("x".repeat(1024 * 1024 + 1)), ..plain() },
            Assign { context: Some(json!({"a": "\u{0}"})), ..plain() },
            Assign { context: Some(json!("x".repeat(1024 * 1024))), ..plain() },
        ] {
            assert_eq!(seed.must_refuse(&verb).await.kind(), ErrorKind::Invalid);
        }
    }

    async fn a_second_person_cannot_have_it_too(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&AddUser { name: "robin".to_owned(), ..AddUser::default() }).await;
        let item = seed.item().await;
        seed.must(&assign(item.id, Holder::User(Ref::from("kim")))).await;
        let error = seed.must_refuse(&assign(item.id, Holder::User(Ref::from("robin")))).await;
        let both = ["the item is already assigned (delegation)", "the item is set aside for another user"];
        assert_eq!(conditions(error), both);
        assert_eq!(open(&seed).await, 1);
    }
}

fn conditions(error: Error) -> Vec<String> {
    assert_eq!(error.kind(), ErrorKind::Conflict, "{error}");
    match error {
        Error::NotAssignable { conditions, .. } => conditions,
        other => panic!("{other}"),
    }
}

async fn open(seed: &Seed) -> usize {
    use callboard_service::assignment::ListAssignments;
    let list = ListAssignments { open: true, ..ListAssignments::default() };
    seed.board.read(&list).await.expect("list").assignments.len()
}
