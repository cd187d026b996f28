//! `callboard review list`.

use callboard_service::Ref;
use callboard_service::review::ListReviews;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::reviews;

/// List what waits for a review, and who may not give it; of one item the reviews that were given, too
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// This item alone, by key or id
    key: Option<Ref>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard review list
  callboard review list CB-7 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let (limit, after) = (args.paging.limit, args.paging.after);
    let query = ListReviews { item: args.key, project: context.project(), limit, after };
    let found = context.read(&query).await?;
    context.out.data("reviews", &found, |text| reviews::list(text, &found, query.item.is_some()))?;
    args.paging.more(context, found.waiting.next);
    Ok(())
}
