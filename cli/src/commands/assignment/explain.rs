//! `callboard assignment explain`.

use callboard_service::Ref;
use callboard_service::assignment::ExplainAssignment;

use crate::commands::holder::HolderArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Tell who may have an item: what stands against it, and which agents fit best
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    item: Ref,

    #[command(flatten)]
    holder: HolderArgs,

    /// How many of the agents that fit best are named: 1 to 50
    #[arg(long, value_name = "N", default_value_t = 5)]
    candidates: u32,
}

const EXAMPLES: &str = "Examples:
  callboard assignment explain CB-7
  callboard assignment explain CB-7 --agent parser-bot";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ExplainAssignment { item: args.item, holder: args.holder.holder(), candidates: args.candidates };
    let explanation = context.read(&query).await?;
    context.out.data("explanation", &explanation, |text| assignments::explanation(text, &explanation))
}
