//! `callboard maintenance scan-cleanup`.

use callboard_service::entity::MaintenanceOperationType as Kind;
use callboard_service::maintenance::{Maintained, ScanCleanup};

use super::asked::{self, Asked};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Printer, maintenance};

/// Take back work that nobody goes on with, and archive what has lain for long
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,
}

const EXAMPLES: &str = "Levels:
  basic          what agents hold: stale work is told; over twice the threshold it is released
  comprehensive  also archives finished, dead, given-up and orphaned items without activity
  full-audit     also tells what stays and why, who waits in vain, and looks into every archive

The settings stale_hours, cleanup_after_days and retention_days say when. An item whose automatic
maintenance is off is told and never changed.

Examples:
  callboard maintenance scan-cleanup --dry-run
  callboard maintenance scan-cleanup --level comprehensive
  callboard maintenance scan-cleanup --scope item CB-7 --level full-audit --json
  callboard maintenance scan-cleanup --scope current-session";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let asked = args.asked.request(context, Kind::ScanCleanup, true)?;
    let what = ScanCleanup {
        project: asked.project,
        scope: asked.scope,
        level: asked.level,
        dry_run: asked.dry_run,
        resume: asked.resume,
    };
    asked::run(context, &what, print).await
}

fn print(out: &Printer, done: &Maintained) -> Result<(), CliError> {
    out.data("scan_cleanup", done, |text| maintenance::maintained(text, done))
}
