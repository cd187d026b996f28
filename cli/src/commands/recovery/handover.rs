//! `callboard handover`.

use callboard_service::Ref;
use callboard_service::recovery::HandOver;

use crate::args::DryRun;
use crate::commands::fence::{OptionalFence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;
use crate::values;

/// Give an item to another agent, or back to the queue, with a note and all that the next one needs
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    key: Ref,

    /// The agent that goes on, by slug [default: whoever takes the item next]
    #[arg(long, value_name = "SLUG")]
    to: Option<Ref>,

    /// What the next one has to know; - reads stdin
    #[arg(long, value_name = "TEXT")]
    note: String,

    /// How long the agent has to start: 10s to 30d [default: 24h]
    #[arg(long, value_name = "TIME", value_parser = values::seconds, requires = "to")]
    accept_within: Option<i64>,

    /// The most that the package may take, in tokens: 1500 to 1000000 [default: 8000]
    #[arg(long, value_name = "TOKENS")]
    budget: Option<u64>,

    #[command(flatten)]
    fence: OptionalFence,

    #[command(flatten)]
    dry_run: DryRun,
}

const EXAMPLES: &str = "Examples:
  callboard handover CB-7 --to review-bot --note \"all but the error paths\"      with CALLBOARD_ASSIGNMENT set
  callboard handover CB-7 --note \"needs somebody who knows PostgreSQL\" --as user:ada
  callboard handover CB-7 --to review-bot --note - --dry-run < handover.md";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let note = values::text_or_stdin(Some(args.note))?.unwrap_or_default();
    let board = context.board().await?;
    let assignment = args.fence.assignment;
    let verb = HandOver {
        item: args.key,
        to: args.to,
        note,
        assignment,
        accept_seconds: args.accept_within,
        budget: args.budget,
    };
    let actor = match assignment {
        Some(id) => writer(context, &board, id).await?,
        None => context.actor(&board).await?,
    };
    let handed = if args.dry_run.dry_run {
        context.rehearse_as(&board, actor, &verb).await?
    } else {
        context.run_as(&board, actor, &verb).await?
    };
    context.out.data("handed_over", &handed, |text| continuity::handed_over(text, &handed))
}
