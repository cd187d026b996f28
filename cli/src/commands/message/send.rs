//! `callboard message send`.

use callboard_service::Ref;
use callboard_service::message::SendMessage;
use uuid::Uuid;

use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;
use crate::values;

/// Send a message to an agent, into a thread, or to every active agent
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What you say; - reads stdin
    text: String,

    /// The agent that is to read it, by slug [default: every other active agent; of an answer the other side]
    #[arg(long, value_name = "SLUG")]
    to: Option<Ref>,

    /// The message that this one answers
    #[arg(long, value_name = "ID")]
    reply_to: Option<Uuid>,

    /// The item that it is about
    #[arg(long, value_name = "KEY")]
    item: Option<Ref>,

    /// One line
    #[arg(long, value_name = "TEXT")]
    subject: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard message send --to parser-bot \"the grammar has changed\" --item CB-7 --as agent:lexer-bot
  callboard message send \"main is frozen until noon\" --subject freeze
  callboard message send --reply-to 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 - < answer.md";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let text = values::text_or_stdin(Some(args.text))?.unwrap_or_default();
    let verb = SendMessage {
        project: context.project(),
        to: args.to,
        reply_to: args.reply_to,
        item: args.item,
        subject: args.subject,
        text,
    };
    let sent = context.run(&verb).await?;
    context.out.data("sent_message", &sent, |text| continuity::sent(text, &sent))
}
