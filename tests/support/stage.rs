//! Puts rows where no verb of the test's own leads, together with the ledger row that tells of it.

use callboard_service::entity::{
    ActorType, WorkItemDelegationStatus, WorkItemStatus, board_projects, work_item_events, work_items,
};
use callboard_service::project::AddProject;
use callboard_service::{ErrorKind, Verb};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::board::Seed;

impl Seed {
    /// Puts an item into a status by untyped hands: no event of the machine is asked for.
    pub async fn put(&self, item: Uuid, status: WorkItemStatus) -> work_items::Model {
        let done = (status == WorkItemStatus::Done).then(|| self.board.now());
        let change = work_items::ActiveModel { status: Set(status), completed_at: Set(done), ..Default::default() };
        self.stage(item, change, &[("status", json!(status))]).await
    }

    /// Makes an item a dead letter, as the failure of its last attempt does.
    pub async fn bury(&self, item: Uuid, reason: &str) -> work_items::Model {
        let now = self.board.now();
        let change = work_items::ActiveModel {
            status: Set(WorkItemStatus::Blocked),
            delegation_status: Set(WorkItemDelegationStatus::Blocked),
            dead_at: Set(Some(now)),
            blocked_reason: Set(Some(reason.to_owned())),
            attempt_count: Set(3),
            ..Default::default()
        };
        let after = [
            ("status", json!("blocked")),
            ("delegation_status", json!("blocked")),
            ("dead_at", json!(now)),
            ("attempt_count", json!(3)),
        ];
        self.stage(item, change, &after).await
    }

    /// Puts an item into a backoff that ends `seconds` from now.
    pub async fn back_off(&self, item: Uuid, seconds: i64) -> work_items::Model {
        let at = self.board.now() + chrono::TimeDelta::seconds(seconds);
        let change = work_items::ActiveModel { available_at: Set(Some(at)), ..Default::default() };
        self.stage(item, change, &[("available_at", json!(at))]).await
    }

    /// Writes any change, and a ledger row whose `after` is what the ledger must tell of it.
    pub async fn stage(
        &self,
        item: Uuid,
        change: work_items::ActiveModel,
        after: &[(&str, Value)],
    ) -> work_items::Model {
        let revision = self.row(item).await.revision + 1;
        let updated = work_items::Entity::update_many()
            .set(work_items::ActiveModel { revision: Set(revision), ..change })
            .filter(work_items::Column::Id.eq(item))
            .exec(&self.raw)
            .await
            .expect("stage the item");
        assert_eq!(updated.rows_affected, 1);
        let after: Map<String, Value> = after.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect();
        let row = self.row(item).await;
        stage_event(&self.raw, &row, Value::Object(after)).await;
        row
    }

    /// A second project; its items are named when they are added.
    pub async fn project(&self, slug: &str, prefix: &str) -> board_projects::Model {
        let add = AddProject {
            slug: slug.to_owned(),
            name: slug.to_owned(),
            key_prefix: prefix.to_owned(),
            ..AddProject::default()
        };
        self.board.run(self.me, &add).await.expect("add the project");
        let found = board_projects::Entity::find().filter(board_projects::Column::Slug.eq(slug)).one(&self.raw).await;
        found.expect("read the project").expect("the project is there")
    }

    /// Runs a verb as the acting user.
    #[track_caller]
    pub fn run<V: Verb>(&self, verb: V) -> impl Future<Output = V::Output> {
        let caller = std::panic::Location::caller();
        async move { self.board.run(self.me, &verb).await.unwrap_or_else(|error| panic!("{caller}: {error}")) }
    }

    /// Runs a verb that must be refused, and gives the kind and the text of the refusal.
    #[track_caller]
    pub fn refused<V: Verb>(&self, verb: V) -> impl Future<Output = (ErrorKind, String)> {
        let caller = std::panic::Location::caller();
        async move {
            match self.board.run(self.me, &verb).await {
                Ok(_) => panic!("{caller}: not refused"),
                Err(error) => (error.kind(), error.to_string()),
            }
        }
    }
}

/// Writes the ledger row of an item's present revision; `after` is what it must tell of the change.
pub async fn stage_event(conn: &impl ConnectionTrait, item: &work_items::Model, after: Value) {
    let event = work_item_events::ActiveModel {
        id: Set(Uuid::now_v7()),
        work_item_id: Set(item.id),
        revision: Set(item.revision),
        kind: Set("staged".to_owned()),
        actor_type: Set(ActorType::System),
        data: Set(Some(json!({ "after": after }))),
        created_at: Set(item.updated_at),
        ..Default::default()
    };
    work_item_events::Entity::insert(event).exec_without_returning(conn).await.expect("stage the ledger");
}
