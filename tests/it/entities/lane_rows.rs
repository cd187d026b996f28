//! Rows on SQLite's write lane: read and stored there as everywhere else.

use callboard_entity::workflow_steps;
use callboard_service::{Actor, Error, Result};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseTransaction, EntityName, EntityTrait, Iden, IntoActiveModel, Iterable,
    ModelTrait, Statement, TransactionTrait,
};
use support::{TestDb, on_sqlite, workflow_rows};

use super::round_trip::{agent, all_there_and_back, assignment, id, item, project, sprint, user};
use crate::lane::Here;

on_sqlite! {
    why: "PostgreSQL has no write lane, which reads and writes rows by another driver";
    async fn every_table_on_the_write_lane(t: TestDb) {
        let board = t.board().await;
        let all = Here::new(|tx| Box::pin(async move {
            assert!(all_there_and_back(tx.connection()).await.len() > 30);
            taken_back()
        }));
        board.run(Actor::SYSTEM, &all).await.expect_err("it is taken back");
        let counts = board.lane_counts().expect("a lane");
        assert_eq!((counts.verbs, counts.elsewhere), (1, 0), "all of it was done on the lane");
    }

    why: "PostgreSQL has no write lane, which reads and writes rows by another driver";
    async fn the_write_lane_stores_the_same(t: TestDb) {
        let board = t.board().await;
        let db = t.raw().await.begin().await.expect("begin");
        let expected = some_stored(&db).await;
        db.rollback().await.expect("taken back");
        let compare = Here::new(move |tx| {
            let expected = expected.clone();
            Box::pin(async move {
                assert_eq!(some_stored(tx.connection()).await, expected);
                taken_back()
            })
        });
        board.run(Actor::SYSTEM, &compare).await.expect_err("it is taken back");
        assert_eq!(board.lane_counts().expect("a lane").elsewhere, 0);
    }
}

/// Writes a row and gives its values as SQLite has them, with their types.
async fn stored<M>(db: &DatabaseTransaction, model: M) -> Vec<String>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: Send,
{
    let table = M::Entity::default().table_name().to_owned();
    M::Entity::insert(model.into_active_model().reset_all()).exec_without_returning(db).await.expect("insert");
    let mut found = Vec::new();
    for column in <M::Entity as EntityTrait>::Column::iter() {
        let name = column.unquoted().to_owned();
        let sql = format!("SELECT typeof(\"{name}\") || ' ' || quote(\"{name}\") AS stored FROM {table}");
        let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("read");
        let text: String = row.expect("the row").try_get("", "stored").expect("a text");
        found.push(format!("{table}.{name}: {text}"));
    }
    found
}

async fn some_stored(db: &DatabaseTransaction) -> Vec<String> {
    let step =
        workflow_steps::Model { execution_time_seconds: Some(0.1 + 0.2), ..workflow_rows::step(1, id(10), id(4)) };
    let mut found = stored(db, user()).await;
    found.extend(stored(db, project()).await);
    found.extend(stored(db, sprint()).await);
    found.extend(stored(db, agent()).await);
    found.extend(stored(db, item()).await);
    found.extend(stored(db, assignment()).await);
    found.extend(stored(db, workflow_rows::template()).await);
    found.extend(stored(db, workflow_rows::run(id(2))).await);
    found.extend(stored(db, step).await);
    found
}

/// Rows that no verb made do not stay.
fn taken_back() -> Result<()> {
    Err(Error::app("taken back"))
}
