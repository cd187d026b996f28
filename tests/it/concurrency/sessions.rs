//! Two starts at once never give one agent two active sessions in a project, and a start beside its archiving none.

use std::sync::Arc;

use callboard_service::agent::ArchiveAgent;
use callboard_service::entity::{
    WorkSessionSource, WorkSessionStatus, WorkSessionType, agent_profiles, work_sessions as sessions,
};
use callboard_service::session::{EndSession, NoteInSession, PauseSession, ResumeSession, StartSession};
use callboard_service::{Actor, Conflict, Error, Ref};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race};

both! {
    async fn of_two_starts_one_wins(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut first_won) = (0, 0);
        for round in 0..ROUNDS {
            let [one, two] = ["one", "two"].map(|side| start(side, round));
            let (a, b, overlap) = race(&boards, [Actor::agent(agent.id); 2], one, two).await;
            overlaps += usize::from(overlap);
            first_won += usize::from(a.is_ok());
            let won = one_of([a, b]);
            assert_eq!(active(&seed, &agent).await, [won.as_str()], "round {round}");
            end(&seed, &agent).await;
        }
        assert_raced(overlaps, first_won);
    }

    /// A paused session that is resumed, and another that is started.
    async fn of_a_resume_and_a_start_one_wins(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut resumes) = (0, 0);
        for round in 0..ROUNDS {
            let paused = seed.by(&agent, &start("paused", round)).await.expect("start");
            seed.by(&agent, &PauseSession::default()).await.expect("pause");
            let resume = ResumeSession { session: Some(Ref::Id(paused.id)), beside: false };
            let (a, b, overlap) = race(&boards, [Actor::agent(agent.id); 2], resume, start("new", round)).await;
            overlaps += usize::from(overlap);
            resumes += usize::from(a.is_ok());
            let won = one_of([a.map(|changed| changed.session), b]);
            assert_eq!(active(&seed, &agent).await, [won.as_str()], "round {round}");
            end(&seed, &agent).await;
        }
        assert_raced(overlaps, resumes);
    }

    /// The control: a look and then an insert, as a verb does it, starts two where nothing is locked.
    async fn without_the_lock_two_are_started(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let mut twice = 0;
        for round in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls = ["one", "two"].map(|side| {
                let key = format!("{side}-{round}");
                tokio::spawn(unguarded(seed.clone(), agent.clone(), key, Arc::clone(&barrier)))
            });
            for call in calls {
                call.await.expect("the call ends");
            }
            twice += usize::from(active(&seed, &agent).await.len() > 1);
            seed.sql("UPDATE work_sessions SET status = 'completed'").await;
        }
        assert!(twice > 0, "the race was never hit: the tests above would prove nothing");
    }

    /// Whichever comes first: an archived agent is at work in no session.
    async fn a_start_while_its_agent_is_archived_leaves_none_open(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut starts) = (0, 0);
        for round in 0..ROUNDS {
            let agent = seed.agent(&format!("coder-{round}")).await;
            let archive = ArchiveAgent { agent: Ref::Id(agent.id), reason: None };
            let actors = [Actor::agent(agent.id), seed.me];
            let (started, archived, overlap) = race(&boards, actors, start("day", round), archive).await;
            overlaps += usize::from(overlap);
            starts += usize::from(started.is_ok());
            let abandoned = archived.expect("archive").abandoned_sessions;
            match started {
                Ok(session) => assert_eq!(abandoned, [session.key], "round {round}"),
                Err(Error::Conflict(Conflict::Inactive { entity: "agent", .. })) => assert!(abandoned.is_empty()),
                Err(error) => panic!("round {round}: {error}"),
            }
            assert_eq!(active(&seed, &agent).await, Vec::<String>::new(), "round {round}");
        }
        assert_raced(overlaps, starts);
    }

    /// Both take the lock of the agent's starts before the session's row.
    async fn a_resume_while_its_agent_is_archived_leaves_none_open(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut resumes) = (0, 0);
        for round in 0..ROUNDS {
            let agent = seed.agent(&format!("coder-{round}")).await;
            let session = seed.by(&agent, &start("day", round)).await.expect("start");
            seed.by(&agent, &PauseSession::default()).await.expect("pause");
            let resume = ResumeSession { session: Some(Ref::Id(session.id)), beside: round % 2 == 0 };
            let archive = ArchiveAgent { agent: Ref::Id(agent.id), reason: None };
            let (resumed, archived, overlap) = race(&boards, [Actor::agent(agent.id), seed.me], resume, archive).await;
            overlaps += usize::from(overlap);
            resumes += usize::from(resumed.is_ok());
            assert_eq!(archived.expect("archive").abandoned_sessions, [session.key], "round {round}");
            assert_eq!(active(&seed, &agent).await, Vec::<String>::new(), "round {round}");
        }
        assert_raced(overlaps, resumes);
    }

    /// The control: a look before the archiving, and an insert after it, where nothing is locked.
    async fn without_the_lock_an_archived_agent_is_at_work(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let barrier = Arc::new(Barrier::new(2));
        let late = tokio::spawn(unguarded(seed.clone(), agent.clone(), "late".to_owned(), Arc::clone(&barrier)));
        seed.must(&ArchiveAgent { agent: Ref::Id(agent.id), reason: None }).await;
        meet(&barrier).await;
        late.await.expect("the call ends");
        assert_eq!(active(&seed, &agent).await, ["late"], "the race was not hit: the test above would prove nothing");
    }

    /// The numbers of what happens in a session have no gaps, and none is given twice.
    async fn notes_at_once_have_numbers_of_their_own(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let session = seed.by(&agent, &start("day", 0)).await.expect("start");
        let note = || NoteInSession { session: Some(Ref::Id(session.id)), text: "x".to_owned(), item: None };
        let (mut overlaps, mut first) = (0, 0);
        for round in 0..ROUNDS {
            let (a, b, overlap) = race(&boards, [Actor::agent(agent.id); 2], note(), note()).await;
            overlaps += usize::from(overlap);
            let (a, b) = (a.expect("note").seq, b.expect("note").seq);
            first += usize::from(a < b);
            let next = 2 * i64::try_from(round).expect("a small number") + 1;
            assert_eq!((a.min(b), a.max(b)), (next, next + 1), "round {round}");
        }
        assert_raced(overlaps, first);
    }
}

