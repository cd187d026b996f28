//! `callboard prerequisite fail`.

use callboard_service::Ref;
use callboard_service::prerequisite::FailPrerequisite;

use crate::context::Context;
use crate::error::CliError;
use crate::output::lists;

/// Say that a prerequisite is not met, or not any more: its item waits until it is satisfied or waived
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What it waits for: an item's key, a file's path, an id, or what it says
    prerequisite: Ref,

    /// What is wrong
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite fail CB-7 \"the tests pass\" --reason \"3 of 200 fail\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let reason = args.reason;
    let verb = FailPrerequisite { item: args.item, prerequisite: args.prerequisite, reason };
    let changed = context.run(&verb).await?;
    context.out.data("failed_prerequisite", &changed, |text| lists::changed_prerequisite(text, &changed))
}
