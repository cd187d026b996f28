//! `callboard recover`.

use callboard_service::Ref;
use callboard_service::recovery::{Recover, markdown};

use crate::commands::fence::OptionalFence;
use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;

/// Show all that the next worker on an item needs, from the database alone; it changes nothing
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    key: Ref,

    /// The most that it may take: 1500 to 1000000; what is left out is counted [default: 8000]
    #[arg(long, value_name = "TOKENS")]
    budget: Option<u64>,

    /// As Markdown, for a file or an agent
    #[arg(long, conflicts_with = "json")]
    markdown: bool,

    #[command(flatten)]
    fence: OptionalFence,
}

const EXAMPLES: &str = "Examples:
  callboard recover CB-7
  callboard recover CB-7 --budget 3000 --json
  callboard recover CB-7 --markdown > CB-7.md";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = Recover { item: args.key, budget: args.budget, assignment: args.fence.assignment };
    let package = context.read(&query).await?;
    if args.markdown {
        return context.out.raw(&markdown(&package));
    }
    context.out.data("recovery", &package, |text| continuity::package(text, &package))
}
