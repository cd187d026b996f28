//! Tests of reviews.

mod accept;
mod list;
mod reject;

use callboard_service::assignment::{Claim, Claimed, Complete};
use callboard_service::entity::{WorkItemQualityGateLevel, agent_profiles, reviews};
use callboard_service::item::NewItem;
use callboard_service::{Actor, Ref};
use sea_orm::{EntityTrait, QueryOrder};
use support::Seed;
use uuid::Uuid;

/// A strict item that the agent has completed.
async fn submitted(seed: &Seed, agent: &agent_profiles::Model) -> Claimed {
    let strict = NewItem { quality_gate_level: WorkItemQualityGateLevel::Strict, ..NewItem::titled("strict") };
    let item = seed.add(strict).await;
    hand_in(seed, agent, item.id).await
}

/// Claims an item and completes it.
async fn hand_in(seed: &Seed, agent: &agent_profiles::Model, item: Uuid) -> Claimed {
    let claim = Claim { item: Some(Ref::Id(item)), ..Claim::one(Ref::Id(agent.id)) };
    let held = seed.by(agent, &claim).await.expect("claim").claimed.remove(0);
    let complete = Complete { assignment: held.assignment, ..Complete::default() };
    seed.board.run(Actor::agent(agent.id), &complete).await.expect("complete");
    held
}

async fn rows(seed: &Seed) -> Vec<reviews::Model> {
    reviews::Entity::find().order_by_asc(reviews::Column::Id).all(&seed.raw).await.expect("read the reviews")
}
