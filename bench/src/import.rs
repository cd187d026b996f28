//! How long an import takes, against raw inserts of the rows that it wrote.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use callboard_service::import::ImportBeads;

use crate::frame::Result;
use crate::frame::options::{Options, Output};
use crate::frame::place::{self as board, Kind, Place};
use crate::frame::report::{Figure, Goal, Section};
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
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    issues: usize,

    #[arg(long, value_name = "N", default_value_t = 9)]
    rounds: usize,

    #[command(flatten)]
    pub output: Output,
}

impl Args {
    /// As a part of all.
    pub fn of(options: &Options) -> Self {
        Self { file: None, issues: 10_000, rounds: options.rounds(), output: options.output.clone() }
    }
}

pub async fn run(args: &Args) -> Result<Section> {
    let content = match &args.file {
        Some(path) => callboard_service::import::text(std::fs::read(path)?)?,
        None => sample::issues(args.issues),
    };
    let place = Place::new()?;
    let mut figures = Vec::new();
    for kind in Kind::ALL {
        let (mut imports, mut raws, mut rows) = (Vec::new(), Vec::new(), 0);
        for _ in 0..args.rounds.max(1) {
            let (import, raw, count) = round(&place, kind, &content).await?;
            imports.push(import.as_secs_f64() * 1e3);
            raws.push(raw.as_secs_f64() * 1e3);
            rows = count;
        }
        let group = format!("{}, {} issues, {rows} rows", kind.name(), content.lines().count());
        let figure = Figure::paired(&group, "ms", ("import beads", &imports), ("multi-row insert", &raws));
        figures.push(figure.goal(Goal::AtMost(5.0)));
    }
    Ok(Section {
        name: "import".to_owned(),
        title: "Importing a tracker".to_owned(),
        about: vec![
            "A generated tracker of the shape of real ones is read, checked and written: epics with children, edges, \
             comments, most issues closed. Then all rows that are there are inserted into another empty board by multi-row \
             statements that were made before the clock started, in one transaction."
                .to_owned(),
        ],
        figures,
        ..Section::default()
    })
}

/// One import and one raw insert; the number of rows that each wrote.
async fn round(place: &Place, kind: Kind, content: &str) -> Result<(Duration, Duration, usize)> {
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
