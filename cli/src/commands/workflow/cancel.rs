//! `callboard workflow cancel`.

use callboard_service::Ref;
use callboard_service::workflow::CancelRun;

use super::view;
use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;

/// Cancel a run, with its unfinished steps and the items that they wait for
///
/// Whoever works on one of the items loses it. Outputs and completed steps stay.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,

    /// Why: kept in the run's log, and in the histories of the items
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard workflow cancel falls-2026 --reason \"the question was answered\"
  callboard workflow cancel falls-2026 --dry-run";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let done = context.run_or_rehearse(&CancelRun { run: args.run, reason: args.reason }, args.dry_run).await?;
    context.out.data("cancelled_run", &done, |text| {
        view::line(text, &done.run);
        for (what, names) in [("Steps", &done.steps), ("Items", &done.items)] {
            text.optional(what, (!names.is_empty()).then(|| names.join(", ")));
        }
    })?;
    if done.already {
        context.out.note("It was cancelled before; nothing was changed.");
    }
    Ok(())
}
