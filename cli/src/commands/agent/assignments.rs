//! `callboard agent assignments`.

use callboard_service::Ref;
use callboard_service::agent::AgentAssignments;

use super::view;
use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;

/// List the assignments of an agent, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,

    /// Only those by which it holds an item now
    #[arg(long)]
    open: bool,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard agent assignments coder
  callboard agent assignments coder --open --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query =
        AgentAssignments { agent: args.slug, open_only: args.open, after: args.paging.after, limit: args.paging.limit };
    let page = context.read(&query).await?;
    context.out.data("agent_assignments", &page, |text| {
        text.table(&view::assignments(&page.rows), "None.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
