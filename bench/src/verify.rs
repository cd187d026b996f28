//! How long verifying an item's files takes, against `sha256sum` over the same files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callboard_migration::scratch::Directory;
use callboard_service::entity::FileOperationOperation;
use callboard_service::file::{Done, NewOperation, Progress, Root, TrackFiles, VerifyFiles, observe};
use callboard_service::item::{AddItems, NewItem};
use callboard_service::project::EditProject;
use callboard_service::{Actor, Callboard, Change, Ref};

use crate::frame::Result;
use crate::frame::options::{Options, Output};
use crate::frame::place::{self as board, Kind, Place};
use crate::frame::report::{Figure, Goal, Section};

/// Times the verification of files against `sha256sum` over the same files, on both databases
///
/// Each round verifies an item with all of the files, and runs `sha256sum` on them, one after the other and in turn first.
/// A verification reads what it is to look at from the board, reads the files on all processors, and records a row for
/// each of them in one transaction. The goal is a ratio of at most 3; exit code 1 where a median is above it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(long, value_name = "N", default_value_t = 9)]
    rounds: usize,

    #[command(flatten)]
    pub output: Output,
}

const GOAL: f64 = 3.0;

/// The name, the number of files and the size of each.
const SHAPES: [(&str, usize, usize); 3] =
    [("5,000 of 4 KiB", 5000, 4096), ("1,000 of 64 KiB", 1000, 65_536), ("8 of 32 MiB", 8, 33_554_432)];

/// As many paths as surely fit on one command line.
const AT_ONCE: usize = 5000;

impl Args {
    /// As a part of all.
    pub fn of(options: &Options) -> Self {
        Self { rounds: options.rounds(), output: options.output.clone() }
    }
}

pub async fn run(args: &Args) -> Result<Section> {
    let (place, directory) = (Place::new()?, Directory::new("verify")?);
    let mut figures = Vec::new();
    for (name, count, size) in SHAPES {
        let folder = directory.path().join(name);
        let paths = make(&folder, count, size)?;
        for kind in Kind::ALL {
            let (board, me) = board::seeded(&place.migrated(kind).await?).await?;
            let scope = tracked(&board, me, &folder, &paths).await?;
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            for round in 0..args.rounds.max(1) {
                for is_ours in [round % 2 == 0, round % 2 != 0] {
                    if is_ours {
                        ours.push(verify(&board, me, &scope, count).await?.as_secs_f64() * 1e3);
                    } else {
                        theirs.push(sha256sum(&paths)?.as_secs_f64() * 1e3);
                    }
                }
            }
            let group = format!("{}, files in memory", kind.name());
            let figure = Figure::paired(&group, "ms", (name, &ours), ("sha256sum", &theirs));
            figures.push(figure.goal(Goal::AtMost(GOAL)));
            board.close().await?;
        }
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(Section {
        name: "verify".to_owned(),
        title: "Verifying files".to_owned(),
        about: vec![
            "An item's tracked files are read and compared, on all processors, and a row is recorded for each in one \
             transaction; against `sha256sum` of the same files, on one."
                .to_owned(),
        ],
        figures,
        ..Section::default()
    })
}

/// Files of one size, each with another content.
fn make(folder: &Path, count: usize, size: usize) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::with_capacity(count);
    for number in 0..count {
        let below = folder.join(format!("part-{:02}", number % 50));
        std::fs::create_dir_all(&below)?;
        let path = below.join(format!("file-{number}"));
        let line = format!("file {number}: what it holds is of no interest, as long as it is its own\n");
        let content: Vec<u8> = line.bytes().cycle().take(size).collect();
        std::fs::write(&path, content)?;
        paths.push(path);
    }
    Ok(paths)
}

/// Tracks all of them for a new item.
async fn tracked(board: &Callboard, me: Actor, folder: &Path, paths: &[PathBuf]) -> Result<VerifyFiles> {
    let root_path = Change::Set(folder.to_string_lossy().into_owned());
    board.run(me, &EditProject { root_path, ..EditProject::new("bench") }).await?;
    let item = board.run(me, &AddItems { project: None, items: vec![NewItem::titled("files")] }).await?.remove(0);
    let (root, progress) = (Root::at(folder)?, Progress::default());
    let mut operations: Vec<NewOperation> = Vec::with_capacity(paths.len());
    for path in paths {
        let done = Done { operation: FileOperationOperation::Create, path, new_path: None };
        operations.push(observe(&root, folder, done, &progress).await?);
    }
    let item = Some(Ref::Id(item.id));
    board.run(me, &TrackFiles { item: item.clone(), operations, ..TrackFiles::default() }).await?;
    Ok(VerifyFiles { item, project: None })
}

async fn verify(board: &Callboard, me: Actor, scope: &VerifyFiles, count: usize) -> Result<Duration> {
    let start = Instant::now();
    let found = board.verify_files(me, scope, &Progress::default()).await?;
    let took = start.elapsed();
    if found.verified == count { Ok(took) } else { Err(format!("{} of {count} verified", found.verified).into()) }
}

fn sha256sum(paths: &[PathBuf]) -> Result<Duration> {
    let start = Instant::now();
    for chunk in paths.chunks(AT_ONCE) {
        let status = Command::new("sha256sum").args(chunk).stdout(Stdio::null()).status()?;
        if !status.success() {
            return Err("sha256sum failed".into());
        }
    }
    Ok(start.elapsed())
}
