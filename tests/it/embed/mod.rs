//! The app of examples/embed: its rows and the board's, in one transaction.

mod contention;
mod path;
mod refused;
mod restock;
mod rollback;
mod tables;

use callboard_embed::Shop;
use callboard_service::item::ListItems;
use sea_orm::{ConnectionTrait, DatabaseConnection, IsolationLevel, Statement};
use support::{Kind, TestDb};

/// The shop, its board on PostgreSQL in that schema.
async fn shop(t: &TestDb, schema: Option<&str>) -> Shop {
    Shop::open(t.url(), schema).await.unwrap_or_else(|error| panic!("open the shop: {error}"))
}

/// How strictly the app's own transactions may be kept apart; on SQLite the board begins them.
fn levels(t: &TestDb) -> &'static [IsolationLevel] {
    match t.kind() {
        Kind::Sqlite => &[IsolationLevel::ReadCommitted],
        Kind::Postgres => &[IsolationLevel::ReadCommitted, IsolationLevel::Serializable],
    }
}

async fn texts(conn: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await.expect(sql);
    rows.iter().map(|row| row.try_get_by_index(0).expect("a text")).collect()
}

/// The keys of the items that orders name, in order.
async fn ordered(raw: &DatabaseConnection) -> Vec<String> {
    texts(raw, "SELECT item_key FROM orders WHERE item_key IS NOT NULL ORDER BY length(item_key), item_key").await
}

/// The keys of the items that are on the shop's board, in order.
async fn on_board(shop: &Shop) -> Vec<String> {
    let list = ListItems { limit: 1000, ..ListItems::default() };
    let page = shop.board.read(&list).await.expect("list the items");
    let mut keys: Vec<String> = page.items.into_iter().map(|listed| listed.item.key).collect();
    keys.sort_by_key(|key| (key.len(), key.clone()));
    keys
}
