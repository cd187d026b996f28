//! `callboard session switch`.

use callboard_service::Ref;
use callboard_service::session::SwitchContext;

use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Work on another item in place of the present one; one that is on the stack comes to its end
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// By key or id
    item: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard session switch CB-9
  callboard session switch CB-9 --session monday-review";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let context_now = context.run_on_session(&SwitchContext { session: context.session(), item: args.item }).await?;
    context.out.data("session_context", &context_now, |text| sessions::context(text, &context_now))
}
