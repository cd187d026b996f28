//! Two claims at once never pass an agent's limit of open assignments.

use std::sync::Arc;
use std::time::Instant;

use callboard_service::assignment::{Cancel, Claim};
use callboard_service::entity::{task_assignments, work_items};
use callboard_service::item::NewItem;
use callboard_service::{Actor, Callboard, Ref};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Statement, TransactionTrait};
use support::{TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race;

const ROUNDS: usize = 200;
const OPEN: [&str; 3] = ["assigned", "started", "paused"];

both! {
    async fn two_claims_never_pass_the_limit(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[], Some(1)).await;
        seed.add_all((0..4).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let boards = race::boards(&t).await;
        let mut overlaps = 0;
        for round in 0..ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls = boards.clone().map(|board| tokio::spawn(claim(board, agent.id, Arc::clone(&barrier))));
            let mut got = Vec::new();
            let mut spans = Vec::new();
            for call in calls {
                let (claimed, begun, ended) = call.await.expect("the call ends");
                got.extend(claimed);
                spans.push((begun, ended));
            }
            overlaps += usize::from(spans[0].0 < spans[1].1 && spans[1].0 < spans[0].1);
            let open = open(&seed.raw, agent.id).await;
            assert_eq!((got.len(), open), (1, 1), "round {round}: the agent may hold one");
            let back = Cancel { assignment: got[0], reason: "next round".to_owned() };
            seed.board.run(seed.me, &back).await.expect("take it back");
        }
        assert!(overlaps > ROUNDS / 2, "only {overlaps} of {ROUNDS} rounds were races");
    }

    /// The control: counting and then inserting, without the lock on the profile, passes the limit.
    async fn without_the_lock_the_limit_is_passed(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[], Some(1)).await;
        let mut passed = 0;
        for _ in 0..20 {
            let items = seed.add_all(vec![NewItem::titled("a"), NewItem::titled("b")]).await;
            let barrier = Arc::new(Barrier::new(2));
            let calls: Vec<_> = items
                .iter()
                .map(|item| tokio::spawn(unlocked(seed.raw.clone(), agent.id, item.id, Arc::clone(&barrier))))
                .collect();
            for call in calls {
                call.await.expect("the call ends");
            }
            passed += usize::from(open(&seed.raw, agent.id).await > 1);
            seed.sql("DELETE FROM task_assignments").await;
        }
        assert!(passed > 0, "the race was never hit: the test above would prove nothing");
        assert_eq!(work_items::Entity::find().count(&seed.raw).await.expect("count"), 40);
    }
}

async fn claim(board: Callboard, agent: Uuid, barrier: Arc<Barrier>) -> (Vec<Uuid>, Instant, Instant) {
    barrier.wait().await;
    let begun = Instant::now();
    let claimed = board.run(Actor::agent(agent), &Claim::one(Ref::Id(agent))).await.expect("claim").claimed;
    (claimed.into_iter().map(|c| c.assignment).collect(), begun, Instant::now())
}

async fn open(raw: &sea_orm::DatabaseConnection, agent: Uuid) -> u64 {
    task_assignments::Entity::find()
        .filter(task_assignments::Column::AgentId.eq(agent))
        .filter(task_assignments::Column::Status.is_in(OPEN))
        .count(raw)
        .await
        .expect("count the open ones")
}

/// What claim would be without the lock: a count, a decision, an insert.
async fn unlocked(raw: sea_orm::DatabaseConnection, agent: Uuid, item: Uuid, barrier: Arc<Barrier>) {
    let held = open(&raw, agent).await;
    barrier.wait().await;
    if held >= 1 {
        return;
    }
    let tx = raw.begin().await.expect("begin");
    let now = chrono::Utc::now();
    let insert = "INSERT INTO task_assignments (id, work_item_id, agent_id, assigned_at, status, attempt, created_at, \
        updated_at) VALUES ($1, $2, $3, $4, 'started', 1, $4, $4)";
    let values = [Uuid::now_v7().into(), item.into(), agent.into(), now.into()];
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), insert, values);
    tx.execute_raw(statement).await.expect("insert the assignment");
    tx.commit().await.expect("commit");
}
