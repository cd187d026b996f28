//! Short ways to hold, hand over and lose work.

use callboard_service::assignment::{Assign, Assigned, Claim, Claimed, Expire, Expired, Holder};
use callboard_service::entity::agent_profiles;
use callboard_service::{Actor, Error, Ref, Verb};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::board::Seed;

/// The agent as the one who is to hold an item.
pub fn holder(agent: &agent_profiles::Model) -> Holder {
    Holder::Agent(Ref::Id(agent.id))
}

/// An assignment of an item that says nothing more.
pub fn assign(item: Uuid, holder: Holder) -> Assign {
    Assign { item: Ref::Id(item), holder, accept_seconds: None, context: None, notes: None }
}

impl Seed {
    /// The same, whose board is in a session, by key or id.
    pub async fn in_session(&self, session: impl Into<Ref>) -> Self {
        let board = self.board.in_session(&session.into()).await;
        let mut inside = self.clone();
        inside.board = board.unwrap_or_else(|error| panic!("no such session: {error}"));
        inside
    }

    /// Runs a verb as an agent.
    pub async fn by<V: Verb>(&self, agent: &agent_profiles::Model, verb: &V) -> Result<V::Output, Error> {
        self.board.run(Actor::agent(agent.id), verb).await
    }

    /// Runs a verb as the acting user; it must succeed.
    pub async fn must<V: Verb>(&self, verb: &V) -> V::Output {
        self.board.run(self.me, verb).await.unwrap_or_else(|error| panic!("refused: {error}"))
    }

    /// Runs a verb as the acting user; it must be refused, and change nothing.
    pub async fn must_refuse<V: Verb>(&self, verb: &V) -> Error {
        let before = self.snapshot().await;
        let Err(error) = self.board.run(self.me, verb).await else { panic!("it was not refused") };
        self.assert_unchanged(&before, &format!("a refused verb ({error})")).await;
        error
    }

    /// Assigns an item to an agent, which has not started it.
    pub async fn assign(&self, item: Uuid, agent: &agent_profiles::Model) -> Assigned {
        self.must(&assign(item, holder(agent))).await
    }

    /// A new item, claimed by the agent.
    pub async fn work(&self, agent: &agent_profiles::Model) -> Claimed {
        let item = self.item().await;
        let claim = Claim { item: Some(Ref::Id(item.id)), ..Claim::one(Ref::Id(agent.id)) };
        self.must(&claim).await.claimed.remove(0)
    }

    /// Takes back everything that ran out.
    pub async fn expire(&self) -> Expired {
        self.must(&Expire { project: None, limit: 1000 }).await
    }

    /// Moves the deadlines of all open assignments into the past.
    pub async fn lapse_all(&self) {
        use callboard_service::entity::task_assignments as assignments;
        let past = self.board.now() - chrono::TimeDelta::seconds(1);
        assignments::Entity::update_many()
            .set(assignments::ActiveModel { lease_expires_at: Set(Some(past)), ..Default::default() })
            .filter(assignments::Column::Status.is_in(["assigned", "started", "paused"]))
            .filter(assignments::Column::AgentId.is_not_null())
            .exec(&self.raw)
            .await
            .expect("move the deadlines");
    }

    /// Ends every backoff.
    pub async fn end_backoffs(&self) {
        use callboard_service::entity::work_items as items;
        let past = self.board.now() - chrono::TimeDelta::seconds(1);
        items::Entity::update_many()
            .set(items::ActiveModel { available_at: Set(Some(past)), ..Default::default() })
            .filter(items::Column::AvailableAt.is_not_null())
            .exec(&self.raw)
            .await
            .expect("end the backoffs");
    }
}
