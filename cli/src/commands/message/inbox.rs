//! `callboard message inbox`.

use callboard_service::Ref;
use callboard_service::message::Inbox;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;

/// List what an agent has not read yet, newest first; it marks nothing as read
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The agent, by slug [default: the acting agent]
    #[arg(long, value_name = "SLUG")]
    agent: Option<Ref>,

    /// Also what is read already
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard message inbox --agent parser-bot
  callboard message inbox --all --json --as agent:parser-bot";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let agent = super::reader(args.agent, context, &board).await?;
    let query =
        Inbox { agent, project: context.project(), all: args.all, after: args.paging.after, limit: args.paging.limit };
    let page = board.read(&query).await?;
    context.out.data("inbox", &page, |text| continuity::inbox(text, &page))?;
    args.paging.more(context, page.next);
    Ok(())
}
