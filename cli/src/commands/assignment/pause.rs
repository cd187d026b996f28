//! `callboard assignment pause`.

use callboard_service::assignment::Pause;

use crate::commands::fence::{Fence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;
use crate::values;

/// Keep an item while waiting for something
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fence: Fence,

    /// What it waits for
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// When the item goes back to the queue if nothing comes: 10s to 30d [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    deadline: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard assignment pause --assignment 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --reason \"waiting for the API key\"
  callboard assignment pause --reason \"review by ada\" --deadline 3d     with CALLBOARD_ASSIGNMENT set";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = writer(context, &board, args.fence.assignment).await?;
    let verb = Pause { assignment: args.fence.assignment, reason: args.reason, deadline_seconds: args.deadline };
    let outcome = context.run_as(&board, actor, &verb).await?;
    context.out.data("assignment", &outcome, |text| assignments::outcome(text, &outcome))
}
