//! `callboard session push`.

use callboard_service::Ref;
use callboard_service::session::PushContext;

use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Work on an item, and come back to the present one by pop
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// By key or id
    item: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard session push CB-7
  callboard session push CB-9 --session monday-review";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let context_now = context.run_on_session(&PushContext { session: context.session(), item: args.item }).await?;
    context.out.data("session_context", &context_now, |text| sessions::context(text, &context_now))
}
