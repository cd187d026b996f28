//! `callboard prerequisite remove`.

use callboard_service::Ref;
use callboard_service::prerequisite::RemovePrerequisite;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;

/// Take a prerequisite away that should not be there; `waive` keeps it, with the reason
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item that waits, by key or id
    item: Ref,

    /// What it waits for: an item's key, a file's path, an id, or what it says
    prerequisite: Ref,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard prerequisite remove CB-7 CB-3
  callboard prerequisite remove CB-7 CB-3 --dry-run";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = RemovePrerequisite { item: args.item, prerequisite: args.prerequisite };
    let removed = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("removed_prerequisite", &removed, |text| {
        text.line(format_args!("{} no longer needs {}, which was {}", verb.item, verb.prerequisite, removed.status));
    })
}