fn start(side: &str, round: usize) -> StartSession {
    StartSession { key: Some(format!("{side}-{round}")), ..StartSession::default() }
}

/// The key of the one that was started; the other was told of it.
#[track_caller]
fn one_of(results: [Result<sessions::Model, Error>; 2]) -> String {
    match results {
        [Ok(won), Err(Error::Conflict(Conflict::SessionActive { holder, session, .. }))]
        | [Err(Error::Conflict(Conflict::SessionActive { holder, session, .. })), Ok(won)] => {
            assert_eq!((holder.as_str(), session.as_str()), ("agent:coder", won.key.as_str()));
            won.key
        }
        both => panic!("exactly one is started: {both:?}"),
    }
}

/// The keys of the agent's active sessions.
async fn active(seed: &Seed, agent: &agent_profiles::Model) -> Vec<String> {
    let active = sessions::Entity::find()
        .filter(sessions::Column::AgentId.eq(agent.id))
        .filter(sessions::Column::Status.eq(WorkSessionStatus::Active))
        .order_by_asc(sessions::Column::Id);
    active.all(&seed.raw).await.expect("read the sessions").into_iter().map(|session| session.key).collect()
}

/// Ends all of the agent's sessions.
async fn end(seed: &Seed, agent: &agent_profiles::Model) {
    let open = sessions::Entity::find()
        .filter(sessions::Column::AgentId.eq(agent.id))
        .filter(sessions::Column::EndedAt.is_null());
    for session in open.all(&seed.raw).await.expect("read the sessions") {
        seed.must(&EndSession { session: Some(Ref::Id(session.id)), summary: None }).await;
    }
}

/// What a start would be without the lock.
async fn unguarded(seed: Seed, agent: agent_profiles::Model, key: String, barrier: Arc<Barrier>) {
    let active = sessions::Entity::find()
        .filter(sessions::Column::AgentId.eq(agent.id))
        .filter(sessions::Column::Status.eq(WorkSessionStatus::Active));
    let there = active.count(&seed.raw).await.expect("count");
    meet(&barrier).await;
    if there > 0 {
        return;
    }
    let now = seed.board.now();
    let row = sessions::Model {
        id: Uuid::now_v7(),
        key,
        project_id: Some(seed.project.id),
        agent_id: Some(agent.id),
        user_id: None,
        source: WorkSessionSource::Api,
        session_type: WorkSessionType::Work,
        status: WorkSessionStatus::Active,
        active_work_item_id: None,
        started_at: now,
        resumed_at: Some(now),
        paused_at: None,
        ended_at: None,
        active_seconds: 0,
        summary: None,
        metadata: None,
        created_at: now,
        updated_at: now,
    };
    let insert = sessions::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("insert the session");
}
