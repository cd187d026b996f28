//! `callboard sprint move-item`.

use callboard_service::Ref;
use callboard_service::sprint::MoveSprintItem;

use crate::context::Context;
use crate::error::CliError;

/// Move an item to another place in its sprint
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    code: Ref,

    /// Key or id
    item: Ref,

    /// From 1 to the number of items
    position: i64,
}

const EXAMPLES: &str = "Examples:
  callboard sprint move-item 62 CB-9 1";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let line = format!("{} is now number", args.item);
    let verb =
        MoveSprintItem { project: context.project(), sprint: args.code, item: args.item, position: args.position };
    let moved = context.run(&verb).await?;
    context.out.data("sprint_item", &moved, |text| {
        text.line(format_args!("{line} {}", moved.position));
    })
}
