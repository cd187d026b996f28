//! `callboard assignment fail`.

use callboard_service::assignment::Fail;

use crate::commands::fence::{Fence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Give an item up: it is tried again after a pause, or becomes a dead letter
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fence: Fence,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// Another attempt would fail too: the item becomes a dead letter at once
    #[arg(long)]
    permanent: bool,
}

const EXAMPLES: &str = "Examples:
  callboard fail --assignment 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --reason \"the tests need a display\"
  callboard assignment fail --reason \"no such API\" --permanent   with CALLBOARD_ASSIGNMENT set";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = writer(context, &board, args.fence.assignment).await?;
    let verb = Fail { assignment: args.fence.assignment, reason: args.reason, permanent: args.permanent };
    let outcome = context.run_as(&board, actor, &verb).await?;
    context.out.data("assignment", &outcome, |text| assignments::outcome(text, &outcome))
}
