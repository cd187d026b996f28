//! `callboard agent items`.

use callboard_service::Ref;
use callboard_service::agent::AgentItems;

use super::view;
use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;

/// List the items that an agent was ever assigned to, and how that ended last
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard agent items coder";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = AgentItems { agent: args.slug, after: args.paging.after, limit: args.paging.limit };
    let page = context.read(&query).await?;
    context.out.data("agent_items", &page, |text| {
        text.table(&view::items(&page.rows), "None.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
