//! `callboard session end`.

use callboard_service::session::EndSession;

use super::target::Target;
use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;
use crate::values::text_or_stdin;

/// End a session: its work is over; what its holder holds stays held
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    /// What came of it; `-` reads stdin
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard session end
  callboard session end monday-review --summary \"CB-7 is accepted, CB-9 goes back\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = EndSession { session: args.target.session(context), summary: text_or_stdin(args.summary)? };
    let changed = context.run_on_session(&verb).await?;
    context.out.data("changed_session", &changed, |text| sessions::changed(text, &changed))
}
