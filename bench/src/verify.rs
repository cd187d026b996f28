//! How long verifying an item's files takes, against `sha256sum` over the same files.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use callboard_migration::scratch::Directory;
use callboard_service::entity::FileOperationOperation;
use callboard_service::file::{Done, NewOperation, Progress, Root, TrackFiles, VerifyFiles, observe};
use callboard_service::item::{AddItems, NewItem};
use callboard_service::project::EditProject;
use callboard_service::{Actor, Callboard, Change, Ref};

use crate::frame::Failure;
use crate::frame::place::{self as board, Kind, Place};
use crate::frame::stats::median;

/// Times the verification of files against `sha256sum` over the same files, on both databases
///
/// Each round verifies an item with all of the files, and runs `sha256sum` on them, one after the other and in turn first.
/// A verification reads what it is to look at from the board, reads the files on all processors, and records a row for
/// each of them in one transaction. The goal is a ratio of at most 3; exit code 1 where a median is above it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(long, value_name = "N", default_value_t = 9)]
    rounds: usize,
}

const GOAL: f64 = 3.0;

/// The name, the number of files and the size of each.
const SHAPES: [(&str, usize, usize); 3] =
    [("5,000 of 4 KiB", 5000, 4096), ("1,000 of 64 KiB", 1000, 65_536), ("8 of 32 MiB", 8, 33_554_432)];

/// As many paths as surely fit on one command line.
const AT_ONCE: usize = 5000;

pub async fn run(args: Args) -> Result<ExitCode, Failure> {
    let (place, directory) = (Place::new()?, Directory::new("verify")?);
    let rounds = args.rounds.max(1);
    let mut reached = true;
    println!(
        "{:<16} {:<10} {:>9} {:>12}   ratio (median of {rounds} rounds)",
        "files", "database", "verify ms", "sha256sum ms"
    );
    for (name, count, size) in SHAPES {
        let folder = directory.path().join(name);
        let paths = make(&folder, count, size)?;
        for kind in Kind::ALL {
            let (board, me) = board::seeded(&place.migrated(kind).await?).await?;
            let scope = tracked(&board, me, &folder, &paths).await?;
            let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
            for round in 0..rounds {
                let (verify, sum) = if round % 2 == 0 {
                    let verify = verify(&board, me, &scope, count).await?;
                    (verify, sha256sum(&paths)?)
                } else {
                    let sum = sha256sum(&paths)?;
                    (verify(&board, me, &scope, count).await?, sum)
                };
                ratios.push(verify.as_secs_f64() / sum.as_secs_f64());
                ours.push(verify.as_secs_f64() * 1e3);
                theirs.push(sum.as_secs_f64() * 1e3);
            }
            let (ours, theirs, ratio) = (median(ours), median(theirs), median(ratios));
            reached &= ratio <= GOAL;
            println!("{name:<16} {:<10} {ours:>9.1} {theirs:>12.1} {ratio:>7.2}", kind.name());
            board.close().await?;
        }
        std::fs::remove_dir_all(&folder)?;
    }
    Ok(if reached { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Files of one size, each with another content.
fn make(folder: &Path, count: usize, size: usize) -> Result<Vec<PathBuf>, Failure> {
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
async fn tracked(board: &Callboard, me: Actor, folder: &Path, paths: &[PathBuf]) -> Result<VerifyFiles, Failure> {
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

async fn verify(board: &Callboard, me: Actor, scope: &VerifyFiles, count: usize) -> Result<Duration, Failure> {
    let start = Instant::now();
    let found = board.verify_files(me, scope, &Progress::default()).await?;
    let took = start.elapsed();
    if found.verified == count { Ok(took) } else { Err(format!("{} of {count} verified", found.verified).into()) }
}

fn sha256sum(paths: &[PathBuf]) -> Result<Duration, Failure> {
    let start = Instant::now();
    for chunk in paths.chunks(AT_ONCE) {
        let status = Command::new("sha256sum").args(chunk).stdout(Stdio::null()).status()?;
        if !status.success() {
            return Err("sha256sum failed".into());
        }
    }
    Ok(start.elapsed())
}
