//! Whether the items of a stream are ready, and why not.

use callboard_service::agent::ArchiveAgent;
use callboard_service::assignment::Claim;
use callboard_service::entity::{
    CapabilityLevel, FileOperationActorType, FileOperationOperation as Operation,
    FileOperationVerificationStatus as Verified, TaskPrerequisiteType, file_operations as operations, work_items,
};
use callboard_service::item::{BlockItem, ItemRef, NewItem, Requirement};
use callboard_service::stream::{ItemReadiness, ReadyState, StreamReadiness, VerifyStreamReadiness};
use callboard_service::{Error, Ref};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{fill, filled, stream};

fn ask() -> VerifyStreamReadiness {
    VerifyStreamReadiness { project: None, stream: Ref::from("s"), items: Vec::new() }
}

async fn readiness(seed: &Seed) -> StreamReadiness {
    seed.board.read(&ask()).await.unwrap_or_else(|error| panic!("refused: {error}"))
}

async fn only(seed: &Seed) -> ItemReadiness {
    let mut found = readiness(seed).await;
    assert_eq!(found.ready, found.items[0].reasons.is_empty(), "{found:?}");
    found.items.remove(0)
}

async fn wrote(seed: &Seed, item: Uuid, path: &str, operation: Operation, status: Verified) {
    let now = seed.board.now();
    let row = operations::Model {
        id: Uuid::now_v7(),
        work_item_id: item,
        assignment_id: None,
        session_id: None,
        operation,
        path: path.to_owned(),
        new_path: None,
        content_hash: Some("ab".repeat(32)),
        size_bytes: Some(7),
        rationale: None,
        file_metadata: None,
        verification_status: status,
        actor_type: FileOperationActorType::User,
        actor_id: Some(seed.user.id),
        occurred_at: now,
        created_at: now,
        updated_at: now,
    };
    let insert = operations::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.expect("write an operation");
}

