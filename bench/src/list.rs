//! Pages far into a list, and the counts of a large board.

use std::time::Instant;

use callboard_service::item::ListItems;
use callboard_service::project::{Board as Overview, ShowProject};
use callboard_service::{Callboard, DatabaseUrl, OpenOptions, Query};

use crate::frame::Result;
use crate::frame::options::{Options, short};
use crate::frame::place::Place;
use crate::frame::report::{Figure, Goal, Section};
use crate::frame::stats::median;
use crate::seed::{Board, Seeds, Shape};

/// How far into the list the late page begins.
const DEPTH: usize = 100_000;
/// Against what the counts of the largest board are held.
const FEW: usize = 10_000;
/// Calls of one kind in a round; their median counts.
const CALLS: usize = 40;

pub async fn run(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let mut seeds = Seeds::new(&place, &options.cache)?;
    let size = options.sizes.iter().copied().max().unwrap_or(1_000_000).max(2 * FEW);
    let depth = DEPTH.min(size / 2);
    let mut figures = Vec::new();
    for kind in options.kinds() {
        let memory = place.memory().to_owned();
        let (large, few) =
            (seeds.copy(kind, Shape::plain(size), &memory).await?, seeds.copy(kind, Shape::plain(FEW), &memory).await?);
        let (many_items, few_items) = (open(&large).await?, open(&few).await?);
        let first = ListItems { limit: 50, ..ListItems::default() };
        let late = ListItems { cursor: cursor(&many_items, depth).await?, ..first.clone() };
        let counts = Overview::default();
        let exact = ShowProject { project: "bench".into() };
        let mut times: [Vec<f64>; 6] = Default::default();
        for round in 0..options.rounds() {
            let mut order = [0, 1, 2, 3, 4, 5];
            order.rotate_left(round % 6);
            for turn in order {
                times[turn].push(match turn {
                    0 => calls(&many_items, &late).await?,
                    1 => calls(&many_items, &first).await?,
                    2 => calls(&many_items, &counts).await?,
                    3 => calls(&few_items, &counts).await?,
                    4 => calls(&many_items, &exact).await?,
                    _ => calls(&few_items, &exact).await?,
                });
            }
        }
        let found = many_items.read(&exact).await?.items.total;
        let board = many_items.read(&counts).await?;
        let is_right = found == size as u64 && board.counted_to.is_some_and(|to| board.items.total >= to);
        if !is_right {
            return Err(format!("{found} of {size} items counted, {} on the board", board.items.total).into());
        }
        let group = format!("{}, {} items", kind.name(), short(size));
        let (deep, large_name, few_name) = (
            format!("page of 50 at depth {}", short(depth)),
            format!("board at {}", short(size)),
            format!("at {}", short(FEW)),
        );
        figures.push(
            Figure::paired(&group, "us/page", (&deep, &times[0]), ("at depth 0", &times[1])).goal(Goal::AtMost(1.2)),
        );
        figures.push(
            Figure::paired(&group, "us/call", (&large_name, &times[2]), (&few_name, &times[3])).goal(Goal::AtMost(2.0)),
        );
        let all = format!("project show (exact) at {}", short(size));
        figures.push(Figure::paired(&group, "us/call", (&all, &times[4]), (&few_name, &times[5])));
        many_items.close().await?;
        few_items.close().await?;
        seeds.remove(large).await?;
        seeds.remove(few).await?;
        seeds.forget(Shape::plain(size)).await?;
    }
    Ok(Section {
        name: "list".to_owned(),
        title: "Lists and counts".to_owned(),
        about: vec![
            "A page of `ListItems`, by priority, that begins after so many items, against the first page; and \
             `Board`, whose numbers stop at 1,000, on the largest board against one of 10,000 items. `ShowProject` counts \
             all there is: how long that takes is shown beside it, without a goal. The median of many calls counts in \
             each round."
                .to_owned(),
        ],
        figures,
        ..Section::default()
    })
}

async fn open(board: &Board) -> Result<Callboard> {
    let options = OpenOptions { max_connections: 1, ..OpenOptions::default() };
    Ok(Callboard::open(&DatabaseUrl::parse(&board.url)?, options).await?)
}

/// The cursor so many items into the list.
async fn cursor(board: &Callboard, depth: usize) -> Result<Option<String>> {
    let mut page = ListItems { limit: 1000, ..ListItems::default() };
    for _ in 0..depth / 1000 {
        page.cursor = board.read(&page).await?.next;
        if page.cursor.is_none() {
            return Err(format!("the list ends before {depth}").into());
        }
    }
    Ok(page.cursor)
}

/// The median of the calls, in microseconds.
async fn calls<Q: Query>(board: &Callboard, query: &Q) -> Result<f64> {
    board.read(query).await?;
    let mut times = Vec::new();
    for _ in 0..CALLS {
        let start = Instant::now();
        board.read(query).await?;
        times.push(start.elapsed().as_secs_f64() * 1e6);
    }
    Ok(median(times))
}
