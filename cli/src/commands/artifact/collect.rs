//! `callboard artifact collect`.

use callboard_service::artifact::CollectArtifacts;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::artifacts;
use crate::values;

/// Remove contents that no artifact and no archive refers to from the project's store
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What was stored less than so long ago stays: 1m to 365d [default: 1h]
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    grace: Option<i64>,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard artifact collect --dry-run
  callboard artifact collect --project web-shop --grace 1d --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let verb = CollectArtifacts { project: context.project(), grace_seconds: args.grace };
    let done = board.collect_artifacts(&verb, args.dry_run.dry_run).await?;
    if args.dry_run.dry_run {
        context.out.rehearsed();
    }
    context.out.data("collected_artifacts", &done, |text| artifacts::collected(text, &done))
}
