//! A refused verb leaves the app's transaction usable.

use callboard_embed::orders;
use callboard_service::ErrorKind;
use callboard_service::entity::task_assignments;
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait};
use support::{TestDb, both_empty};
use uuid::Uuid;

use super::tables::Tables;
use super::{levels, shop};

both_empty! {
    async fn what_follows_a_refused_claim_is_committed(t: TestDb) {
        refused_claim(&t, None).await;
    }

    async fn what_follows_a_refused_claim_is_committed_in_another_schema(t: TestDb) {
        refused_claim(&t, Some("board")).await;
    }

    async fn an_error_that_is_handed_on_rolls_back_what_came_before(t: TestDb) {
        late_delivery(&t, None).await;
    }

    async fn an_error_that_is_handed_on_rolls_back_in_another_schema(t: TestDb) {
        late_delivery(&t, Some("board")).await;
    }
}

async fn refused_claim(t: &TestDb, schema: Option<&str>) {
    let mut shop = shop(t, schema).await;
    let raw = t.raw().await;
    for level in levels(t) {
        shop.level = *level;
        let placed = shop.place("a rake").await.expect("place");
        let taken = shop.take("packer", placed.id).await.expect("take").expect("it is ready");
        let before = Tables::read(&raw, t.kind()).await;
        assert_eq!(shop.take("packer", placed.id).await.expect("refused, and committed"), None);
        // Only the app's own note was written: the claim left nothing.
        let changed = before.changed(&Tables::read(&raw, t.kind()).await);
        assert_eq!(changed.into_iter().collect::<Vec<_>>(), ["orders"], "{level:?}");
        let order = order(&raw, placed.id).await;
        assert_eq!(order.status, "taken");
        let note = order.note.expect("the refusal is written down");
        assert!(note.contains(placed.item_key.as_deref().expect("a key")), "{note}");
        let delivered = shop.deliver(&taken).await.expect("deliver");
        assert_eq!(delivered.status, "delivered");
    }
}

async fn late_delivery(t: &TestDb, schema: Option<&str>) {
    let mut shop = shop(t, schema).await;
    let raw = t.raw().await;
    for level in levels(t) {
        shop.level = *level;
        let placed = shop.place("a late rake").await.expect("place");
        let taken = shop.take("packer", placed.id).await.expect("take").expect("it is ready");
        lapse(&shop.board, taken.assignment, &raw, schema).await;
        let before = Tables::read(&raw, t.kind()).await;
        let error = shop.deliver(&taken).await.expect_err("the lease is lost");
        assert_eq!(error.kind(), ErrorKind::LeaseLost, "{error}");
        assert!(before.changed(&Tables::read(&raw, t.kind()).await).is_empty(), "{level:?}");
        assert_eq!(order(&raw, placed.id).await.status, "taken");
    }
}

/// Moves the deadline of an assignment into the past.
async fn lapse(board: &callboard_service::Callboard, id: Uuid, raw: &DatabaseConnection, schema: Option<&str>) {
    let lease_expires_at = Set(Some(board.now() - chrono::TimeDelta::seconds(1)));
    let past = task_assignments::ActiveModel { id: Set(id), lease_expires_at, ..Default::default() };
    let tx = sea_orm::TransactionTrait::begin(raw).await.expect("begin");
    if let (Some(schema), true) = (schema, raw.get_database_backend() == sea_orm::DbBackend::Postgres) {
        tx.execute_unprepared(&format!("SET LOCAL search_path TO {schema}")).await.expect("set the path");
    }
    task_assignments::Entity::update(past).exec(&tx).await.expect("move the deadline");
    tx.commit().await.expect("commit");
}

async fn order(raw: &DatabaseConnection, id: Uuid) -> orders::Model {
    orders::Entity::find_by_id(id).one(raw).await.expect("read the order").expect("it is there")
}
