//! `callboard agent archive`.

use callboard_service::Ref;
use callboard_service::agent::{ArchiveAgent, ArchivedAgent};

use crate::args::DryRun;
use crate::context::Context;
use crate::error::CliError;

/// Archive an agent: it gets no more work, what it holds goes back to the queue, and its open sessions are abandoned
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,

    /// Why: kept in the ledger of every item that it gives back
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// Also where it holds items
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard agent archive coder --dry-run
  callboard agent archive coder --yes --reason \"replaced by coder-2\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = ArchiveAgent { agent: args.slug, reason: args.reason };
    if !args.yes && !args.dry_run.dry_run {
        let board = context.board().await?;
        let actor = context.actor(&board).await?;
        let would = board.rehearse(actor, &verb).await?;
        if !would.released.is_empty() {
            return Err(CliError::Usage {
                message: format!(
                    "agent '{}' holds {}, which would go back to the queue",
                    would.agent.slug,
                    keys(&would)
                ),
                hint: "--yes does it, --dry-run shows it",
            });
        }
    }
    let done = context.run_or_rehearse(&verb, args.dry_run).await?;
    context.out.data("archived_agent", &done, |text| {
        text.line(format_args!("agent:{} is {}", done.agent.slug, done.agent.status));
        if !done.released.is_empty() {
            text.line(format_args!("Back in the queue: {}", keys(&done)));
        }
        if !done.abandoned_sessions.is_empty() {
            text.line(format_args!("Abandoned sessions: {}", done.abandoned_sessions.join(", ")));
        }
    })
}

fn keys(archived: &ArchivedAgent) -> String {
    archived.released.iter().map(|item| item.key.as_str()).collect::<Vec<_>>().join(", ")
}
