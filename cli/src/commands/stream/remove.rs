//! `callboard stream remove`.

use callboard_service::Ref;
use callboard_service::stream::RemoveStreamItems;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;

/// Take items out of a work stream; the others close up
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,

    /// Keys or ids
    #[arg(required = true, value_name = "ITEM")]
    items: Vec<Ref>,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard stream remove manual CB-7 CB-3
  callboard stream remove manual CB-9 --dry-run";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = RemoveStreamItems { project: context.project(), stream: args.stream, items: args.items };
    let done = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("stream_items_changed", &done, |text| {
        if !done.changed.is_empty() {
            text.line(format_args!("Removed from {}: {}", done.stream, done.changed.join(", ")));
        }
        if !done.already.is_empty() {
            text.line(format_args!("Not in {}: {}", done.stream, done.already.join(", ")));
        }
        text.line(format_args!("Items in {}: {}", done.stream, done.total));
    })
}
