//! Many items with prerequisites at once, against a raw insert of the same rows.

use std::time::{Duration, Instant};

use callboard_service::item::{AddItems, ItemRef, NewItem};

use crate::frame::Result;
use crate::frame::options::{Options, short};
use crate::frame::place::{Kind, Place, connect, seeded};
use crate::frame::report::{Figure, Goal, Section};
use crate::raw;

/// Items of one call.
const CHUNK: usize = 10_000;
/// How many are made where the options name no board of that size.
const ITEMS: usize = 100_000;

pub async fn run(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let items = options.sizes.iter().copied().filter(|size| *size <= ITEMS).max().unwrap_or(ITEMS);
    let mut figures = Vec::new();
    for kind in options.kinds() {
        let (mut ours, mut base, mut rows) = (Vec::new(), Vec::new(), 0);
        for _ in 0..options.rounds() {
            let (own, raw, count) = round(&place, kind, items).await?;
            ours.push(items as f64 / own.as_secs_f64());
            base.push(items as f64 / raw.as_secs_f64());
            rows = count;
        }
        let group = format!("{}, {} items with prerequisites, {rows} rows", kind.name(), short(items));
        let figure = Figure::paired(&group, "items/s", ("AddItems", &ours), ("multi-row insert", &base));
        figures.push(figure.goal(Goal::AtLeast(0.5, None)));
    }
    Ok(Section {
        name: "bulk".to_owned(),
        title: "Many items at once".to_owned(),
        about: vec![
            "`AddItems` with 10,000 items a call, every third of which waits for the one before it, on an empty board; \
             against a multi-row insert of the rows that are there then (500 a statement, made before the clock starts, \
             all in one transaction), into another empty board: items, ledger, prerequisites and search documents. \
             Synchronous and in memory for both."
                .to_owned(),
        ],
        figures,
        ..Section::default()
    })
}

async fn round(place: &Place, kind: Kind, items: usize) -> Result<(Duration, Duration, usize)> {
    let (url, other) = (place.migrated(kind).await?, place.migrated(kind).await?);
    let (board, me) = seeded(&url).await?;
    let calls: Vec<AddItems> = (0..items).step_by(CHUNK).map(|from| call(from, CHUNK.min(items - from))).collect();
    let start = Instant::now();
    for call in &calls {
        board.run(me, call).await?;
    }
    let own = start.elapsed();
    board.close().await?;
    let (statements, rows) = raw::statements(&connect(&url).await?).await?;
    let other = connect(&other).await?;
    let start = Instant::now();
    raw::run(&other, statements).await?;
    let took = start.elapsed();
    other.close().await?;
    place.remove(&url).await?;
    Ok((own, took, rows))
}

fn call(from: usize, count: usize) -> AddItems {
    let item = |number: usize| NewItem {
        description: Some("Why it is needed, what it touches, and how it is shown to work.\n".repeat(5)),
        prerequisites: if number % 3 == 2 { vec![ItemRef::Index(number - 1)] } else { Vec::new() },
        ..NewItem::titled(format!("Item {}: what is to be done", from + number))
    };
    AddItems { project: None, items: (0..count).map(item).collect() }
}
