//! Waiting for work: whatever makes something claimable wakes those who wait, in this process and in others.

use std::time::Duration;

use callboard_service::agent::{EditAgent, GrantCapability};
use callboard_service::assignment::{Cancel, Claim, ClaimOutcome, Complete, Fail};
use callboard_service::entity::{CapabilityLevel, TaskAssignmentStatus, agent_profiles, task_assignments, work_items};
use callboard_service::item::{
    AddItems, ArchiveItem, BlockItem, ItemRef, NewItem, ReopenItem, RetryItem, UnarchiveItem, UnblockItem,
};
use callboard_service::{Actor, Callboard, Change, OpenOptions, Ref, Verb, Watch};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TransactionTrait};
use support::{Kind, Seed, TestDb, both};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Longer than a test may take: whoever is woken was told.
const NEVER: Duration = Duration::from_secs(24 * 3600);

/// A board on which nobody looks by himself.
async fn patient(t: &TestDb) -> Callboard {
    t.board_with(OpenOptions { poll: NEVER, ..OpenOptions::default() }).await
}

async fn claim(board: &Callboard, agent: &agent_profiles::Model) -> ClaimOutcome {
    board.run(Actor::agent(agent.id), &Claim::one(Ref::Id(agent.id))).await.expect("an answer")
}

/// Waits until the agent has an item; every look that finds nothing is followed by a wait.
async fn woken(board: &Callboard, watch: &mut Watch, agent: &agent_profiles::Model) -> Uuid {
    loop {
        if let Some(claimed) = claim(board, agent).await.claimed.first() {
            return claimed.item.id;
        }
        watch.changed().await;
    }
}

/// Looks out, finds nothing, and lets `change` happen by another process's board: it must be woken, and have `item` then.
async fn wakes<V: Verb>(t: &TestDb, seed: &Seed, agent: &agent_profiles::Model, change: &V, item: Uuid) {
    let board = patient(t).await;
    let mut watch = board.watch().await;
    assert!(claim(&board, agent).await.claimed.is_empty(), "there is something before the change");
    seed.must(change).await;
    assert_eq!(woken(&board, &mut watch, agent).await, item);
}

/// Gives back what the agent holds, and takes it out of the queue.
async fn put_away(seed: &Seed, item: Uuid) {
    seed.must(&callboard_service::item::CancelItem::new(item)).await;
}

