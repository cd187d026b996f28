//! `callboard stream add`.

use callboard_service::Ref;
use callboard_service::stream::AddStreamItems;

use crate::context::Context;
use crate::error::CliError;

/// Add items to a work stream, in the order given: all of them or none
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,

    /// Keys or ids, of the stream's own project
    #[arg(required = true, value_name = "ITEM")]
    items: Vec<Ref>,

    /// The place of the first of them, from 1 [default: after the last]
    #[arg(long, value_name = "N")]
    position: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard stream add manual CB-7 CB-3
  callboard stream add manual CB-9 --position 1

A stream has at most 1,000 items; an item may be in several.";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb =
        AddStreamItems { project: context.project(), stream: args.stream, items: args.items, position: args.position };
    let done = context.run(&verb).await?;
    context.out.data("stream_items_changed", &done, |text| {
        if !done.changed.is_empty() {
            text.line(format_args!("Added to {}: {}", done.stream, done.changed.join(", ")));
        }
        if !done.already.is_empty() {
            text.line(format_args!("In {} before: {}", done.stream, done.already.join(", ")));
        }
        text.line(format_args!("Items in {}: {}", done.stream, done.total));
    })
}
