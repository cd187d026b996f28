//! `callboard assignment resume`.

use callboard_service::assignment::Resume;

use crate::commands::fence::{Fence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;
use crate::values;

/// Resume a paused assignment with a new lease
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fence: Fence,

    /// How long until the next sign of life must come: 10s to 24h [default: the setting lease_seconds, 15m]
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    lease: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard assignment resume --assignment 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11
  callboard assignment resume --lease 1h                with CALLBOARD_ASSIGNMENT set";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = writer(context, &board, args.fence.assignment).await?;
    let verb = Resume { assignment: args.fence.assignment, lease_seconds: args.lease };
    let outcome = context.run_as(&board, actor, &verb).await?;
    context.out.data("assignment", &outcome, |text| assignments::outcome(text, &outcome))
}
