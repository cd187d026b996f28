//! `callboard prerequisite remove`.

use callboard_service::Ref;
use callboard_service::prerequisite::RemovePrerequisite;

use crate::context::Context;
use crate::error::CliError;

/// Let an item no longer wait for another one
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What it waits for, by key or id
    prerequisite: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite remove CB-8 CB-7";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let line = format!("{} no longer waits for {}", args.item, args.prerequisite);
    let verb = RemovePrerequisite { item: args.item, prerequisite: args.prerequisite };
    let removed = context.run(&verb).await?;
    context.out.data("removed_prerequisite", &removed, |text| {
        text.line(line);
    })
}
