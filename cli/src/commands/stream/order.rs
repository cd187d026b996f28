//! `callboard stream order`.

use callboard_service::Ref;
use callboard_service::stream::OrderStreamItems;

use crate::context::Context;
use crate::error::CliError;

/// Put items of a work stream to its beginning, or to another place, in the order given
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,

    /// Keys or ids; the others keep their order among themselves
    #[arg(required = true, value_name = "ITEM")]
    items: Vec<Ref>,

    /// The place of the first of them, from 1
    #[arg(long, value_name = "N", default_value_t = 1)]
    position: i64,
}

const EXAMPLES: &str = "Examples:
  callboard stream order manual CB-3 CB-7
  callboard stream order manual CB-9 --position 4";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let position = Some(args.position);
    let verb = OrderStreamItems { project: context.project(), stream: args.stream, items: args.items, position };
    let order = context.run(&verb).await?;
    context.out.data("stream_order", &order, |text| {
        for (position, key) in (1..).zip(&order.items) {
            text.line(format_args!("{position:>4}  {key}"));
        }
    })
}
