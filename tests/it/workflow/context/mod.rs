//! Tests of the context of runs.

mod get;
mod list;
mod set;

use callboard_service::workflow::context::SetContext;
use callboard_service::{Ref, entity::workflow_context as context};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::Value;
use support::Seed;
use support::flow::delegated;

/// A value of the run `flow`.
fn set(agent: &str, key: &str, value: Value, ttl_seconds: Option<i64>) -> SetContext {
    SetContext { run: Ref::from("flow"), agent: agent.to_owned(), key: key.to_owned(), value, ttl_seconds }
}

async fn seeded(t: &support::TestDb) -> Seed {
    let seed = t.seed().await;
    seed.flow(&delegated("flow", &[("a", &[])])).await;
    seed
}

/// Moves the end of every value that has one into the past.
async fn lapse(seed: &Seed) {
    use sea_orm::{ColumnTrait, QueryFilter};
    let past = seed.board.now() - chrono::TimeDelta::seconds(1);
    context::Entity::update_many()
        .set(context::ActiveModel { expires_at: Set(Some(past)), ..Default::default() })
        .filter(context::Column::ExpiresAt.is_not_null())
        .exec(&seed.raw)
        .await
        .expect("move the end");
}
