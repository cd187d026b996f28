//! `callboard agent restore`.

use callboard_service::Ref;
use callboard_service::agent::RestoreAgent;

use crate::context::Context;
use crate::error::CliError;

/// Bring an archived agent back
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard agent restore coder";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let done = context.run(&RestoreAgent { agent: args.slug }).await?;
    context.out.data("restored_agent", &done, |text| {
        text.line(format_args!("agent:{} is {}", done.agent.slug, done.agent.status));
    })
}
