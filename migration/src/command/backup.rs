//! `migration backup`.

use std::path::PathBuf;
use std::process::ExitCode;

use callboard_migration::backup::{Backup, Reason, take};
use serde_json::json;

use super::args::{Backups, Target};
use super::run::{Point, block_on, interruptible};
use super::screen;

/// Take a backup now, while others go on reading and writing
///
/// SQLite: a copy of all pages as they were when it began. PostgreSQL: a dump of the board's tables by pg_dump. It is
/// read again and compared before it gets its name; a manifest beside it says what it holds.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    backups: Backups,

    /// The folder to write to, where no older backup is removed
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["backup_dir", "keep", "keep_days"])]
    to: Option<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  migration backup
  migration backup --to /mnt/backups
  migration backup --keep 30 --keep-days 90 --json";

pub fn run(args: &Args) -> ExitCode {
    let json = args.target.json;
    let mut options = match args.target.options() {
        Ok(options) => options,
        Err(error) => return screen::failure(&error, json),
    };
    args.backups.apply(&mut options);
    if let Some(folder) = &args.to {
        options.backups.folder = Some(folder.clone());
        options.backups.keep = None;
    }
    block_on(async {
        let point = Point::default();
        let mut see = |event: &_| point.see(event, json);
        interruptible(take(&options, Reason::Asked, &mut see), &point, print, json).await
    })
}

fn print(backup: &Backup, as_json: bool) {
    if as_json {
        return screen::object("summary", json!({ "backup": backup }));
    }
    let manifest = &backup.manifest;
    screen::line(&format!(
        "{}  {}  {} bytes, {} tables, {} rows",
        manifest.id,
        backup.path.display(),
        manifest.bytes,
        manifest.rows.len(),
        manifest.all_rows()
    ));
}
