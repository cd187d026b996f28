//! Starting sessions.

use callboard_service::agent::ArchiveAgent;
use callboard_service::entity::{WorkSessionSource, WorkSessionStatus, WorkSessionType};
use callboard_service::project::ArchiveProject;
use callboard_service::session::StartSession;
use callboard_service::{Actor, Conflict, Error, ErrorKind, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{beside, end, kinds, of, pause, row, start};

both! {
    async fn a_session_runs_from_its_start(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let begun = seed.board.now();
        let verb = StartSession {
            source: WorkSessionSource::Mcp,
            session_type: WorkSessionType::Planning,
            item: Some(Ref::from(&*item.key)),
            metadata: Some(json!({"terminal": 3})),
            ..start("monday")
        };
        let told = seed.by(&agent, &verb).await.expect("start");
        let stored = row(&seed, told.id).await;
        assert_eq!(told, stored, "what is told is what is stored");
        assert_eq!((stored.key.as_str(), stored.status), ("monday", WorkSessionStatus::Active));
        assert_eq!((stored.agent_id, stored.user_id, stored.project_id), (Some(agent.id), None, Some(seed.project.id)));
        assert_eq!((stored.source, stored.session_type), (WorkSessionSource::Mcp, WorkSessionType::Planning));
        assert_eq!((stored.active_work_item_id, stored.metadata), (Some(item.id), Some(json!({"terminal": 3}))));
        assert_eq!((stored.resumed_at, stored.active_seconds), (Some(stored.started_at), 0));
        assert_eq!((stored.paused_at, stored.ended_at, stored.summary), (None, None, None));
        assert!(stored.started_at >= begun && stored.started_at <= seed.board.now());
        assert_eq!(kinds(&seed, told.id).await, ["push"]);
    }

    async fn a_key_is_made_up_where_none_is_given(t: TestDb) {
        let seed = t.seed().await;
        let mut keys = std::collections::BTreeSet::new();
        for _ in 0..20 {
            let session = seed.must(&StartSession { beside: true, ..StartSession::default() }).await;
            assert!(session.key.len() == 12 && session.key.starts_with("s-"), "{}", session.key);
            assert_eq!(row(&seed, session.id).await.key, session.key);
            keys.insert(session.key);
        }
        assert_eq!(keys.len(), 20);
    }

    /// One for each holder and project; a paused one is not in the way.
    async fn a_second_active_one_is_refused_unless_it_is_asked_for(t: TestDb) {
        let seed = t.seed().await;
        seed.board.run(seed.me, &crate::project::project("other", "OT")).await.expect("add");
        let demo = |key: &str| StartSession { project: Some(Ref::from("demo")), ..start(key) };
        let first = seed.must(&demo("first")).await;
        let error = seed.must_refuse(&demo("second")).await;
        let Error::Conflict(Conflict::SessionActive { holder, session, project }) = &error else { panic!("{error}") };
        assert_eq!((holder.as_str(), session.as_str(), project.as_str()), ("user:kim", "first", "demo"));
        let agent = seed.agent("coder").await;
        seed.by(&agent, &demo("of-another")).await.expect("another holder");
        seed.must(&StartSession { project: Some(Ref::from("other")), ..start("elsewhere") }).await;
        let more = seed.must(&StartSession { beside: true, ..demo("more") }).await;
        assert_eq!(row(&seed, first.id).await.status, WorkSessionStatus::Active, "the first one goes on");
        seed.must(&end("more")).await;
        seed.must(&pause("first")).await;
        assert_eq!(row(&seed, more.id).await.status, WorkSessionStatus::Completed);
        seed.must(&demo("third")).await;
    }

    async fn the_project_is_the_named_one_else_the_items_else_the_only_one(t: TestDb) {
        let seed = t.seed().await;
        let only = seed.must(&start("only")).await;
        assert_eq!(only.project_id, Some(seed.project.id));
        let other = seed.board.run(seed.me, &crate::project::project("other", "OT")).await.expect("add");
        let item = seed.add_all_in("other", vec![callboard_service::item::NewItem::titled("x")]).await.remove(0);
        let by_item = seed.must(&StartSession { item: Some(Ref::Id(item.id)), ..start("by-item") }).await;
        assert_eq!(by_item.project_id, Some(other.id));
        let error = seed.must_refuse(&beside("which")).await;
        assert!(error.to_string().contains("the board has several"), "{error}");
        let both = StartSession { project: Some(Ref::from("demo")), item: Some(Ref::Id(item.id)), ..beside("both") };
        let error = seed.must_refuse(&both).await;
        assert!(error.to_string().contains("must be of the session's project 'demo'"), "{error}");
    }

    async fn what_cannot_be_started_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        of(&seed, &agent, "taken").await;
        for key in ["", "Monday", "a b", "-", "x\u{7}", "01990000-0000-7000-8000-000000000000", &"x".repeat(65)] {
            assert_eq!(seed.must_refuse(&start(key)).await.kind(), ErrorKind::Invalid, "{key:?}");
        }
        let error = seed.must_refuse(&start("taken")).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Exists { entity: "session", name }) if name == "taken"), "{error}");
        let large = StartSession { metadata: Some(json!("x".repeat(1024 * 1024))), ..start("large") };
        assert_eq!(seed.must_refuse(&large).await.kind(), ErrorKind::Invalid);
        let nowhere = StartSession { project: Some(Ref::from("nowhere")), ..start("nowhere") };
        assert_eq!(seed.must_refuse(&nowhere).await.kind(), ErrorKind::NotFound);
        let nothing = StartSession { item: Some(Ref::from("CB-99")), ..start("nothing") };
        assert_eq!(seed.must_refuse(&nothing).await.kind(), ErrorKind::NotFound);
        let error = seed.board.run(Actor::SYSTEM, &start("nobody")).await.expect_err("nobody's");
        assert!(error.to_string().contains("must be an agent or a user"), "{error}");
        let archive = ArchiveAgent { agent: Ref::from("coder"), reason: None };
        seed.must(&archive).await;
        let error = seed.by(&agent, &beside("archived")).await.expect_err("archived");
        assert!(error.to_string().contains("agent 'coder' is archived"), "{error}");
        seed.must(&ArchiveProject { project: Ref::from("demo"), reason: None }).await;
        let archived = StartSession { project: Some(Ref::from("demo")), ..start("archived") };
        assert!(seed.must_refuse(&archived).await.to_string().contains("project 'demo' is archived"));
    }
}
