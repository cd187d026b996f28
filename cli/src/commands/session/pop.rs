//! `callboard session pop`.

use callboard_service::session::PopContext;

use super::target::Target;
use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Come back to the item before the present one
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,
}

const EXAMPLES: &str = "Examples:
  callboard session pop
  callboard session pop monday-review";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let context_now = context.run_on_session(&PopContext { session: args.target.session(context) }).await?;
    context.out.data("session_context", &context_now, |text| sessions::context(text, &context_now))
}
