//! `migration restore`.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use callboard_migration::backup::{Backup, Careful, Restored, find, foresee, restore};
use serde_json::json;

use super::args::{BackupFolder, Target};
use super::run::{Point, block_on, interruptible};
use super::screen;

/// Put a backup back in place of what is there, which is backed up first
///
/// The backup is read in full before anything is changed. It is written through the database's own engine, so others may
/// have the database open: they see the restored rows in their next transaction.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    backups: BackupFolder,

    /// Which: its id, the beginning of it, or the path of its file
    #[arg(value_name = "ID|FILE")]
    backup: String,

    /// Do not ask
    #[arg(long)]
    yes: bool,

    /// Read and check the backup, look whether it is of this database, and change nothing
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,

    /// Take a backup of another database, too
    #[arg(long)]
    any_source: bool,

    /// PostgreSQL: make a new database of the backup, which gets the name of the old one; only where all tables are the
    /// board's
    #[arg(long)]
    whole_database: bool,
}

const EXAMPLES: &str = "\
Examples:
  migration restore 20261121T1012
  migration restore .callboard/callboard.db.backups/callboard-20261121T101112.123456Z-0a1b2c.db --yes
  migration restore 20261121T1012 --dry-run";

pub fn run(args: &Args) -> ExitCode {
    let json = args.target.json;
    let mut options = match args.target.options() {
        Ok(options) => options,
        Err(error) => return screen::failure(&error, json),
    };
    args.backups.apply(&mut options);
    let backup = match find(&options, &args.backup) {
        Ok(backup) => backup,
        Err(error) => return screen::failed_change(&error, json),
    };
    let question = format!("Replace {} by the backup {}?", options.url, describe(&backup));
    let careful = Careful { any_source: args.any_source, whole_database: args.whole_database };
    if args.dry_run {
        return block_on(async {
            match foresee(&options, &backup, careful).await {
                Ok(()) if json => screen::object("summary", json!({ "backup": backup, "dry_run": true })),
                Ok(()) => {
                    screen::line(&format!("It is sound. {} would be replaced by {}", options.url, describe(&backup)))
                }
                Err(error) => return screen::failed_change(&error, json),
            }
            ExitCode::SUCCESS
        });
    }
    if !args.yes && !agreed(&question) {
        let hint = Some("run it again with --yes");
        let code = screen::failure_with("not restored: it was not agreed to", hint, 14, json);
        screen::note("Nothing was changed.");
        return code;
    }
    block_on(async {
        let point = Point::default();
        let mut see = |event: &_| point.see(event, json);
        interruptible(restore(&options, &backup, careful, &mut see), &point, print, json).await
    })
}

fn describe(backup: &Backup) -> String {
    let m = &backup.manifest;
    let version = m.schema_version.as_deref().unwrap_or("no migration");
    format!("{} of {} ({version}, {} rows)", m.id, m.created_at.format("%Y-%m-%d %H:%M:%S UTC"), m.all_rows())
}

/// Asks on a terminal; where there is none nobody can agree.
pub fn agreed(question: &str) -> bool {
    if !std::io::stdin().is_terminal() {
        return false;
    }
    screen::note(&format!("{question} [y/N]"));
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

fn print(restored: &Restored, as_json: bool) {
    if as_json {
        let fields = serde_json::to_value(restored).unwrap_or_default();
        return screen::object("summary", fields);
    }
    screen::line(&format!("Restored {}", describe(&restored.backup)));
    if let Some(moved) = &restored.moved {
        screen::line(&format!("What was there could not be read; it is in {}", moved.display()));
    }
    if let Some(renamed) = &restored.renamed {
        screen::line(&format!("What was there is the database {renamed}, which stays until you drop it"));
    }
    if let Some(old) = &restored.overwritten {
        screen::line(&format!("What was there is in {}", old.path.display()));
    }
}
