//! `callboard artifact show`.

use callboard_service::artifact::ShowArtifact;

use super::target::TargetArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::output::artifacts;

/// Show an artifact, its versions and the beginning of its content; this verifies nothing
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
}

const EXAMPLES: &str = "Examples:
  callboard artifact show CB-7 report.md
  callboard artifact show CB-7 report.md --version 1 --json
  callboard artifact show 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let found = board.show_artifact(&ShowArtifact { artifact: args.target.named() }).await?;
    context.out.data("artifact", &found, |text| artifacts::details(text, &found))
}