both! {
    async fn nothing_in_the_way_is_ready(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        filled(&seed, 2).await;
        let before = seed.snapshot().await;
        let found = readiness(&seed).await;
        assert!(found.ready && found.reasons.is_empty(), "{found:?}");
        assert_eq!((found.counts.ready, found.counts.not_ready), (2, 0));
        assert!(found.items.iter().all(|item| item.state == ReadyState::Ready && item.reasons.is_empty()));
        seed.assert_unchanged(&before, "asking").await;
    }

    async fn an_empty_or_finished_stream_is_not_ready(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        stream(&seed, "s").await;
        let found = readiness(&seed).await;
        assert_eq!((found.ready, found.reasons), (false, vec!["it has no items".to_owned()]));
        let item = seed.item().await;
        seed.must(&fill("s", &[item.id])).await;
        let held = seed.claim(&agent).await;
        let found = readiness(&seed).await;
        assert_eq!((found.ready, found.items[0].state), (true, ReadyState::AtWork));
        let done = callboard_service::assignment::Complete { assignment: held.assignment, ..Default::default() };
        seed.by(&agent, &done).await.expect("complete");
        let found = readiness(&seed).await;
        assert_eq!((found.ready, found.reasons), (false, vec!["all of its items are finished".to_owned()]));
        assert_eq!(found.counts.finished, 1);
    }

    async fn an_unmet_prerequisite(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        stream(&seed, "s").await;
        let items = seed
            .add_all(vec![
                NewItem::titled("first"),
                NewItem { prerequisites: vec![ItemRef::Index(0)], ..NewItem::titled("second") },
            ])
            .await;
        seed.must(&fill("s", &[items[1].id])).await;
        let item = only(&seed).await;
        assert_eq!(item.state, ReadyState::NotReady);
        let [need] = &item.unmet[..] else { panic!("one need: {:?}", item.unmet) };
        assert_eq!((need.item.as_deref(), need.r#type, need.holds_back), (Some("CB-1"), TaskPrerequisiteType::CompletionDependency, true));
        assert!(item.reasons.contains(&"it waits for CB-1, which is todo".to_owned()), "{:?}", item.reasons);
        let agent = seed.board.actor("agent:coder").await.expect("the agent");
        let held = seed.board.run(agent, &Claim { item: Some(Ref::Id(items[0].id)), ..Claim::one("coder") }).await;
        let held = held.expect("claim").claimed.remove(0).assignment;
        let done = callboard_service::assignment::Complete { assignment: held, ..Default::default() };
        seed.board.run(agent, &done).await.expect("complete");
        assert_eq!(only(&seed).await.state, ReadyState::Ready, "and the stream with it");
    }

    async fn what_no_active_agent_can_do(t: TestDb) {
        let seed = t.seed().await;
        stream(&seed, "s").await;
        let need = |capability: &str, level| Requirement { capability: capability.to_owned(), level };
        let needs = vec![need("rust", CapabilityLevel::Expert), need("sql", CapabilityLevel::Basic)];
        let item = seed.add(NewItem { requirements: needs, ..NewItem::titled("asks") }).await;
        seed.must(&fill("s", &[item.id])).await;
        let said = only(&seed).await;
        assert_eq!(said.reasons, ["no agent is active"]);
        seed.agent_with("weak", &[("rust", CapabilityLevel::Proficient)], None).await;
        let said = only(&seed).await;
        assert_eq!(said.reasons, ["no active agent has rust:expert, sql:basic"]);
        assert_eq!(said.missing_capabilities, ["rust:expert", "sql:basic"]);
        seed.agent_with("sql", &[("sql", CapabilityLevel::Basic)], None).await;
        assert_eq!(only(&seed).await.missing_capabilities, ["rust:expert"]);
        seed.agent_with("rust", &[("rust", CapabilityLevel::Expert)], None).await;
        assert_eq!(only(&seed).await.reasons, ["no active agent has all of rust:expert, sql:basic"]);
        let grants = [("rust", CapabilityLevel::Expert), ("sql", CapabilityLevel::Expert)];
        seed.agent_with("both", &grants, None).await;
        assert_eq!(only(&seed).await.state, ReadyState::Ready);
        seed.must(&ArchiveAgent { agent: Ref::from("both"), reason: None }).await;
        assert_eq!(only(&seed).await.state, ReadyState::NotReady, "one that is not active does not count");
    }

    async fn unverified_files(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let item = filled(&seed, 1).await.remove(0).id;
        wrote(&seed, item, "read.rs", Operation::Read, Verified::Failed).await;
        wrote(&seed, item, "good.rs", Operation::Create, Verified::Verified).await;
        wrote(&seed, item, "old.rs", Operation::Create, Verified::Superseded).await;
        assert_eq!(only(&seed).await.state, ReadyState::Ready);
        wrote(&seed, item, "a.rs", Operation::Create, Verified::Pending).await;
        let said = only(&seed).await;
        assert_eq!(said.reasons, ["1 of its file operations is not verified: a.rs"]);
        for number in 0..6 {
            wrote(&seed, item, &format!("b{number}.rs"), Operation::Modify, Verified::Failed).await;
        }
        let unverified = only(&seed).await.unverified.expect("files");
        assert_eq!((unverified.operations, unverified.paths.len()), (7, 5));
        seed.sql("UPDATE file_operations SET verification_status = 'verified'").await;
        assert_eq!(only(&seed).await.state, ReadyState::Ready);
    }

    async fn a_lease_that_ran_out(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        filled(&seed, 1).await;
        let held = seed.claim(&agent).await;
        assert_eq!(only(&seed).await.state, ReadyState::AtWork);
        let until = seed.assignment(held.assignment).await.lease_expires_at;
        seed.lapse(held.assignment).await;
        let said = only(&seed).await;
        assert_eq!(said.state, ReadyState::NotReady);
        assert!(said.lapsed_at < until && said.lapsed_at.is_some() && said.stale.is_none(), "{said:?}");
        assert!(said.reasons[0].starts_with("agent:coder holds it, and its lease ran out at "), "{:?}", said.reasons);
    }

    /// One that was paused long ago still has a lease, and is stale by the judgement that the maintenance has.
    async fn one_that_does_nothing_is_stale(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = filled(&seed, 1).await.remove(0);
        let held = seed.claim(&agent).await;
        let long_ago = work_items::ActiveModel {
            last_activity_at: Set(Some(seed.board.now() - chrono::TimeDelta::days(30))),
            ..Default::default()
        };
        let moved = work_items::Entity::update_many().set(long_ago).filter(work_items::Column::Id.eq(item.id));
        moved.exec(&seed.raw).await.expect("move the last activity");
        let said = only(&seed).await;
        let stale = said.stale.expect("stale");
        assert_eq!((stale.assignment, stale.holder.as_str(), stale.idle_hours), (held.assignment, "agent:coder", 720));
        assert!(stale.allowed_hours < 720 && said.lapsed_at.is_none());
        assert_eq!((said.state, said.reasons.len()), (ReadyState::NotReady, 1));
    }

    async fn the_items_own_state(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let item = filled(&seed, 1).await.remove(0);
        seed.must(&BlockItem { item: Ref::Id(item.id), reason: "no key".to_owned() }).await;
        assert_eq!(only(&seed).await.reasons, ["the item is blocked, not todo"]);
    }

    async fn what_is_unknown_is_an_error(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        filled(&seed, 2).await;
        seed.item().await;
        let of = |keys: &[&str]| VerifyStreamReadiness { items: keys.iter().map(|k| Ref::from(*k)).collect(), ..ask() };
        let found = seed.board.read(&of(&["CB-2"])).await.expect("readiness");
        assert_eq!(found.items.iter().map(|i| (i.position, i.item.key.as_str())).collect::<Vec<_>>(), [(2, "CB-2")]);
        let error = seed.board.read(&of(&["CB-2", "CB-9"])).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "item", .. })), "{error:?}");
        let error = seed.board.read(&of(&["CB-2", "CB-3"])).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "item in this stream", .. })), "{error:?}");
        let error = seed.board.read(&VerifyStreamReadiness { stream: Ref::from("t"), ..ask() }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "stream", .. })), "{error:?}");
    }

    async fn in_as_many_statements_whatever_there_is(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        filled(&seed, 1).await;
        let few = t.statements(&seed.board, &ask()).await;
        let more = seed.add_all((0..30).map(|_| NewItem::titled("x")).collect()).await;
        seed.must(&fill("s", &more.iter().map(|item| item.id).collect::<Vec<_>>())).await;
        assert_eq!(t.statements(&seed.board, &ask()).await, few);
    }
}
