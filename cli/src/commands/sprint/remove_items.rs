//! `callboard sprint remove-items`.

use callboard_service::Ref;
use callboard_service::sprint::RemoveSprintItems;

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;
use crate::output::words;

/// Take items out of a sprint; the others close up
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    sprint: Ref,

    /// Keys or ids
    #[arg(required = true, value_name = "ITEM")]
    items: Vec<Ref>,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard sprint remove-items 62 CB-7 CB-3
  callboard sprint remove-items 62 CB-9 --dry-run";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = RemoveSprintItems { project: context.project(), sprint: args.sprint, items: args.items };
    let done = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("sprint_items_changed", &done, |text| {
        let sprint = words::sprint(&verb.sprint);
        if !done.changed.is_empty() {
            text.line(format_args!("Removed from {sprint}: {}", done.changed.join(", ")));
        }
        if !done.already.is_empty() {
            text.line(format_args!("Not in {sprint}: {}", done.already.join(", ")));
        }
        text.line(format_args!("Items in {sprint}: {}", done.total));
    })
}
