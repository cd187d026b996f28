//! `callboard session command`.

use callboard_service::session::RecordCommand;

use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;

/// Write down that a command was run; Callboard does not run it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// As it was typed, without passwords: whoever reads the board reads it
    command: String,

    /// How it ended
    #[arg(long, value_name = "CODE", allow_negative_numbers = true)]
    exit_code: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard session command \"cargo test parser\" --exit-code 101";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = RecordCommand { session: context.session(), command: args.command, exit_code: args.exit_code };
    let event = context.run_on_session(&verb).await?;
    context.out.data("session_event", &event, |text| sessions::event(text, &event))
}
