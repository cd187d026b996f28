//! `callboard message read`.

use callboard_service::message::ReadMessages;
use uuid::Uuid;

use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;

/// Mark messages as read, as the one who has them to read
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The messages' ids
    #[arg(required = true)]
    messages: Vec<Uuid>,
}

const EXAMPLES: &str = "Examples:
  callboard message read 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --as agent:parser-bot";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let marked = context.run(&ReadMessages { messages: args.messages }).await?;
    context.out.data("marked_messages", &marked, |text| continuity::marked(text, &marked, "read"))
}
