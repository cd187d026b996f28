//! `callboard assignment reassign`.

use callboard_service::Ref;
use callboard_service::assignment::Reassign;

use crate::commands::holder::NeededHolder;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;
use crate::values;

/// Take an item from its holder and give it to another, in one step
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    item: Ref,

    #[command(flatten)]
    holder: NeededHolder,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,

    /// How long an agent has to start: 10s to 30d [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    accept_within: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard assignment reassign CB-7 --agent review-bot --reason \"needs a reviewer\"
  callboard assignment reassign CB-7 --user ada --reason \"the agent is stuck\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = Reassign {
        item: args.item,
        holder: args.holder.holder(),
        reason: args.reason,
        accept_seconds: args.accept_within,
    };
    let assigned = context.run(&verb).await?;
    context.out.data("assigned", &assigned, |text| assignments::assigned(text, &assigned))
}
