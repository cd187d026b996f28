//! How long an import takes, against raw inserts of the rows that it wrote.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use callboard_service::import::ImportBeads;

use crate::frame::Failure;
use crate::frame::place::{self as board, Kind, Place};
use crate::frame::stats::median;
use crate::{raw, sample};

/// Times `import beads` against a raw multi-row insert of the same rows, on both databases
///
/// Every round imports into a new board, reads back all rows that are there then, and inserts them into another new
/// board by multi-row statements in one transaction. The statements are made before the clock starts. The goal is a
/// ratio of at most 5.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// An issues.jsonl [default: a generated one]
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,

    /// The issues of the generated file
    #[arg(long, value_name = "N", default_value_t = 513)]
    issues: usize,

    #[arg(long, value_name = "N", default_value_t = 9)]
    rounds: usize,
}

pub async fn run(args: Args) -> Result<(), Failure> {
    let content = match &args.file {
        Some(path) => callboard_service::import::text(std::fs::read(path)?)?,
        None => sample::issues(args.issues),
    };
    let place = Place::new()?;
    println!("database    rows   import ms   raw ms   ratio (median of {} rounds)", args.rounds);
    for kind in Kind::ALL {
        let (mut imports, mut raws, mut ratios, mut rows) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for _ in 0..args.rounds.max(1) {
            let (import, raw, count) = round(&place, kind, &content).await?;
            ratios.push(import.as_secs_f64() / raw.as_secs_f64());
            imports.push(import.as_secs_f64() * 1e3);
            raws.push(raw.as_secs_f64() * 1e3);
            rows = count;
        }
        let (import, raw, ratio) = (median(imports), median(raws), median(ratios));
        println!("{:<10} {rows:>5} {import:>11.1} {raw:>8.1} {ratio:>7.2}", kind.name());
    }
    Ok(())
}

/// One import and one raw insert; the number of rows that each wrote.
async fn round(place: &Place, kind: Kind, content: &str) -> Result<(Duration, Duration, usize), Failure> {
    let url = place.migrated(kind).await?;
    let (board, me) = board::seeded(&url).await?;
    let verb = ImportBeads::new(content);
    let start = Instant::now();
    board.run(me, &verb).await?;
    let import = start.elapsed();

    let (statements, rows) = raw::statements(&board::connect(&url).await?).await?;
    let other = board::connect(&place.migrated(kind).await?).await?;
    let start = Instant::now();
    raw::run(&other, statements).await?;
    Ok((import, start.elapsed(), rows))
}
