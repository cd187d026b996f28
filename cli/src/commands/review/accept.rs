//! `callboard review accept`.

use callboard_service::Ref;
use callboard_service::review::AcceptReview;

use crate::commands::item::view;
use crate::context::Context;
use crate::error::CliError;

/// Accept an item that is in review: it is done; whoever completed it may not
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item, by key or id
    key: Ref,

    /// What there is to say of it
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard review accept CB-7
  callboard review accept CB-7 --as agent:reviewer-1 --reason \"read and tried\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let reviewed = context.run(&AcceptReview { item: args.key, reason: args.reason }).await?;
    context.out.data("review", &reviewed, |text| view::line(text, &reviewed.moved.item))?;
    if reviewed.moved.already {
        context.out.note("It was accepted before; nothing was changed.");
    }
    view::free(context, reviewed.moved.unblocked.len());
    Ok(())
}
