//! Removing users.

use callboard_service::entity::board_users;
use callboard_service::item::{Assignee, NewItem};
use callboard_service::setting::SetSetting;
use callboard_service::user::{AddUser, RemoveUser};
use callboard_service::{Actor, Conflict, Error, Ref};
use sea_orm::EntityTrait;
use serde_json::json;
use support::automation_rows::{self, Around};
use support::{Seed, TestDb, both, workflow_rows};

async fn add(seed: &Seed, name: &str) -> Actor {
    let added = seed.board.run(seed.me, &AddUser { name: name.to_owned(), email: None }).await.expect("add");
    Actor::user(added.id)
}

/// Why a user may not go.
async fn kept(seed: &Seed, name: &str) -> String {
    let error =
        seed.board.run(seed.me, &RemoveUser { user: Ref::from(name) }).await.expect_err("somebody refers to them");
    let there = board_users::Entity::find().all(&seed.raw).await.expect("read");
    assert!(there.iter().any(|user| user.name == name), "{name} is gone");
    match error {
        Error::Conflict(Conflict::InUse { because, .. }) => because,
        other => panic!("{other:?}"),
    }
}

both! {
    async fn a_user_whom_nothing_names_goes(t: TestDb) {
        let seed = t.seed().await;
        let who = add(&seed, "ada").await;
        seed.board.run(seed.me, &RemoveUser { user: Ref::from("ada") }).await.expect("remove");
        let row = board_users::Entity::find_by_id(who.id.expect("an id")).one(&seed.raw).await.expect("read");
        assert_eq!(row, None);
        let error = seed.board.run(seed.me, &RemoveUser { user: Ref::from("ada") }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "user", .. })), "{error:?}");
    }

    async fn each_use_keeps_them(t: TestDb) {
        let seed = t.seed().await;
        for name in ["assignee", "writer", "default"] {
            add(&seed, name).await;
        }
        seed.add(NewItem { assignee: Some(Assignee::User(Ref::from("assignee"))), ..NewItem::titled("x") }).await;
        assert_eq!(kept(&seed, "assignee").await, "others refer to them (items: 1)");

        let writer = seed.board.actor("user:writer").await.expect("find");
        let items = callboard_service::item::AddItems { project: None, items: vec![NewItem::titled("y")] };
        seed.board.run(writer, &items).await.expect("add an item");
        assert_eq!(kept(&seed, "writer").await, "others refer to them (ledger rows: 1)");

        let runner = add(&seed, "runner").await.id.expect("an id");
        let (agent, item) = (seed.agent("coder").await, seed.item().await);
        workflow_rows::write_all(&seed.raw, seed.project.id, agent.id, item.id, runner).await;
        assert_eq!(kept(&seed, "runner").await, "others refer to them (ledger rows: 3)");

        let keeper = add(&seed, "keeper").await.id.expect("an id");
        let of = Around { project: seed.project.id, item: item.id, assignment: None, session: None, agent: agent.id, user: keeper };
        automation_rows::write_all(&seed.raw, &of).await;
        // Two versions of an artifact, a run of the maintenance and an archive.
        assert_eq!(kept(&seed, "keeper").await, "others refer to them (ledger rows: 4)");

        let reviewer = add(&seed, "reviewer").await.id.expect("an id");
        let review = callboard_service::entity::reviews::Model {
            id: uuid::Uuid::now_v7(),
            reviewer_type: callboard_service::entity::ReviewReviewerType::User,
            reviewer_id: reviewer,
            ..automation_rows::review(&of)
        };
        workflow_rows::write(&seed.raw, review).await;
        assert_eq!(kept(&seed, "reviewer").await, "others refer to them (reviews: 1)");

        let set = SetSetting { key: "default_actor".to_owned(), value: json!("user:default"), project: None };
        seed.board.run(seed.me, &set).await.expect("set");
        assert_eq!(kept(&seed, "default").await, "others refer to them (settings: 1)");
    }

    async fn who_worked_in_a_session_stays(t: TestDb) {
        use callboard_service::entity::{WorkSessionSource, WorkSessionStatus, WorkSessionType, work_sessions};
        use sea_orm::{ActiveModelTrait, Set};
        let seed = t.seed().await;
        let worker = add(&seed, "worker").await;
        let (id, now) = (uuid::Uuid::now_v7(), chrono::Utc::now());
        work_sessions::ActiveModel {
            id: Set(id),
            key: Set("S-1".to_owned()),
            user_id: Set(worker.id),
            source: Set(WorkSessionSource::Cli),
            session_type: Set(WorkSessionType::Work),
            status: Set(WorkSessionStatus::Completed),
            started_at: Set(now),
            active_seconds: Set(0),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        }
        .insert(&seed.raw)
        .await
        .expect("a session");
        assert_eq!(kept(&seed, "worker").await, "others refer to them (sessions: 1)");
    }

    async fn who_gave_work_or_has_it_stays(t: TestDb) {
        use callboard_service::assignment::{Assign, Holder};
        let seed = t.seed().await;
        let item = seed.item().await;
        add(&seed, "holder").await;
        let assign = Assign {
            item: Ref::Id(item.id),
            holder: Holder::User(Ref::from("holder")),
            accept_seconds: None,
            context: None,
            notes: None,
        };
        seed.board.run(seed.me, &assign).await.expect("assign");
        assert_eq!(kept(&seed, "holder").await, "others refer to them (items: 1, assignments: 1)");
        assert!(kept(&seed, "kim").await.contains("assignments: 1"));
    }
}
