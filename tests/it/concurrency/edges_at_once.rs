//! Edges that are committed after a completion of one statement began, and before it has its item's lock (ADR 10).

use std::time::Duration;

use callboard_service::assignment::{Complete, Completed};
use callboard_service::entity::{TaskPrerequisiteStatus as Status, TaskPrerequisiteType, task_prerequisites as edges};
use callboard_service::item::NewItem;
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Actor, Error};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, TransactionTrait};
use support::{Kind, Seed, TestDb, both};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::race::boards;

/// An item in progress, and one that is to wait for it.
struct Pair {
    assignment: Uuid,
    agent: Uuid,
    first: Uuid,
    waits: Uuid,
}

async fn pair(seed: &Seed) -> Pair {
    let agent = seed.agent("coder").await;
    let held = seed.work(&agent).await;
    let waits = seed.add(NewItem::titled("waits")).await.id;
    Pair { assignment: held.assignment, agent: agent.id, first: held.item.id, waits }
}

/// Begins the completion; on PostgreSQL it waits for the lock that another transaction holds when this ends.
async fn complete(t: &TestDb, pair: &Pair) -> JoinHandle<Result<Completed, Error>> {
    let (board, actor) = (boards(t).await[0].clone(), Actor::agent(pair.agent));
    let complete = Complete { assignment: pair.assignment, ..Complete::default() };
    let completing = tokio::spawn(async move { board.run(actor, &complete).await });
    if t.kind() == Kind::Postgres {
        let waiting = "SELECT count(*) AS n FROM pg_stat_activity WHERE datname = current_database() \
            AND wait_event_type = 'Lock' AND query LIKE 'WITH target%'";
        // By a connection of its own: inside a transaction the server shows what it showed at the first look.
        let eyes = t.raw().await;
        for _ in 0..2000 {
            let backend = eyes.get_database_backend();
            let row = eyes.query_one_raw(sea_orm::Statement::from_string(backend, waiting)).await.expect("look");
            if row.expect("a count").try_get::<i64>("", "n").expect("a number") > 0 {
                return completing;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the completion waits for nothing");
    }
    completing
}

async fn edge(seed: &Seed, pair: &Pair) -> Status {
    let of = edges::Entity::find().filter(edges::Column::WorkItemId.eq(pair.waits));
    of.one(&seed.raw).await.expect("read the edge").expect("the edge is there").status
}

both! {
    async fn it_is_met_by_the_completion_that_waited(t: TestDb) {
        let seed = t.seed().await;
        let pair = pair(&seed).await;
        let app = t.raw().await;
        let tx = app.begin().await.expect("begin");
        let add = AddPrerequisite::new(pair.waits, pair.first);
        let added = seed.board.run_in(&tx, seed.me, &add).await.expect("add the edge");
        assert_eq!(added.edge.status, Status::Pending);
        let completing = complete(&t, &pair).await;
        tx.commit().await.expect("commit");
        let done = completing.await.expect("the call ends").expect("complete");
        assert_eq!((done.unblocked, edge(&seed, &pair).await), (vec![pair.waits], Status::Satisfied));
    }

    /// The control: a writer that locks the prerequisite, and does not write it anew, is not seen on PostgreSQL.
    async fn without_the_new_version_it_is_not_seen(t: TestDb) {
        let seed = t.seed().await;
        let pair = pair(&seed).await;
        let app = t.raw().await;
        let tx = app.begin().await.expect("begin");
        let now = seed.board.now();
        // It is not mandatory, so no counter knows of it.
        let row = edges::ActiveModel {
            id: Set(Uuid::now_v7()),
            work_item_id: Set(pair.waits),
            prerequisite_id: Set(Some(pair.first)),
            prerequisite_type: Set(TaskPrerequisiteType::CompletionDependency),
            description: Set(String::new()),
            is_mandatory: Set(false),
            is_auto_resolvable: Set(true),
            status: Set(Status::Pending),
            created_at: Set(now),
            updated_at: Set(now),
            ..Default::default()
        };
        edges::Entity::insert(row).exec_without_returning(&tx).await.expect("insert the edge");
        let lock = callboard_service::entity::work_items::Entity::find_by_id(pair.first);
        sea_orm::QuerySelect::lock_exclusive(lock).one(&tx).await.expect("lock the prerequisite");
        let completing = complete(&t, &pair).await;
        tx.commit().await.expect("commit");
        completing.await.expect("the call ends").expect("complete");
        let expected = match t.kind() {
            Kind::Postgres => Status::Pending,
            Kind::Sqlite => Status::Satisfied,
        };
        assert_eq!(edge(&seed, &pair).await, expected);
    }
}
