//! `migration backups`.

use std::process::ExitCode;

use callboard_migration::backup::{Backup, check, folder, list};
use chrono::Utc;
use serde_json::json;

use super::args::{Backups, Target};
use super::run::block_on;
use super::screen;

/// List the backups of a database's folder, the newest first
///
/// With --check each is read in full and compared with its manifest; exits with 11 when one is damaged.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    #[command(flatten)]
    backups: Backups,

    /// Read each in full
    #[arg(long)]
    check: bool,
}

const EXAMPLES: &str = "\
Examples:
  migration backups
  migration backups --check --backup-dir /mnt/backups";

/// A backup is damaged.
const DAMAGED: u8 = 11;

pub fn run(args: &Args) -> ExitCode {
    let json = args.target.json;
    let mut options = match args.target.options() {
        Ok(options) => options,
        Err(error) => return screen::failure(&error, json),
    };
    args.backups.apply(&mut options);
    let (found, broken) = match list(&options) {
        Ok(found) => found,
        Err(error) => return screen::failure(&error, json),
    };
    block_on(async {
        let mut damaged = broken.len();
        for backup in &found {
            let checked = if args.check { Some(check(backup).await.map_err(|e| e.to_string())) } else { None };
            damaged += usize::from(matches!(checked, Some(Err(_))));
            if json {
                let fields = json!({
                    "backup": backup,
                    "age_seconds": age(backup),
                    "checked": checked.as_ref().map(Result::is_ok),
                    "damage": checked.as_ref().and_then(|c| c.as_ref().err()),
                });
                screen::object("backup", fields);
            } else {
                print(backup, checked.as_ref());
            }
        }
        for error in &broken {
            if json {
                screen::object("broken", json!({ "error": error.to_string() }));
            } else {
                screen::note(&format!("Damaged: {error}"));
            }
        }
        summary(&options, found.len(), damaged, json)
    })
}

fn summary(options: &callboard_migration::runner::Options, found: usize, damaged: usize, as_json: bool) -> ExitCode {
    if as_json {
        screen::object("summary", json!({ "backups": found, "damaged": damaged }));
    } else {
        let folder = folder(options).map(|f| f.display().to_string()).unwrap_or_default();
        let damaged = if damaged == 0 { String::new() } else { format!(", {damaged} damaged") };
        screen::note(&format!("{found} in {folder}{damaged}"));
    }
    if damaged == 0 { ExitCode::SUCCESS } else { ExitCode::from(DAMAGED) }
}

fn print(backup: &Backup, checked: Option<&Result<(), String>>) {
    let m = &backup.manifest;
    let checked = match checked {
        None => "not read",
        Some(Ok(_)) => "sound",
        Some(Err(_)) => "DAMAGED",
    };
    let version = m.schema_version.as_deref().unwrap_or("no migration");
    screen::line(&format!(
        "{}  {:>8} old  {:>12} bytes  {version}  {}  {checked}  sha256 {}",
        m.id,
        span(age(backup)),
        m.bytes,
        m.reason,
        m.sha256
    ));
}

fn age(backup: &Backup) -> i64 {
    (Utc::now() - backup.manifest.created_at).num_seconds().max(0)
}

/// The largest unit that fits.
fn span(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}
