//! `callboard item history`.

use callboard_service::Ref;
use callboard_service::item::ItemHistory;

use super::show;
use crate::context::Context;
use crate::error::CliError;

/// Show what happened to an item, newest first: who, when, what and why
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,

    /// Only comments
    #[arg(long)]
    comments: bool,

    /// At most so many rows
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,

    /// Go on below this revision, as the page before says
    #[arg(long, value_name = "REVISION")]
    before: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard item history CB-7
  callboard item history CB-7 --comments --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ItemHistory { item: args.key, comments: args.comments, before: args.before, limit: args.limit };
    let page = context.read(&query).await?;
    context.out.data("item_history", &page, |text| {
        text.table(&show::events(&page.events), "Nothing.");
    })?;
    if let Some(next) = page.next {
        context.out.hint(&format!("there is more: the same command with --before {next}"));
    }
    Ok(())
}
