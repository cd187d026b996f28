//! Archiving agents: what they hold goes back.

use callboard_service::agent::ArchiveAgent;
use callboard_service::assignment::{Assign, Holder, Pause};
use callboard_service::entity::{
    AgentProfileStatus, TaskAssignmentStatus, WorkItemDelegationStatus, WorkItemStatus, WorkSessionStatus,
    agent_profiles, session_events,
};
use callboard_service::item::{Assignee, NewItem};
use callboard_service::session::{Continuity, EndSession, PauseSession};
use callboard_service::{Actor, Conflict, Error, Ref};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use support::{Seed, TestDb, both};
use uuid::Uuid;

use crate::session;

fn archive(reason: Option<&str>) -> ArchiveAgent {
    ArchiveAgent { agent: Ref::from("coder"), reason: reason.map(str::to_owned) }
}

/// The item is back in the queue, and its ledger says why.
async fn is_back(seed: &Seed, item: Uuid, reason: &str) {
    let row = seed.row(item).await;
    assert_eq!((row.status, row.delegation_status), (WorkItemStatus::Todo, WorkItemDelegationStatus::Unassigned));
    assert_eq!((row.assignee_type, row.assignee_id, row.available_at), (None, None, None));
    let events = seed.events(item).await;
    let last = events.last().expect("a ledger row");
    assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("unassigned", Some(reason)));
    assert_eq!(last.actor_id, seed.user.id.into());
}

both! {
    async fn everything_it_holds_goes_back_and_nothing_else(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let other = seed.agent("other").await;
        let me = Actor::agent(agent.id);

        let done = seed.item().await;
        let finished = seed.claim(&agent).await;
        seed.board.run(me, &super::complete(finished.assignment)).await.expect("complete");
        let started = seed.item().await;
        let held = seed.claim(&agent).await;
        let paused = seed.item().await;
        let waiting = seed.claim(&agent).await;
        let pause = Pause { assignment: waiting.assignment, reason: "lunch".to_owned(), deadline_seconds: None };
        seed.board.run(me, &pause).await.expect("pause");
        let foreign = seed.item().await;
        let theirs = seed.claim(&other).await;
        let assigned = seed.item().await;
        let assign = Assign {
            item: Ref::Id(assigned.id),
            holder: Holder::Agent(Ref::from("coder")),
            accept_seconds: None,
            context: None,
            notes: None,
        };
        let pushed = seed.board.run(seed.me, &assign).await.expect("assign").assignment.id;
        let aside = Some(Assignee::Agent(Ref::from("coder")));
        let aside = seed.add(NewItem { assignee: aside, ..NewItem::titled("set aside") }).await;
        let done_before = seed.row(done.id).await;

        let archived = seed.board.run(seed.me, &archive(Some("left us"))).await.expect("archive");
        assert!(!archived.already);
        let mut released: Vec<_> = archived.released.iter().map(|r| (r.id, r.assignment)).collect();
        released.sort();
        let expected = [
            (started.id, Some(held.assignment)),
            (paused.id, Some(waiting.assignment)),
            (assigned.id, Some(pushed)),
            (aside.id, None),
        ];
        assert_eq!(released, expected);
        for item in [started.id, paused.id, assigned.id, aside.id] {
            is_back(&seed, item, "agent coder was archived: left us").await;
        }
        for assignment in [held.assignment, waiting.assignment, pushed] {
            assert_eq!(seed.assignment(assignment).await.status, TaskAssignmentStatus::Cancelled);
        }
        assert_eq!(seed.row(done.id).await, done_before);
        assert_eq!(seed.assignment(finished.assignment).await.status, TaskAssignmentStatus::Completed);
        assert_eq!(seed.row(foreign.id).await.status, WorkItemStatus::InProgress);
        assert_eq!(seed.assignment(theirs.assignment).await.status, TaskAssignmentStatus::Started);
        let row = agent_profiles::Entity::find_by_id(agent.id).one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!(row.status, AgentProfileStatus::Archived);
        // What was given back costs no attempt more than its starts, and others may take it.
        seed.claim(&other).await;
    }

    async fn a_second_time_changes_nothing(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let first = seed.board.run(seed.me, &archive(None)).await.expect("archive");
        let second = seed.board.run(seed.me, &archive(None)).await.expect("archive");
        assert!(!first.already && second.already);
        assert_eq!(first.agent, second.agent);
    }

    /// It can't end them itself any more, and nobody goes on in its name.
    async fn its_sessions_are_abandoned_and_no_others(t: TestDb) {
        let seed = t.seed().await;
        let (agent, other) = (seed.agent("coder").await, seed.agent("other").await);
        let over = seed.by(&agent, &session::start("over")).await.expect("start").id;
        seed.must(&EndSession { session: Some(Ref::from("over")), summary: None }).await;
        let day = seed.by(&agent, &session::start("day")).await.expect("start").id;
        let night = seed.by(&agent, &session::beside("night")).await.expect("start").id;
        seed.must(&PauseSession { session: Some(Ref::from("night")), reason: None }).await;
        let theirs = seed.by(&other, &session::start("theirs")).await.expect("start").id;
        let before = [session::row(&seed, over).await, session::row(&seed, theirs).await];
        let open = || async { seed.board.read(&Continuity::default()).await.expect("continuity").open_sessions.first };
        assert_eq!(open().await, ["day", "night", "theirs"]);

        let archived = seed.must(&archive(Some("left us"))).await;
        assert_eq!(archived.abandoned_sessions, ["day", "night"]);
        for id in [day, night] {
            let row = session::row(&seed, id).await;
            assert_eq!((row.status, row.resumed_at), (WorkSessionStatus::Abandoned, None));
            assert!(row.ended_at.is_some());
            let newest = session_events::Entity::find()
                .filter(session_events::Column::SessionId.eq(id))
                .order_by_desc(session_events::Column::Seq);
            let last = newest.one(&seed.raw).await.expect("read the events").expect("an event");
            let data = json!({"status": "abandoned", "reason": "agent coder was archived: left us"});
            assert_eq!((last.actor_id, last.data), (Some(seed.user.id), Some(data)));
        }
        assert_eq!([session::row(&seed, over).await, session::row(&seed, theirs).await], before);
        assert_eq!(open().await, ["theirs"]);
        let refused = |error: &Error| matches!(error, Error::Conflict(Conflict::Inactive { entity: "agent", .. }));
        let error = seed.by(&agent, &session::start("late")).await.expect_err("it is archived");
        assert!(refused(&error), "{error}");
        assert!(seed.must(&archive(None)).await.abandoned_sessions.is_empty(), "a second time changes nothing");
    }

    async fn an_archived_agent_gets_no_work(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        seed.board.run(seed.me, &archive(None)).await.expect("archive");
        seed.try_claim(&agent).await.expect_err("archived");
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.run(seed.me, &archive(None)).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "agent", .. })), "{error:?}");
        seed.agent("coder").await;
        let error = seed.board.run(seed.me, &archive(Some(" "))).await;
        assert!(matches!(error, Err(Error::Invalid { field: "reason", .. })), "{error:?}");
    }
}
