//! Every pair of status and event through the public verbs, on stored rows.

use callboard_service::entity::{TaskPrerequisiteStatus as Status, WorkItemStatus, task_prerequisites as edges};
use callboard_service::item::{NewItem, ReopenItem};
use callboard_service::prerequisite::state::{self, PrerequisiteEvent as Event};
use callboard_service::prerequisite::{
    AddPrerequisite, FailPrerequisite, Needed, SatisfyPrerequisite, WaivePrerequisite,
};
use callboard_service::{Error, Ref};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use support::{Seed, TestDb, both};
use uuid::Uuid;

/// A validation that stands at a status, with the counter and the ledger that go with it.
async fn staged(seed: &Seed, status: Status) -> (Uuid, Uuid) {
    let item = seed.add(NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("waits") }).await.id;
    let needs = Needed::ValidationRequirement { command: Some("make".to_owned()) };
    let edge = seed.must(&AddPrerequisite::on(item, needs)).await.edge.id;
    let set = edges::Entity::update_many().col_expr(edges::Column::Status, Expr::value(status.as_str()));
    set.filter(edges::Column::Id.eq(edge)).exec(&seed.raw).await.expect("stage");
    let unmet = i64::from(matches!(status, Status::Pending | Status::Failed));
    let change =
        callboard_service::entity::work_items::ActiveModel { unmet_prerequisites: Set(unmet), ..Default::default() };
    seed.stage(item, change, &[("unmet_prerequisites", json!(unmet))]).await;
    (item, edge)
}

async fn status(seed: &Seed, edge: Uuid) -> Status {
    edges::Entity::find_by_id(edge).one(&seed.raw).await.expect("read").expect("there").status
}

both! {
    async fn every_status_and_every_event_by_hand(t: TestDb) {
        let seed = t.seed().await;
        let (mut moved, mut refused) = (0, 0);
        for &from in Status::ALL {
            for event in [Event::Satisfy, Event::Fail, Event::Waive] {
                let (item, edge) = staged(&seed, from).await;
                let (item_ref, prerequisite, text) = (Ref::Id(item), Ref::Id(edge), "because".to_owned());
                let result = match event {
                    Event::Satisfy => {
                        let verb = SatisfyPrerequisite { item: item_ref, prerequisite, evidence: text };
                        seed.board.run(seed.me, &verb).await.map(|c| (c.edge.status, c.already))
                    }
                    Event::Fail => {
                        let verb = FailPrerequisite { item: item_ref, prerequisite, reason: text };
                        seed.board.run(seed.me, &verb).await.map(|c| (c.edge.status, c.already))
                    }
                    _ => {
                        let verb = WaivePrerequisite { item: item_ref, prerequisite, reason: text };
                        seed.board.run(seed.me, &verb).await.map(|c| (c.edge.status, c.already))
                    }
                };
                let what = format!("{from} + {}", event.as_str());
                match (state::next(from, event), result) {
                    (Some(to), Ok((is, false))) => {
                        assert_eq!((is, status(&seed, edge).await), (to, to), "{what}");
                        let unmet = i64::from(matches!(to, Status::Pending | Status::Failed));
                        assert_eq!(seed.row(item).await.unmet_prerequisites, unmet, "{what}");
                        moved += 1;
                    }
                    (None, Ok((is, true))) => assert!(state::repeats(from, event) && is == from, "{what}"),
                    (None, Err(Error::Transition { from: is, event: word, .. })) => {
                        assert_eq!((is.as_str(), word.as_str()), (from.as_str(), event.as_str()));
                        refused += 1;
                    }
                    (to, result) => panic!("{what}: expected {to:?}, got {result:?}"),
                }
            }
        }
        assert_eq!((moved, refused), (6, 3), "the pairs of docs/states.md");
    }

    /// Reopening is the other item's: it takes back what is satisfied, and nothing else.
    async fn every_status_and_a_reopening(t: TestDb) {
        let seed = t.seed().await;
        for &from in Status::ALL {
            let (item, other) = (seed.item().await.id, seed.item().await.id);
            seed.put(other, WorkItemStatus::Done).await;
            let edge = seed.must(&AddPrerequisite::new(item, other)).await.edge.id;
            let set = edges::Entity::update_many().col_expr(edges::Column::Status, Expr::value(from.as_str()));
            set.filter(edges::Column::Id.eq(edge)).exec(&seed.raw).await.expect("stage");
            let unmet = i64::from(matches!(from, Status::Pending | Status::Failed));
            let change =
                callboard_service::entity::work_items::ActiveModel { unmet_prerequisites: Set(unmet), ..Default::default() };
            seed.stage(item, change, &[("unmet_prerequisites", json!(unmet))]).await;
            seed.must(&ReopenItem { item: Ref::Id(other), reason: None }).await;
            let to = state::next(from, Event::Reopen).unwrap_or(from);
            assert_eq!(status(&seed, edge).await, to, "{from}");
            let unmet = i64::from(matches!(to, Status::Pending | Status::Failed));
            assert_eq!(seed.row(item).await.unmet_prerequisites, unmet, "{from}");
        }
    }
}
