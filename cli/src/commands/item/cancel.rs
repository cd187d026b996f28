//! `callboard item cancel`.

use callboard_service::Ref;
use callboard_service::item::CancelItem;

use super::view;
use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;

/// Cancel an item, and the assignment by which it is held
///
/// A cancelled item never satisfies anything: while others wait for it, say what becomes of them.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,

    /// Why: kept in the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// What waits for it goes on without it
    #[arg(long, conflicts_with = "cancel_dependents")]
    waive_dependents: bool,

    /// What waits for it is cancelled too, and what waits for that
    #[arg(long)]
    cancel_dependents: bool,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard item cancel CB-7 --reason \"not needed any more\"
  callboard item cancel CB-7 --cancel-dependents --dry-run
  callboard item cancel CB-7 --waive-dependents";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = CancelItem {
        item: args.key,
        reason: args.reason,
        waive_dependents: args.waive_dependents,
        cancel_dependents: args.cancel_dependents,
    };
    let done = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("cancelled_item", &done, |text| {
        view::line(text, &done.item);
        for (what, keys) in [("Cancelled too", &done.cancelled), ("Go on without it", &done.waived)] {
            if !keys.is_empty() {
                text.line(format_args!("{what}: {}", keys.join(", ")));
            }
        }
    })?;
    if done.already {
        context.out.note("It was cancelled before; nothing was changed.");
    }
    Ok(())
}
