//! Tests of archives: items that are taken off the board whole.

mod add;
mod every_table;
mod list;
mod misfit;
mod purge;
mod restore;
mod show;

use std::collections::BTreeSet;

use callboard_service::archive::{AddArchive, AddedArchive, RestoreArchive, RestoredArchive};
use callboard_service::entity::{WorkItemArchiveReason as Reason, work_item_archives as archives, work_items};
use callboard_service::export::ExportBoard;
use callboard_service::item::{ItemRef, NewItem};
use callboard_service::{Error, Ref};
use sea_orm::EntityTrait;
use support::Seed;

/// All rows of the board, a line each.
async fn rows(seed: &Seed) -> BTreeSet<String> {
    let mut text = String::new();
    let mut sink = |lines: &str| {
        text.push_str(lines);
        Ok(())
    };
    seed.board.read(&ExportBoard::new(&mut sink)).await.expect("export");
    text.lines().map(str::to_owned).collect()
}

/// The rows that are in one of them alone: gone, and new.
fn differences(before: &BTreeSet<String>, after: &BTreeSet<String>) -> (Vec<String>, Vec<String>) {
    (before.difference(after).cloned().collect(), after.difference(before).cloned().collect())
}

fn of(item: &work_items::Model) -> AddArchive {
    AddArchive { item: Ref::Id(item.id), reason: None }
}

fn as_stale(item: &work_items::Model) -> AddArchive {
    AddArchive { reason: Some(Reason::Stale), ..of(item) }
}

async fn archive(seed: &Seed, item: &work_items::Model) -> AddedArchive {
    let reason =
        (!matches!(item.status.as_str(), "done" | "cancelled") && item.dead_at.is_none()).then_some(Reason::Stale);
    seed.must(&AddArchive { item: Ref::Id(item.id), reason }).await
}

fn back(key: &str) -> RestoreArchive {
    RestoreArchive { archive: Ref::from(key), leave_out: false }
}

async fn restore(seed: &Seed, key: &str) -> RestoredArchive {
    seed.must(&back(key)).await
}

async fn stored(seed: &Seed) -> Vec<archives::Model> {
    archives::Entity::find().all(&seed.raw).await.expect("read the archives")
}

/// Items in a chain: each waits for the one before.
async fn chain(seed: &Seed, count: usize) -> Vec<work_items::Model> {
    let item = |n: usize| NewItem {
        prerequisites: if n == 0 { Vec::new() } else { vec![ItemRef::Index(n - 1)] },
        ..NewItem::titled(format!("link {n}"))
    };
    seed.add_all((0..count).map(item).collect()).await
}

/// What a misfit names.
fn misfits(error: Error) -> Vec<String> {
    match error {
        Error::Conflict(callboard_service::Conflict::Misfit { misfits, .. }) => misfits,
        other => panic!("another refusal: {other}"),
    }
}
