//! Work streams and their ordered items.

mod add;
mod claim;
mod close;
mod create;
mod edit;
mod list;
mod order;
mod prepare;
mod progress;
mod readiness;
mod remove;
mod reopen;
mod show;

use callboard_service::entity::{WorkStreamType, work_items, work_stream_items, work_streams};
use callboard_service::item::NewItem;
use callboard_service::stream::{AddStreamItems, CreateStream};
use callboard_service::{Ref, Verb};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use support::Seed;
use uuid::Uuid;

/// A stream of `demo`, of the type custom.
pub async fn stream(seed: &Seed, slug: &str) -> work_streams::Model {
    seed.must(&new(slug)).await
}

pub fn new(slug: &str) -> CreateStream {
    CreateStream {
        project: Some(Ref::from("demo")),
        slug: slug.to_owned(),
        name: format!("Stream {slug}"),
        stream_type: WorkStreamType::Custom,
        guidance: Vec::new(),
    }
}

/// Adds items to a stream, at its end.
pub fn fill(slug: &str, items: &[Uuid]) -> AddStreamItems {
    AddStreamItems {
        project: None,
        stream: Ref::from(slug),
        items: items.iter().copied().map(Ref::Id).collect(),
        position: None,
    }
}

/// `s` with so many items of `demo`, in the order in which they were made.
async fn filled(seed: &Seed, count: usize) -> Vec<work_items::Model> {
    stream(seed, "s").await;
    let items = seed.add_all((0..count).map(|n| NewItem::titled(format!("item {n}"))).collect()).await;
    seed.must(&fill("s", &items.iter().map(|item| item.id).collect::<Vec<_>>())).await;
    items
}

/// The stored order of a stream: position and key.
async fn order(seed: &Seed, stream: Uuid) -> Vec<(i64, String)> {
    let query = work_stream_items::Entity::find().filter(work_stream_items::Column::StreamId.eq(stream));
    let rows = query.order_by_asc(work_stream_items::Column::Position).all(&seed.raw).await.expect("read the order");
    let mut order = Vec::new();
    for row in rows {
        order.push((row.position, seed.row(row.work_item_id).await.key));
    }
    order
}

/// The order in which keys are expected: from 1, without gaps.
fn dense(keys: &[&str]) -> Vec<(i64, String)> {
    (1..).zip(keys).map(|(position, key)| (position, (*key).to_owned())).collect()
}

/// What a verb is refused with, on a stream that is closed and on one whose project is archived; both change nothing.
async fn refused_where_nothing_is_done<V: Verb>(seed: &Seed, verb: &V) {
    use callboard_service::project::{ArchiveProject, RestoreProject};
    use callboard_service::stream::{CloseStream, ReopenStream};
    use callboard_service::{Conflict, Error};
    seed.must(&CloseStream { project: None, stream: Ref::from("s") }).await;
    let error = seed.must_refuse(verb).await;
    assert!(matches!(error, Error::Conflict(Conflict::Inactive { entity: "stream", .. })), "{error}");
    seed.must(&ReopenStream { project: None, stream: Ref::from("s") }).await;
    seed.must(&ArchiveProject { project: Ref::from("demo"), reason: None }).await;
    let error = seed.must_refuse(verb).await;
    assert!(matches!(error, Error::Conflict(Conflict::Inactive { entity: "project", .. })), "{error}");
    seed.must(&RestoreProject { project: Ref::from("demo") }).await;
}
