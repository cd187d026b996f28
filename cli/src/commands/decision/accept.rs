//! `callboard decision accept`.

use callboard_service::Ref;
use callboard_service::decision::AcceptDecision;

use super::view;
use crate::context::Context;
use crate::error::CliError;

/// Accept a proposed decision, or one that was rejected before
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Number, key or id
    decision: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard decision accept 7
  callboard decision accept CB-D7 --as user:kim";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let done = context.run(&AcceptDecision { project: context.project(), decision: args.decision }).await?;
    context.out.data("decided_decision", &done, |text| view::line(text, &done.decision))?;
    if done.already {
        context.out.note("It was accepted before; nothing was changed.");
    }
    Ok(())
}
