//! `callboard workflow context get`.

use callboard_service::Ref;
use callboard_service::workflow::context::GetContext;

use crate::commands::workflow::view;
use crate::context::Context;
use crate::error::CliError;

/// Print a value of a run's context; one whose time is over is refused, with the time
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,

    /// Whose value it is
    agent: String,

    /// The name of the value
    key: String,
}

const EXAMPLES: &str = "Examples:
  callboard workflow context get falls-2026 searcher last-page";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&GetContext { run: args.run, agent: args.agent, key: args.key }).await?;
    context.out.data("run_context_value", &found, |text| {
        text.lines(&view::value(&found.value));
    })
}
