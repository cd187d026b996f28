//! `callboard message ack`.

use callboard_service::message::AcknowledgeMessages;
use uuid::Uuid;

use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;

/// Acknowledge messages as the one who has them to read: read, and taken on
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The messages' ids
    #[arg(required = true)]
    messages: Vec<Uuid>,
}

const EXAMPLES: &str = "Examples:
  callboard message ack 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --as agent:parser-bot";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let marked = context.run(&AcknowledgeMessages { messages: args.messages }).await?;
    context.out.data("marked_messages", &marked, |text| continuity::marked(text, &marked, "acknowledged"))
}
