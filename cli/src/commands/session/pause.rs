//! `callboard session pause`.

use callboard_service::session::PauseSession;

use super::target::Target;
use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Stop for a while: the time until it is resumed does not count
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard session pause
  callboard session pause monday-review --reason lunch";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = PauseSession { session: args.target.session(context), reason: args.reason };
    let changed = context.run_on_session(&verb).await?;
    context.out.data("changed_session", &changed, |text| sessions::changed(text, &changed))
}
