//! Taking a large board from an old schema to the newest, and backing it up, against copying its file.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use callboard_migration::backup::{Reason, take};
use callboard_migration::runner::{self, Event, Goal as To, Options as Runner, Report};
use sea_orm::ConnectionTrait;

use crate::frame::Result;
use crate::frame::options::{Options, short};
use crate::frame::place::{Place, connect, count};
use crate::frame::report::{Figure, Goal, Section};
use crate::seed::{Seeds, Shape, old_board};

/// The last version of a tracker that knows no agents.
const OLD: &str = "m20261121_000009_create_external_refs";

/// `up` from there to the newest, alone and as the command does it.
pub async fn migrate(options: &Options) -> Result<Section> {
    let (size, old) = (largest(options), old(options).await?);
    let directory = tempfile::Builder::new().prefix("callboard-bench-").tempdir_in(&options.output.disk)?;
    let (mut copies, mut bare, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.rounds() {
        let file = directory.path().join("board.db");
        copies.push(copy(&old, &file)?);
        let mut settings = Runner::new(format!("sqlite://{}", file.display()).parse()?);
        settings.backups.before_changes = false;
        let report = runner::up(&settings, To::Latest, &mut |_| {}).await?;
        bare.push(report.steps.iter().map(|step| step.duration_ms as f64 / 1e3).sum());
        reached(&file, &report, size).await?;
        clear(directory.path())?;

        fs::copy(&old, &file)?;
        File::open(&file)?.sync_all()?;
        let settings = Runner::new(format!("sqlite://{}", file.display()).parse()?);
        let (start, mut backups) = (Instant::now(), 0);
        let mut count = |event: &Event| backups += usize::from(matches!(event, Event::BackedUp { .. }));
        let report = runner::up(&settings, To::Latest, &mut count).await?;
        whole.push(start.elapsed().as_secs_f64());
        if backups != 1 {
            return Err("no backup was taken".into());
        }
        reached(&file, &report, size).await?;
        clear(directory.path())?;
    }
    let group = format!("SQLite, {} items on the disk, from {OLD}", short(size));
    let copy = ("copying the file and syncing it", copies.as_slice());
    let figures = vec![
        Figure::paired(&group, "s", ("the statements of the steps", &bare), copy).goal(Goal::AtMost(15.0)),
        Figure::paired(&group, "s", ("with the verified backup and all checks", &whole), copy).goal(Goal::AtMost(40.0)),
    ];
    Ok(Section {
        name: "migrate".to_owned(),
        title: "Migrating a large board".to_owned(),
        about: vec![
            "`up` of a tracker that knows no agents, an item and a ledger row each, to the newest schema: more than thirty \
             steps, which add columns, tables and indexes to the populated table and index every text for the search. \
             First the steps alone, then the command as users run it: locked, rehearsed against the expected schema, with \
             a backup before that is read again in full, and with all checks before COMMIT. The measure is a copy of the \
             old file with a sync of the copy."
                .to_owned(),
        ],
        figures,
        ..Section::default()
    })
}

/// A backup by itself.
pub async fn backup(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let (seeds, size) = (Seeds::new(&place, &options.cache)?, largest(options));
    let directory = tempfile::Builder::new().prefix("callboard-bench-").tempdir_in(&options.output.disk)?;
    let file = directory.path().join("board.db");
    fs::copy(seeds.file(Shape::plain(size)).await?, &file)?;
    File::open(&file)?.sync_all()?;
    let mut settings = Runner::new(format!("sqlite://{}", file.display()).parse()?);
    settings.backups.folder = Some(directory.path().join("backups"));
    let (mut copies, mut ours) = (Vec::new(), Vec::new());
    for round in 0..options.rounds() {
        for is_ours in [round % 2 == 0, round % 2 != 0] {
            if is_ours {
                let start = Instant::now();
                let taken = take(&settings, Reason::Asked, &mut |_| {}).await?;
                ours.push(start.elapsed().as_secs_f64());
                let rows = taken.manifest.rows.get("work_items").copied();
                if rows != Some(size as u64) {
                    return Err(format!("the backup holds {rows:?} of {size} items").into());
                }
            } else {
                copies.push(copy(&file, &directory.path().join("copy.db"))?);
            }
        }
        fs::remove_dir_all(directory.path().join("backups"))?;
    }
    let group = format!("SQLite, {} items on the disk", short(size));
    let base = ("copying the file and syncing it", copies.as_slice());
    let figure = Figure::paired(&group, "s", ("backup, checked", &ours), base).goal(Goal::AtMost(6.0));
    Ok(Section {
        name: "backup".to_owned(),
        title: "Backing a large board up".to_owned(),
        about: vec![
            "A copy of all pages of an open board, then `quick_check`, the count of every table's rows and the SHA-256 of \
             the copy, and its sync; against a copy of the file with its sync, which checks nothing and holds a fixed \
             state only where nobody writes."
                .to_owned(),
        ],
        figures: vec![figure],
        ..Section::default()
    })
}

fn largest(options: &Options) -> usize {
    options.sizes.iter().copied().max().unwrap_or(1_000_000)
}

/// The old board, which is made once.
async fn old(options: &Options) -> Result<PathBuf> {
    fs::create_dir_all(&options.cache)?;
    let size = largest(options);
    let file = options.cache.join(format!("old-{}.db", short(size)));
    if file.is_file() {
        return Ok(file);
    }
    let half = file.with_extension("half");
    let _ = fs::remove_file(&half);
    let url = format!("sqlite://{}", half.display());
    let mut settings = Runner::new(url.parse()?);
    settings.backups.before_changes = false;
    runner::up(&settings, To::To(OLD.to_owned()), &mut |_| {}).await?;
    let connection = connect(&url).await?;
    for statement in old_board(size) {
        connection.execute_unprepared(&statement).await?;
    }
    connection.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
    connection.close().await?;
    fs::rename(&half, &file)?;
    Ok(file)
}

/// In seconds.
fn copy(from: &Path, to: &Path) -> Result<f64> {
    let start = Instant::now();
    fs::copy(from, to)?;
    File::open(to)?.sync_all()?;
    let took: Duration = start.elapsed();
    Ok(took.as_secs_f64())
}

/// Everything must be there, at the newest version.
async fn reached(file: &Path, report: &Report, size: usize) -> Result<()> {
    let connection = connect(&format!("sqlite://{}", file.display())).await?;
    let items = count(&connection, "SELECT count(*) FROM work_items WHERE delegation_status = 'unassigned'").await?;
    let documents = count(&connection, "SELECT count(*) FROM board_search").await?;
    connection.close().await?;
    let wanted = i64::try_from(size)?;
    if (items, documents) == (wanted, wanted) && report.steps.len() > 20 {
        Ok(())
    } else {
        Err(format!("{items} items and {documents} documents of {size}, {} steps", report.steps.len()).into())
    }
}

fn clear(directory: &Path) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
    }
    Ok(())
}
