//! `callboard message show`.

use callboard_service::message::ShowMessage;
use uuid::Uuid;

use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;

/// Show a message with its thread and how far each reader is; it marks nothing as read
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Any message of the thread
    message: Uuid,
}

const EXAMPLES: &str = "Examples:
  callboard message show 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11
  callboard message show 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let thread = context.read(&ShowMessage { message: args.message }).await?;
    context.out.data("message_thread", &thread, |text| continuity::thread(text, &thread))
}
