//! Writing checkpoints.

use callboard_service::assignment::{Complete, Pause};
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::{WorkSessionSource, WorkSessionStatus, WorkSessionType, work_sessions};
use callboard_service::item::ArchiveItem;
use callboard_service::setting::SetSetting;
use callboard_service::{Conflict, Error, ErrorKind, Ref};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{note, rows};

both! {
    async fn the_holder_writes_how_far_it_has_come(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        seed.sql("UPDATE task_assignments SET heartbeat_at = assigned_at").await;
        let before = seed.assignment(held.assignment).await;
        let data = json!({"file": "src/lexer.rs", "line": 7});
        let add = AddCheckpoint {
            assignment: Some(held.assignment),
            data: Some(data.clone()),
            ..AddCheckpoint::of(&*held.item.key, "lexer done\nnext: the parser")
        };
        let added = seed.by(&agent, &add).await.expect("write it");
        let stored = rows(&seed, held.item.id).await;
        assert_eq!(stored, std::slice::from_ref(&added.checkpoint));
        assert_eq!((stored[0].seq, stored[0].note.as_str()), (1, "lexer done\nnext: the parser"));
        assert_eq!((stored[0].assignment_id, stored[0].data.as_ref()), (Some(held.assignment), Some(&data)));
        assert_eq!((stored[0].actor_id, stored[0].session_id), (Some(agent.id), None));
        let item = seed.row(held.item.id).await;
        assert_eq!(added.item, item);
        assert_eq!(item.revision, held.item.revision + 1);
        let last = seed.events(item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.assignment_id), ("checkpoint", Some(held.assignment)));
        assert_eq!(last.reason.as_deref(), Some("lexer done\nnext: the parser"));
        assert_eq!(last.data.expect("data")["seq"], 1);
        let after = seed.assignment(held.assignment).await;
        assert!(after.heartbeat_at > before.heartbeat_at, "it is a sign of life");
        assert!(after.lease_expires_at >= before.lease_expires_at);
    }

    async fn whoever_holds_the_item_need_not_name_the_assignment(t: TestDb) {
        let seed = t.seed().await;
        let (agent, other) = (seed.agent("coder").await, seed.agent("other").await);
        let held = seed.work(&agent).await;
        let add = AddCheckpoint::of(Ref::Id(held.item.id), "half");
        let own = seed.by(&agent, &add).await.expect("its own");
        assert_eq!(own.checkpoint.assignment_id, Some(held.assignment));
        let error = seed.by(&other, &add).await.expect_err("it holds nothing");
        assert!(matches!(error, Error::Invalid { field: "assignment", .. }), "{error}");
        assert_eq!(rows(&seed, held.item.id).await.len(), 1);
    }

    async fn a_paused_assignment_is_open_too(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        seed.must(&Pause { assignment: held.assignment, reason: "x".to_owned(), deadline_seconds: None }).await;
        let paused = seed.assignment(held.assignment).await;
        assert_eq!(note(&seed, held.item.id, held.assignment, "before the pause").await.seq, 1);
        // The longer deadline of a pause stays.
        assert_eq!(seed.assignment(held.assignment).await.lease_expires_at, paused.lease_expires_at);
    }

    async fn after_the_lease_nothing_is_written(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        seed.lapse(held.assignment).await;
        let named = AddCheckpoint { assignment: Some(held.assignment), ..AddCheckpoint::of(Ref::Id(held.item.id), "late") };
        for add in [named.clone(), AddCheckpoint { assignment: None, ..named.clone() }] {
            let error = seed.by(&agent, &add).await.expect_err("the lease ran out");
            assert_eq!(error.kind(), ErrorKind::LeaseLost, "{error}");
        }
        seed.expire().await;
        assert_eq!(seed.must_refuse(&named).await.kind(), ErrorKind::LeaseLost);
        assert!(rows(&seed, held.item.id).await.is_empty());
    }

    async fn in_a_session_also_without_holding_it(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let session = session(&seed, "desk").await;
        let add = AddCheckpoint::of(Ref::Id(item.id), "looked at it");
        let error = seed.must_refuse(&add).await;
        assert!(matches!(error, Error::Invalid { field: "assignment", .. }), "in no session: {error}");
        let added = seed.in_session("desk").await.must(&add).await.checkpoint;
        assert_eq!((added.session_id, added.assignment_id), (Some(session), None));
        assert_eq!(rows(&seed, item.id).await, [added]);
        let last = seed.events(item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.session_id), ("checkpoint", Some(session)));
    }

    async fn the_holders_checkpoint_names_the_session_too(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let session = session(&seed, "desk").await;
        let seed = seed.in_session("desk").await;
        let added = seed.by(&agent, &AddCheckpoint::of(Ref::Id(held.item.id), "half")).await.expect("write it");
        assert_eq!(rows(&seed, held.item.id).await, std::slice::from_ref(&added.checkpoint));
        assert_eq!((added.checkpoint.session_id, added.checkpoint.assignment_id), (Some(session), Some(held.assignment)));
    }

    async fn the_newest_are_kept_and_their_numbers_stay(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let other = seed.work(&agent).await;
        note(&seed, other.item.id, other.assignment, "another item's").await;
        for (value, project) in [(json!(7), None), (json!(2), Some(Ref::from("demo")))] {
            seed.must(&SetSetting { key: "checkpoints_kept".to_owned(), value, project }).await;
        }
        for text in ["one", "two", "three", "four"] {
            note(&seed, held.item.id, held.assignment, text).await;
        }
        let kept: Vec<_> = rows(&seed, held.item.id).await.into_iter().map(|row| (row.seq, row.note)).collect();
        assert_eq!(kept, [(3, "three".to_owned()), (4, "four".to_owned())]);
        assert_eq!(rows(&seed, other.item.id).await.len(), 1, "each item keeps its own");
        // What was removed stays in the ledger.
        let noted: Vec<_> = seed.events(held.item.id).await.into_iter().filter(|e| e.kind == "checkpoint").collect();
        assert_eq!(noted.iter().filter_map(|e| e.reason.as_deref()).collect::<Vec<_>>(), ["one", "two", "three", "four"]);
        // Fewer from now on: the rest goes with the next one.
        seed.must(&SetSetting { key: "checkpoints_kept".to_owned(), value: json!(1), project: Some(Ref::from("demo")) }).await;
        let add = AddCheckpoint { assignment: Some(held.assignment), ..AddCheckpoint::of(Ref::Id(held.item.id), "five") };
        assert_eq!(seed.must(&add).await.removed, 2);
        assert_eq!(rows(&seed, held.item.id).await.iter().map(|row| row.seq).collect::<Vec<_>>(), [5]);
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (held, other) = (seed.work(&agent).await, seed.work(&agent).await);
        let good = AddCheckpoint { assignment: Some(held.assignment), ..AddCheckpoint::of(Ref::Id(held.item.id), "x") };
        let bad = [
            (AddCheckpoint { note: " \n".to_owned(), ..good.clone() }, "note"),
            (AddCheckpoint { note: "a\u{1b}[2J".to_owned(), ..good.clone() }, "note"),
            (AddCheckpoint { note: "x".repeat(1024 * 1024 + 1), ..good.clone() }, "note"),
            (AddCheckpoint { data: Some(json!("x".repeat(1024 * 1024))), ..good.clone() }, "data"),
            (AddCheckpoint { data: Some(json!({"a": "\u{0}"})), ..good.clone() }, "data"),
            (AddCheckpoint { assignment: Some(other.assignment), ..good.clone() }, "assignment"),
            (AddCheckpoint { assignment: None, ..good.clone() }, "assignment"),
        ];
        for (add, expected) in bad {
            let error = seed.must_refuse(&add).await;
            assert!(matches!(&error, Error::Invalid { field, .. } if *field == expected), "{expected}: {error}");
        }
        let error = seed.must_refuse(&AddCheckpoint { assignment: Some(Uuid::now_v7()), ..good.clone() }).await;
        assert!(matches!(error, Error::NotFound { entity: "assignment", .. }), "{error}");
        let error = seed.must_refuse(&AddCheckpoint { item: Ref::from("CB-99"), ..good.clone() }).await;
        assert!(matches!(error, Error::NotFound { entity: "item", .. }), "{error}");

        seed.by(&agent, &Complete { assignment: held.assignment, ..Complete::default() }).await.expect("complete");
        let error = seed.must_refuse(&good).await;
        assert!(matches!(&error, Error::Transition { entity: "assignment", from, .. } if from == "completed"), "{error}");
        session(&seed, "desk").await;
        let seed = seed.in_session("desk").await;
        let late = AddCheckpoint { assignment: None, ..good };
        let error = seed.must_refuse(&late).await;
        assert!(matches!(&error, Error::Transition { entity: "item", from, .. } if from == "done"), "{error}");
        seed.must(&ArchiveItem { item: Ref::Id(held.item.id), reason: None }).await;
        let error = seed.must_refuse(&late).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Inactive { entity: "item", .. })), "{error}");
    }
}

/// An active session of the acting user.
async fn session(seed: &Seed, key: &str) -> Uuid {
    let now = seed.board.now() - TimeDelta::minutes(5);
    let row = work_sessions::Model {
        id: Uuid::now_v7(),
        key: key.to_owned(),
        project_id: Some(seed.project.id),
        agent_id: None,
        user_id: Some(seed.user.id),
        source: WorkSessionSource::Cli,
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
    let insert = work_sessions::Entity::insert(row.clone().into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("write a session");
    row.id
}
