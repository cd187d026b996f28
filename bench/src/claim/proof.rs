//! The proof that all sides write the same: equal digests of the rows that each leaves on the same board.

use super::run::{Run, Side, once};
use crate::check;
use crate::frame::Result;
use crate::frame::place::Kind;
use crate::seed::{Seeds, Shape};

/// Enough to free some items by completions.
const CYCLES: usize = 300;

/// Runs each side on a small board, some of whose items wait for others; fails where the rows differ.
pub async fn same_rows(seeds: &mut Seeds<'_>, kind: Kind, sides: &[Side]) -> Result<String> {
    let shape = Shape { blocked: 30, freed: true, ..Shape::plain(1000) };
    let mut first: Option<(Side, String, Vec<String>)> = None;
    for side in sides {
        let directory = seeds.place.memory().to_owned();
        let board = seeds.copy(kind, shape, &directory).await?;
        once(seeds, Run::of(*side, kind, shape, 1), &board, CYCLES, 0)?;
        check::board(&board.url, CYCLES).await.map_err(|error| format!("{}: {error}", side.name()))?;
        let (digest, rows) = check::digest(&board.url).await?;
        seeds.remove(board).await?;
        match &first {
            None => first = Some((*side, digest, rows)),
            Some((_, same, _)) if *same == digest => {}
            Some((other, _, others)) => {
                let theirs = others.iter().zip(&rows).find(|(a, b)| a != b);
                let names = (other.name(), side.name());
                return Err(format!("{} and {} leave other rows: {theirs:#?}", names.0, names.1).into());
            }
        }
    }
    let names: Vec<&str> = sides.iter().map(|side| side.name()).collect();
    let digest = first.map(|(_, digest, _)| digest).unwrap_or_default();
    Ok(format!(
        "{}: {} leave the same rows after {CYCLES} items, some of which freed others (SHA-256 {}).",
        kind.name(),
        names.join(", "),
        &digest[..16]
    ))
}
