//! `callboard assignment cancel`.

use callboard_service::assignment::Cancel;
use uuid::Uuid;

use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Take an item back from its holder; it goes to the queue and no attempt is used up
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The assignment's id
    assignment: Uuid,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

const EXAMPLES: &str = "Examples:
  callboard assignment cancel 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --reason \"more urgent work\"
  callboard assignment list --open                        names the ids";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let outcome = context.run(&Cancel { assignment: args.assignment, reason: args.reason }).await?;
    context.out.data("assignment", &outcome, |text| assignments::outcome(text, &outcome))
}
