//! `callboard prerequisite waive`.

use callboard_service::Ref;
use callboard_service::prerequisite::WaivePrerequisite;

use crate::context::Context;
use crate::error::CliError;

/// Let an item go on although what it waits for is not done; who and why is kept
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What it waits for, by key or id
    prerequisite: Ref,

    /// Why it may go on
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite waive CB-8 CB-7 --reason \"a stub will do\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let line = format!("{} goes on without {}", args.item, args.prerequisite);
    let verb = WaivePrerequisite { item: args.item, prerequisite: args.prerequisite, reason: args.reason };
    let waived = context.run(&verb).await?;
    context.out.data("waived_prerequisite", &waived, |text| {
        text.line(line);
    })?;
    if waived.already {
        context.out.note("It was waived before; nothing was changed.");
    }
    Ok(())
}
