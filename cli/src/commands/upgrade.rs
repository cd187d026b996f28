//! `callboard upgrade`.

use callboard_migration::runner::{self, Event, Goal};
use serde::Serialize;

use crate::context::Context;
use crate::error::CliError;
use crate::output::Style;

/// Bring the board's schema up to date: all of it or nothing
///
/// A board that holds rows is backed up first, into FILE.backups beside a SQLite file, or for PostgreSQL into
/// ~/.local/state/callboard/backups; `migration backups` lists them, `migration restore` puts one back.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only list the pending migrations
    #[arg(long)]
    dry_run: bool,

    /// Take no backup first: a failure after COMMIT can then not be undone
    #[arg(long)]
    no_backup: bool,
}

const EXAMPLES: &str = "Examples:
  callboard upgrade --dry-run
  callboard upgrade
  callboard upgrade --no-backup       such as where PostgreSQL's client programs are missing";

/// What `upgrade` did, or would do.
#[derive(Debug, Serialize)]
struct Upgraded {
    /// The database, without a password.
    board: String,
    /// The newest migration before.
    from: Option<String>,
    /// The newest migration after.
    to: Option<String>,
    /// In the order in which they ran or would run; empty where the schema was up to date.
    migrations: Vec<String>,
    /// The backup of what was there before; none where there was no row to lose, nothing to do, or --no-backup.
    backup: Option<String>,
    dry_run: bool,
}

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let located = context.locate()?;
    let mut options = context.runner_options(&located);
    options.backups.before_changes = !args.no_backup;
    let status = runner::status(&options).await?;
    // `init` makes a board; `upgrade` would make one in a mistyped place.
    if status.current().is_none() {
        return Err(CliError::NoBoard { target: Some(located.url.to_string()) });
    }
    if let Some(refusal) = status.refusal {
        return Err(refusal.into());
    }
    let from = status.current().map(str::to_owned);
    let mut done = Upgraded {
        board: located.url.to_string(),
        to: from.clone(),
        from,
        migrations: status.pending,
        backup: None,
        dry_run: args.dry_run,
    };
    if args.dry_run {
        done.to = done.migrations.last().cloned().or(done.to);
    } else {
        let committing = context.committing();
        let report = runner::up(&options, Goal::Latest, &mut |event: &Event| committing.see(event)).await?;
        done.migrations = report.steps.into_iter().map(|step| step.version).collect();
        done.to = report.to;
        done.backup = report.backup.map(|backup| backup.path.to_string_lossy().into_owned());
    }
    context.out.data("upgrade", &done, |text| {
        if done.migrations.is_empty() {
            text.push(Style::Good, "Up to date").plain(format_args!(": {}", done.board)).end();
            return;
        }
        let what = if done.dry_run { "Pending" } else { "Applied" };
        for version in &done.migrations {
            text.push(Style::Good, what).plain(format_args!(" {version}")).end();
        }
        if let Some(backup) = &done.backup {
            text.plain(format_args!("Backup {backup}")).end();
        }
    })
}
