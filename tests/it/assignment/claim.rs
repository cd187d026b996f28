//! Claims: what is handed out, to whom, in which order.

use callboard_service::agent::EditAgent;
use callboard_service::assignment::{Claim, Complete, Fail};
use callboard_service::entity::{
    AgentProfileStatus,
    CapabilityLevel::{Basic, Expert, Proficient},
    TaskAssignmentStatus, WorkItemAssigneeType, WorkItemDelegationStatus, WorkItemStatus, WorkItemType,
};
use callboard_service::item::NewItem;
use callboard_service::project::AddProject;
use callboard_service::sprint::{AddSprint, AddSprintItems};
use callboard_service::{Actor, Error, ErrorKind, Ref};
use chrono::TimeDelta;
use support::{TestDb, both};

both! {
    /// The claimed item, its assignment and its ledger row say the same.
    async fn claim_starts_an_assignment(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let before = seed.board.now();
        let claimed = seed.claim(&agent).await;

        let row = seed.row(item.id).await;
        assert_eq!(row.status, WorkItemStatus::InProgress);
        assert_eq!(row.delegation_status, WorkItemDelegationStatus::InProgress);
        assert_eq!((row.assignee_type, row.assignee_id), (Some(WorkItemAssigneeType::Agent), Some(agent.id)));
        assert_eq!((row.attempt_count, row.revision), (1, item.revision + 1));
        assert_eq!(row, claimed.item, "what was handed out is what is stored");

        let assignment = seed.assignment(claimed.assignment).await;
        assert_eq!(assignment.status, TaskAssignmentStatus::Started);
        assert_eq!((assignment.agent_id, assignment.user_id, assignment.attempt), (Some(agent.id), None, 1));
        assert_eq!(assignment.lease_expires_at, claimed.lease_expires_at);
        let lease = assignment.lease_expires_at.expect("an agent has a deadline") - before;
        assert!(lease > TimeDelta::minutes(14) && lease < TimeDelta::minutes(16), "{lease}");
        assert_eq!(assignment.assigned_by_agent_id, Some(agent.id));

        let events = seed.events(item.id).await;
        let last = events.last().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.assignment_id), ("claimed", Some(claimed.assignment)));
        assert_eq!((last.actor_id, last.from_status.as_deref()), (Some(agent.id), Some("todo")));
    }

    async fn the_most_urgent_comes_first_and_then_the_oldest(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let mut keys = Vec::new();
        for priority in [3, 1, 0, 1, 4] {
            keys.push(seed.add(NewItem { priority, ..NewItem::titled("x") }).await.key);
        }
        let mut order = Vec::new();
        while let Ok(claimed) = seed.try_claim(&agent).await {
            order.push(claimed.item.key);
        }
        let expected: Vec<&String> = [2, 1, 3, 0, 4].iter().map(|i| &keys[*i]).collect();
        assert_eq!(order.iter().collect::<Vec<_>>(), expected);
    }

    async fn only_what_the_agent_qualifies_for(t: TestDb) {
        let seed = t.seed().await;
        let needs = |list: &[(&str, callboard_service::entity::CapabilityLevel)]| {
            list.iter().map(|(name, level)| ((*name).to_owned(), *level).into()).collect::<Vec<_>>()
        };
        let urgent = NewItem { priority: 0, requirements: needs(&[("rust", Expert)]), ..NewItem::titled("expert") };
        let both = NewItem { priority: 1, requirements: needs(&[("rust", Basic), ("sql", Proficient)]), ..NewItem::titled("both") };
        let plain = NewItem { priority: 4, ..NewItem::titled("plain") };
        let items = seed.add_all(vec![urgent, both, plain]).await;

        let novice = seed.agent_with("novice", &[("rust", Proficient)], None).await;
        assert_eq!(seed.claim(&novice).await.item.id, items[2].id, "neither expert nor sql");
        assert!(seed.try_claim(&novice).await.is_err());

        let able = seed.agent_with("able", &[("rust", Proficient), ("sql", Expert)], None).await;
        let claimed = seed.claim(&able).await;
        assert_eq!(claimed.item.id, items[1].id);
        let fit = claimed.context.expect("the match is kept")["match"].clone();
        assert_eq!(fit["required"], serde_json::json!({"rust": "basic", "sql": "proficient"}));
        assert_eq!(fit["granted"], serde_json::json!({"rust": "proficient", "sql": "expert"}));

        let master = seed.agent_with("master", &[("rust", Expert), ("go", Basic)], None).await;
        assert_eq!(seed.claim(&master).await.item.id, items[0].id);
    }

    async fn what_is_set_aside_comes_first_and_to_nobody_else(t: TestDb) {
        let seed = t.seed().await;
        let (mine, other) = (seed.agent("mine").await, seed.agent("other").await);
        let urgent = seed.add(NewItem { priority: 0, ..NewItem::titled("urgent") }).await;
        let aside = NewItem {
            priority: 4,
            assignee: Some(callboard_service::item::Assignee::Agent(Ref::Id(mine.id))),
            ..NewItem::titled("aside")
        };
        let aside = seed.add(aside).await;
        assert_eq!(seed.claim(&mine).await.item.id, aside.id);
        assert_eq!(seed.claim(&other).await.item.id, urgent.id);
        assert!(seed.try_claim(&other).await.is_err());
    }

    async fn nothing_that_is_not_ready(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add(NewItem { r#type: WorkItemType::Epic, ..NewItem::titled("epic") }).await;
        seed.add(NewItem { status: WorkItemStatus::Backlog, ..NewItem::titled("backlog") }).await;
        let done_first = seed.item().await;
        let waits = NewItem { prerequisites: vec![Ref::Id(done_first.id).into()], priority: 0, ..NewItem::titled("waits") };
        let waits = seed.add(waits).await;

        let first = seed.claim(&agent).await;
        assert_eq!(first.item.id, done_first.id, "the other one waits for it");
        let error = seed.try_claim(&agent).await.expect_err("all is held, waiting or not to be worked on");
        assert_eq!(error.kind(), ErrorKind::NothingReady);
        let Error::NothingReady { agent: slug, reasons } = error else { panic!("{error}") };
        assert_eq!(slug, "coder");
        assert!(reasons.iter().any(|r| r.contains("prerequisites")), "{reasons:?}");

        let complete = Complete { assignment: first.assignment, ..Complete::default() };
        let completed = seed.board.run(Actor::agent(agent.id), &complete).await.expect("complete");
        assert_eq!(completed.unblocked, [waits.id]);
        assert_eq!(seed.claim(&agent).await.item.id, waits.id);
    }

    async fn several_at_once_and_no_more_than_there_are(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let items = seed.add_all((0..7).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let claim = |count| Claim { count, ..Claim::one(Ref::Id(agent.id)) };
        let five = seed.board.run(seed.me, &claim(5)).await.expect("claim").claimed;
        let keys: Vec<_> = five.iter().map(|c| c.item.id).collect();
        assert_eq!(keys, items[..5].iter().map(|i| i.id).collect::<Vec<_>>());
        let two = seed.board.run(seed.me, &claim(5)).await.expect("claim").claimed;
        assert_eq!(two.len(), 2);
        for count in [0, 501] {
            let error = seed.board.run(seed.me, &claim(count)).await.expect_err("out of range");
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
    }

    async fn never_past_the_agents_limit(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[], Some(2)).await;
        seed.add_all((0..4).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let claim = Claim { count: 4, ..Claim::one(Ref::Id(agent.id)) };
        let two = seed.board.run(seed.me, &claim).await.expect("claim").claimed;
        assert_eq!(two.len(), 2);
        let outcome = seed.board.run(seed.me, &claim).await.expect("claim");
        assert!(outcome.claimed.is_empty());
        assert!(outcome.why_nothing[0].contains("holds 2 of at most 2"), "{:?}", outcome.why_nothing);
    }

    async fn only_from_where_it_was_asked_for(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let plain = seed.item().await;
        let bug = seed.add(NewItem { r#type: WorkItemType::Bug, ..NewItem::titled("bug") }).await;
        let tagged = seed.add(NewItem { tags: vec!["ui".to_owned()], ..NewItem::titled("tagged") }).await;
        let claim = async |claim: Claim| seed.board.run(seed.me, &claim).await.map(|o| o.claimed);
        let one = || Claim::one(Ref::Id(agent.id));

        let got = claim(Claim { tag: Some("ui".to_owned()), ..one() }).await.expect("claim");
        assert_eq!(got[0].item.id, tagged.id);
        let got = claim(Claim { kind: Some(WorkItemType::Bug), ..one() }).await.expect("claim");
        assert_eq!(got[0].item.id, bug.id);
        let got = claim(Claim { project: Some(Ref::from("demo")), ..one() }).await.expect("claim");
        assert_eq!(got[0].item.id, plain.id);
        let error = claim(Claim { project: Some(Ref::from("dema")), ..one() }).await.expect_err("unknown project");
        assert!(matches!(&error, Error::NotFound { near, .. } if near == &["demo"]), "{error}");
    }

    async fn a_named_item_or_every_reason_against_it(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let blocker = seed.item().await;
        let item = NewItem {
            prerequisites: vec![Ref::Id(blocker.id).into()],
            requirements: vec![("rust".to_owned(), Expert).into()],
            ..NewItem::titled("named")
        };
        let item = seed.add(item).await;
        seed.agent_with("master", &[("rust", Expert)], None).await;
        let named = |item: &str| Claim { item: Some(Ref::from(item)), ..Claim::one(Ref::Id(agent.id)) };
        let error = seed.board.run(seed.me, &named(&item.key)).await.expect_err("two conditions fail");
        let Error::NotAssignable { conditions, .. } = &error else { panic!("{error}") };
        assert_eq!(conditions.len(), 3, "{conditions:?}");
        assert!(conditions[0].contains("prerequisites") && conditions[1].contains("rust at expert"));
        assert!(conditions[2].ends_with("master"), "{conditions:?}");

        let got = seed.board.run(seed.me, &named(&blocker.key)).await.expect("claim it by name").claimed;
        assert_eq!(seed.row(blocker.id).await, got[0].item);
        assert_eq!(seed.assignment(got[0].assignment).await.status, TaskAssignmentStatus::Started);
    }

    async fn a_named_item_has_to_be_within_each_limit(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let tags = vec!["ui".to_owned(), "slow".to_owned()];
        let bug = seed.add(NewItem { r#type: WorkItemType::Bug, tags, ..NewItem::titled("bug") }).await;
        let untagged = seed.item().await;
        let project = |slug: &str, prefix: &str| AddProject {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            key_prefix: prefix.to_owned(),
            ..AddProject::default()
        };
        seed.board.run(seed.me, &project("other", "OT")).await.expect("add a project");
        let sprint = |project: &str, code: &str| AddSprint {
            project: Some(Ref::from(project)),
            code: code.to_owned(),
            title: "a sprint".to_owned(),
            ..AddSprint::default()
        };
        for sprint in [sprint("demo", "1"), sprint("demo", "2"), sprint("other", "3")] {
            seed.board.run(seed.me, &sprint).await.expect("add a sprint");
        }
        let demo = Some(Ref::from("demo"));
        let add = AddSprintItems { project: demo, sprint: Ref::from("1"), items: vec![Ref::Id(bug.id)], position: None };
        seed.board.run(seed.me, &add).await.expect("add to the sprint");

        let demo = || Claim { item: Some(Ref::Id(bug.id)), project: Some(Ref::from("demo")), ..Claim::one(Ref::Id(agent.id)) };
        let outside: [(Claim, &[&str]); 7] = [
            (Claim { project: Some(Ref::from("other")), ..demo() }, &["the item is not in the project 'other'"]),
            (Claim { sprint: Some(Ref::from("2")), ..demo() }, &["the item is not in the sprint SPRINT-2"]),
            (Claim { sprint: Some(Ref::from("3")), project: None, ..demo() }, &["the item is not in the sprint SPRINT-3"]),
            (Claim { kind: Some(WorkItemType::Task), ..demo() }, &["the item is of the type bug, not task"]),
            (Claim { tag: Some("u".to_owned()), ..demo() }, &["the item does not have the tag 'u'"]),
            (
                Claim { item: Some(Ref::Id(untagged.id)), tag: Some("ui".to_owned()), ..demo() },
                &["the item does not have the tag 'ui'"],
            ),
            (
                Claim {
                    project: Some(Ref::from("other")),
                    sprint: Some(Ref::from("3")),
                    kind: Some(WorkItemType::Epic),
                    tag: Some("api".to_owned()),
                    ..demo()
                },
                &[
                    "the item is not in the project 'other'",
                    "the item is not in the sprint SPRINT-3",
                    "the item is of the type bug, not epic",
                    "the item does not have the tag 'api'",
                ],
            ),
        ];
        let before = seed.snapshot().await;
        for (claim, expected) in outside {
            let error = seed.board.run(seed.me, &claim).await.expect_err("outside of a limit");
            assert_eq!(error.kind(), ErrorKind::Conflict);
            let Error::NotAssignable { item, holder, conditions } = error else { panic!("{error}") };
            let named = if claim.item == Some(Ref::Id(bug.id)) { &bug.key } else { &untagged.key };
            assert_eq!((&item, holder.as_str()), (named, "coder"));
            assert_eq!(conditions, expected);
            seed.assert_unchanged(&before, "a claim outside of a limit").await;
        }
        let within = Claim {
            sprint: Some(Ref::from("1")),
            kind: Some(WorkItemType::Bug),
            tag: Some("slow".to_owned()),
            ..demo()
        };
        let got = seed.board.run(seed.me, &within).await.expect("within every limit").claimed;
        assert_eq!((got.len(), got[0].item.id), (1, bug.id));
        assert_eq!(seed.row(bug.id).await, got[0].item);
    }

    async fn takes_back_what_ran_out_on_its_way(t: TestDb) {
        let seed = t.seed().await;
        let (slow, quick) = (seed.agent("slow").await, seed.agent("quick").await);
        let item = seed.item().await;
        let lost = seed.claim(&slow).await;
        seed.lapse(lost.assignment).await;
        // The lease ran out: it is taken back now, and pauses.
        assert!(seed.try_claim(&quick).await.is_err());
        assert_eq!(seed.assignment(lost.assignment).await.status, TaskAssignmentStatus::Expired);
        let row = seed.row(item.id).await;
        assert_eq!((row.status, row.assignee_id), (WorkItemStatus::Todo, None));
        assert!(row.available_at.is_some());
        seed.end_backoff(item.id).await;
        let again = seed.claim(&quick).await;
        assert_eq!((again.item.id, again.attempt), (item.id, 2));
        assert_eq!(seed.kinds(item.id).await, ["created", "claimed", "expired", "released", "claimed"]);
    }

    async fn a_lease_of_zero_or_a_year_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        for seconds in [0, -5, 9, 86_401, 31_536_000] {
            let claim = Claim { lease_seconds: Some(seconds), ..Claim::one(Ref::Id(agent.id)) };
            let error = seed.board.run(seed.me, &claim).await.expect_err("out of range");
            assert!(error.to_string().contains("between 10 seconds and 24 hours"), "{error}");
        }
        let claim = Claim { lease_seconds: Some(10), ..Claim::one(Ref::Id(agent.id)) };
        assert_eq!(seed.board.run(seed.me, &claim).await.expect("the shortest lease").claimed.len(), 1);
    }

    async fn the_attempts_run_out(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.add(NewItem { max_attempts: 2, ..NewItem::titled("hard") }).await;
        for attempt in 1..=2 {
            let claimed = seed.claim(&agent).await;
            assert_eq!(claimed.attempt, attempt);
            let fail = Fail { assignment: claimed.assignment, reason: "too hard".to_owned(), permanent: false };
            seed.board.run(Actor::agent(agent.id), &fail).await.expect("fail");
            if attempt == 1 {
                seed.end_backoff(item.id).await;
            }
        }
        let row = seed.row(item.id).await;
        assert_eq!(row.status, WorkItemStatus::Blocked);
        assert!(row.dead_at.is_some() && row.available_at.is_none());
        assert_eq!(row.blocked_reason.as_deref(), Some("failed: too hard"));
        assert!(seed.try_claim(&agent).await.is_err());
    }
    async fn an_agent_that_is_not_active_gets_nothing(t: TestDb) {
        let seed = t.seed().await;
        let (idle, limited) = (seed.agent("idle").await, seed.agent_with("limited", &[], Some(3)).await);
        let item = seed.item().await;
        for agent in [&idle, &limited] {
            let off = EditAgent { status: Some(AgentProfileStatus::Inactive), ..EditAgent::new(Ref::Id(agent.id)) };
            seed.board.run(seed.me, &off).await.expect("set it inactive");
            let before = seed.snapshot().await;
            let claim = Claim { count: 5, ..Claim::one(Ref::Id(agent.id)) };
            let outcome = seed.board.run(seed.me, &claim).await.expect("claim");
            assert_eq!(outcome.claimed, [], "{}", agent.slug);
            assert!(outcome.why_nothing.contains(&"the agent is inactive".to_owned()), "{:?}", outcome.why_nothing);
            let named = Claim { item: Some(Ref::Id(item.id)), ..claim };
            let error = seed.board.run(seed.me, &named).await.expect_err("by name neither");
            assert!(error.to_string().contains("the agent is inactive"), "{error}");
            seed.assert_unchanged(&before, "a claim by an inactive agent").await;
        }
    }
}
