//! `callboard sprint move-item`.

use callboard_service::Ref;
use callboard_service::sprint::MoveSprintItem;

use crate::context::Context;
use crate::error::CliError;
use crate::output::words;

/// Move an item to another place in its sprint; those between make room
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    sprint: Ref,

    /// Key or id
    item: Ref,

    /// Its new place, from 1
    position: i64,
}

const EXAMPLES: &str = "Examples:
  callboard sprint move-item 62 CB-9 1";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb =
        MoveSprintItem { project: context.project(), sprint: args.sprint, item: args.item, position: args.position };
    let row = context.run(&verb).await?;
    context.out.data("sprint_item", &row, |text| {
        text.line(format_args!("{} is number {} of {}", verb.item, row.position, words::sprint(&verb.sprint)));
    })
}
