//! `callboard workflow pause`.

use callboard_service::Ref;
use callboard_service::workflow::PauseRun;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Let a run begin nothing more; what is under way is let end, and kept
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,

    /// Why: kept in the run's log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard workflow pause falls-2026 --reason \"the sources are being checked\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let done = context.run(&PauseRun { run: args.run, reason: args.reason }).await?;
    context.out.data("moved_run", &done, |text| view::line(text, &done.run))?;
    if done.already {
        context.out.note("It was paused before; nothing was changed.");
    }
    context.out.hint(&format!("`callboard workflow resume {}` lets it go on", done.run.workflow_id));
    Ok(())
}
