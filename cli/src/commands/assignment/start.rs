//! `callboard assignment start`.

use callboard_service::assignment::Start;

use crate::commands::fence::{Fence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;
use crate::values;

/// Start what was assigned; the first start of an item's assignment is an attempt
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
  callboard assignment start --assignment 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11
  CALLBOARD_ASSIGNMENT=01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 callboard assignment start --lease 1h";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = writer(context, &board, args.fence.assignment).await?;
    let verb = Start { assignment: args.fence.assignment, lease_seconds: args.lease };
    let outcome = context.run_as(&board, actor, &verb).await?;
    context.out.data("assignment", &outcome, |text| assignments::outcome(text, &outcome))
}
