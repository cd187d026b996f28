//! `callboard session abandon`.

use callboard_service::session::AbandonSession;

use super::target::Target;
use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Give up a session with which nobody goes on, such as that of a process that was killed
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

const EXAMPLES: &str = "Examples:
  callboard session abandon s-4k0z8f1m2p --reason \"the worker was killed\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = AbandonSession { session: args.target.session(context), reason: args.reason };
    let changed = context.run_on_session(&verb).await?;
    context.out.data("changed_session", &changed, |text| sessions::changed(text, &changed))
}
