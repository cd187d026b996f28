//! `callboard decision reject`.

use callboard_service::Ref;
use callboard_service::decision::RejectDecision;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::values;

/// Reject a proposed decision
///
/// One that is accepted is reversed by another decision: `decision evolve`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Number, key or id
    decision: Ref,

    /// Why, which becomes its outcome; - reads stdin
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard decision reject 7 --reason \"the licence does not allow it\"
  callboard decision reject CB-D7";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let reason = values::text_or_stdin(args.reason)?;
    let done = context.run(&RejectDecision { project: context.project(), decision: args.decision, reason }).await?;
    context.out.data("decided_decision", &done, |text| view::line(text, &done.decision))?;
    if done.already {
        context.out.note("It was rejected before; nothing was changed.");
    }
    Ok(())
}
