//! `callboard sprint add-items`.

use callboard_service::Ref;
use callboard_service::sprint::AddSprintItems;

use crate::context::Context;
use crate::error::CliError;
use crate::output::words;

/// Plan items into a sprint, in the order given: all of them or none
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    sprint: Ref,

    /// Keys or ids, of the sprint's own project
    #[arg(required = true, value_name = "ITEM")]
    items: Vec<Ref>,

    /// The place of the first of them, from 1 [default: after the last]
    #[arg(long, value_name = "N")]
    position: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard sprint add-items 62 CB-7 CB-3
  callboard sprint add-items 62 CB-9 --position 1";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb =
        AddSprintItems { project: context.project(), sprint: args.sprint, items: args.items, position: args.position };
    let done = context.run(&verb).await?;
    context.out.data("sprint_items_changed", &done, |text| {
        let sprint = words::sprint(&verb.sprint);
        if !done.changed.is_empty() {
            text.line(format_args!("Added to {sprint}: {}", done.changed.join(", ")));
        }
        if !done.already.is_empty() {
            text.line(format_args!("In {sprint} before: {}", done.already.join(", ")));
        }
        text.line(format_args!("Items in {sprint}: {}", done.total));
    })
}
