//! `callboard review reject`.

use callboard_service::Ref;
use callboard_service::review::RejectReview;

use crate::commands::item::view;
use crate::context::Context;
use crate::error::CliError;

/// Reject an item that is in review: it is to be done again, and whoever takes it is shown the reason
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item, by key or id
    key: Ref,

    /// What must become better
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

const EXAMPLES: &str = "Examples:
  callboard review reject CB-7 --reason \"the errors have no test\"
  callboard review reject CB-7 --as agent:reviewer-1 --reason \"it does not build\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let reviewed = context.run(&RejectReview { item: args.key, reason: args.reason }).await?;
    context.out.data("review", &reviewed, |text| view::line(text, &reviewed.moved.item))
}