both! {
    async fn what_is_given_back_or_comes_back_wakes(t: TestDb) {
        let seed = t.seed().await;
        let (coder, other) = (seed.agent("coder").await, seed.agent("other").await);

        let held = seed.work(&other).await;
        let cancel = Cancel { assignment: held.assignment, reason: "not mine".to_owned() };
        wakes(&t, &seed, &coder, &cancel, held.item.id).await;
        put_away(&seed, held.item.id).await;

        let held = seed.work(&other).await;
        seed.by(&other, &Complete { assignment: held.assignment, ..Complete::default() }).await.expect("complete");
        wakes(&t, &seed, &coder, &ReopenItem { item: Ref::Id(held.item.id), reason: None }, held.item.id).await;
        put_away(&seed, held.item.id).await;

        let item = seed.item().await.id;
        seed.must(&BlockItem { item: Ref::Id(item), reason: "later".to_owned() }).await;
        wakes(&t, &seed, &coder, &UnblockItem { item: Ref::Id(item), reason: None }, item).await;
        put_away(&seed, item).await;

        let item = seed.item().await.id;
        seed.must(&ArchiveItem { item: Ref::Id(item), reason: None }).await;
        wakes(&t, &seed, &coder, &UnarchiveItem { item: Ref::Id(item) }, item).await;
        put_away(&seed, item).await;

        let held = seed.work(&other).await;
        let fail = Fail { assignment: held.assignment, reason: "no way".to_owned(), permanent: true };
        seed.by(&other, &fail).await.expect("fail");
        wakes(&t, &seed, &coder, &RetryItem { item: Ref::Id(held.item.id), reason: None }, held.item.id).await;
    }

    async fn what_is_added_or_set_free_wakes(t: TestDb) {
        let seed = t.seed().await;
        let (coder, other) = (seed.agent("coder").await, seed.agent("other").await);
        let items = vec![NewItem::titled("first"), NewItem { prerequisites: vec![ItemRef::Index(0)], ..NewItem::titled("waits") }];
        let [first, waits] = seed.add_all(items).await.try_into().expect("two");
        let take = Claim { item: Some(Ref::Id(first.id)), ..Claim::one(Ref::Id(other.id)) };
        let held = seed.by(&other, &take).await.expect("claim").claimed.remove(0);
        wakes(&t, &seed, &coder, &Complete { assignment: held.assignment, ..Complete::default() }, waits.id).await;

        let board = patient(&t).await;
        let mut watch = board.watch().await;
        assert!(claim(&board, &coder).await.claimed.is_empty());
        let added = seed.item().await;
        assert_eq!(woken(&board, &mut watch, &coder).await, added.id);
    }

    /// What is there already, for somebody who could not have it before.
    async fn what_an_agent_may_do_from_now_on_wakes(t: TestDb) {
        let seed = t.seed().await;
        let coder = seed.agent_with("coder", &[], Some(1)).await;
        let rust = vec![("rust".to_owned(), CapabilityLevel::Basic).into()];
        let item = seed.add(NewItem { requirements: rust, ..NewItem::titled("in rust") }).await.id;
        let grant = GrantCapability {
            agent: Ref::Id(coder.id),
            capability: "rust".to_owned(),
            level: CapabilityLevel::Basic,
            verified: false,
        };
        wakes(&t, &seed, &coder, &grant, item).await;
        let next = seed.item().await.id;
        let more = EditAgent { max_open_assignments: Change::Set(2), ..EditAgent::new("coder") };
        wakes(&t, &seed, &coder, &more, next).await;
    }

    /// By time alone: nobody tells of it. The agent that holds the one on a lease is gone.
    async fn the_end_of_a_backoff_and_of_a_lease_wakes(t: TestDb) {
        let seed = t.seed().await;
        let (coder, gone) = (seed.agent("coder").await, seed.agent("gone").await);
        let soon = || seed.board.now() + chrono::TimeDelta::milliseconds(400);
        let item = seed.item().await.id;
        let held = seed.claim(&gone).await.assignment;
        let fail = Fail { assignment: held, reason: "not now".to_owned(), permanent: false };
        seed.by(&gone, &fail).await.expect("fail");
        move_to(&seed, item, soon()).await;
        let board = patient(&t).await;
        let mut watch = board.watch().await;
        assert_eq!(woken(&board, &mut watch, &coder).await, item);

        let lost = seed.work(&gone).await.assignment;
        let ends = task_assignments::ActiveModel {
            id: Set(lost),
            lease_expires_at: Set(Some(soon())),
            ..Default::default()
        };
        ends.update(&seed.raw).await.expect("move the end of the lease");
        let board = patient(&t).await;
        let mut watch = board.watch().await;
        assert!(claim(&board, &coder).await.claimed.is_empty());
        while seed.assignment(lost).await.status != TaskAssignmentStatus::Expired {
            watch.changed().await;
            assert!(claim(&board, &coder).await.claimed.is_empty(), "it waits out its backoff first");
        }
    }

    /// On PostgreSQL nobody tells of these commits: the watcher's own look finds them.
    async fn what_an_app_commits_in_its_own_transaction_is_found(t: TestDb) {
        let seed = t.seed().await;
        let coder = seed.agent("coder").await;
        let board = t.board_with(OpenOptions { poll: Duration::from_millis(100), ..OpenOptions::default() }).await;
        let mut watch = board.watch().await;
        assert!(claim(&board, &coder).await.claimed.is_empty());
        let tx = seed.raw.begin().await.expect("begin");
        let add = AddItems { project: None, items: vec![NewItem::titled("by the app")] };
        let added = seed.board.run_in(&tx, seed.me, &add).await.expect("add").remove(0);
        tx.commit().await.expect("commit");
        assert_eq!(woken(&board, &mut watch, &coder).await, added.id);
    }

    /// The connection that listens is cut; on SQLite there is none that could be.
    async fn a_lost_connection_is_opened_again(t: TestDb) {
        let seed = t.seed().await;
        let coder = seed.agent("coder").await;
        let board = patient(&t).await;
        let mut watch = board.watch().await;
        for round in 0..3 {
            assert!(claim(&board, &coder).await.claimed.is_empty());
            while t.kind() == Kind::Postgres && listeners(&seed, "pg_terminate_backend(pid)").await == 0 {
                // The one before is opened again right now.
                tokio::task::yield_now().await;
            }
            let added = seed.item().await;
            assert_eq!(woken(&board, &mut watch, &coder).await, added.id, "round {round}");
        }
    }

    async fn of_many_who_wait_one_gets_an_item_and_the_others_wait_on(t: TestDb) {
        const WAITERS: usize = 50;
        let seed = t.seed().await;
        let coder = seed.agent("coder").await;
        let board = patient(&t).await;
        let mut waiting = JoinSet::new();
        for _ in 0..WAITERS {
            let (board, actor, claim) = (board.clone(), Actor::agent(coder.id), Claim::one(Ref::Id(coder.id)));
            waiting.spawn(async move { board.claim_or_wait(actor, &claim, None).await.expect("an answer") });
        }
        let mut taken = Vec::new();
        for left in (WAITERS - 5..WAITERS).rev() {
            let added = seed.item().await;
            let first = waiting.join_next().await.expect("one of them").expect("it ends").claimed.remove(0);
            assert_eq!(first.item.id, added.id);
            taken.push(added.id);
            assert!(waiting.try_join_next().is_none(), "another one ended");
            assert_eq!(waiting.len(), left);
        }
        if t.kind() == Kind::Postgres {
            assert_eq!(listeners(&seed, "pid").await, 1, "one for all of them");
        }
        waiting.shutdown().await;
        assert!(claim(&board, &coder).await.claimed.is_empty());
        for id in taken {
            assert_eq!(seed.row(id).await.attempt_count, 1);
        }
    }

    async fn patience_ends_with_an_answer(t: TestDb) {
        let seed = t.seed().await;
        let coder = seed.agent("coder").await;
        let (actor, one) = (Actor::agent(coder.id), Claim::one(Ref::Id(coder.id)));
        let rust = vec![("rust".to_owned(), CapabilityLevel::Basic).into()];
        seed.add(NewItem { requirements: rust, ..NewItem::titled("for others") }).await;
        let nothing = seed.board.claim_or_wait(actor, &one, Some(Duration::from_millis(50))).await.expect("an answer");
        assert!(nothing.claimed.is_empty() && nothing.why_nothing[0].contains("asking for more"), "{nothing:?}");
        let item = seed.item().await;
        let at_once = seed.board.claim_or_wait(actor, &one, Some(Duration::ZERO)).await.expect("an answer");
        assert_eq!(at_once.claimed[0].item.id, item.id);
        let named = Claim { item: Some(Ref::Id(item.id)), ..one };
        assert!(seed.board.claim_or_wait(actor, &named, None).await.is_err(), "a named item is not waited for");
    }
}

/// How many connections to this database listen, after this was done to each.
async fn listeners(seed: &Seed, what: &str) -> u64 {
    let sql = format!(
        "SELECT {what} FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
    );
    seed.raw.execute_unprepared(&sql).await.expect("look at the connections").rows_affected()
}

/// Moves the end of an item's backoff; to the ledger this is the same time that it saw.
async fn move_to(seed: &Seed, item: Uuid, at: callboard_service::clock::Timestamp) {
    let moved = work_items::Entity::update_many()
        .set(work_items::ActiveModel { available_at: Set(Some(at)), ..Default::default() })
        .filter(work_items::Column::Id.eq(item))
        .filter(work_items::Column::AvailableAt.is_not_null())
        .exec(&seed.raw)
        .await
        .expect("move the end of the backoff");
    assert_eq!(moved.rows_affected, 1, "it has no backoff");
}
