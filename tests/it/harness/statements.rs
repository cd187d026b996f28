//! Statements are counted: a query that asks once a row is seen to grow.

use callboard_service::entity::board_users;
use callboard_service::user::{AddUser, ListUsers};
use callboard_service::{Query, Result, Tx};
use sea_orm::EntityTrait;
use support::{TestDb, both};

/// What no query of the service does.
struct OnceARow;

impl Query for OnceARow {
    type Output = usize;

    async fn fetch(&self, tx: &Tx) -> Result<usize> {
        let rows = board_users::Entity::find().all(tx.connection()).await?;
        for row in &rows {
            board_users::Entity::find_by_id(row.id).one(tx.connection()).await?;
        }
        Ok(rows.len())
    }
}

both! {
    async fn a_query_that_asks_once_a_row_is_seen_to_grow(t: TestDb) {
        let seed = t.seed().await;
        let one = t.statements(&seed.board, &OnceARow).await;
        let list = t.statements(&seed.board, &ListUsers::default()).await;
        for name in ["ada", "grace", "joan"] {
            let add = AddUser { name: name.to_owned(), email: None };
            seed.board.run(seed.me, &add).await.expect("add a user");
        }
        assert_eq!((one, t.statements(&seed.board, &OnceARow).await), (2, 5));
        assert_eq!(list, t.statements(&seed.board, &ListUsers::default()).await);
    }
}
