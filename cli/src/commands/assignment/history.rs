//! `callboard assignment history`.

use callboard_service::Ref;
use callboard_service::assignment::AssignmentHistory;

use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Tell how an item's assignments went, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// An item's key or id, or an assignment's id
    of: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard assignment history CB-7
  callboard assignment history 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let past = context.read(&AssignmentHistory { of: args.of }).await?;
    context.out.data("assignment_history", &past, |text| assignments::history(text, &past))
}
