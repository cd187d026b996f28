//! `callboard prerequisite waive`.

use callboard_service::Ref;
use callboard_service::prerequisite::WaivePrerequisite;

use crate::context::Context;
use crate::error::CliError;

/// Let an item go on without a prerequisite; who did so and why is kept
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What it waits for: an item's key, a file's path, an id, or what it says
    prerequisite: Ref,

    /// Why it can do without
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite waive CB-7 CB-3 --reason \"the old parser will do\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = WaivePrerequisite { item: args.item, prerequisite: args.prerequisite, reason: args.reason };
    let waived = context.run(&verb).await?;
    context.out.data("waived_prerequisite", &waived, |text| {
        let before = if waived.already { " before; nothing was changed" } else { "" };
        let by = waived.edge.waived_by.as_deref().unwrap_or("-");
        text.line(format_args!("{} goes on without {}: waived by {by}{before}", verb.item, verb.prerequisite));
    })
}
