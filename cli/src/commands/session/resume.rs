//! `callboard session resume`.

use callboard_service::session::ResumeSession;

use super::target::Target;
use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Go on with a paused session
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    target: Target,

    /// Also where another session of its holder is active in the project
    #[arg(long)]
    beside: bool,
}

const EXAMPLES: &str = "Examples:
  callboard session resume
  callboard session resume monday-review --beside";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = ResumeSession { session: args.target.session(context), beside: args.beside };
    let changed = context.run_on_session(&verb).await?;
    context.out.data("changed_session", &changed, |text| sessions::changed(text, &changed))
}
