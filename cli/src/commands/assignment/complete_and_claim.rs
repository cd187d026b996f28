//! `callboard assignment complete-and-claim`.

use callboard_service::assignment::{Complete, CompleteAndClaim};
use rust_decimal::Decimal;

use super::claim;
use crate::commands::fence::{Fence, Force, writer};
use crate::commands::input::Json;
use crate::commands::item::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::assignments;

/// Complete an assignment and claim the next, in one transaction
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fence: Fence,

    /// What was done
    #[arg(long, visible_alias = "notes", value_name = "TEXT")]
    note: Option<String>,

    /// The hours that it took
    #[arg(long, value_name = "HOURS")]
    hours: Option<Decimal>,

    /// The result, kept with the assignment: JSON, or @FILE that holds it, @- for stdin
    #[arg(long, value_name = "JSON", value_parser = Json::parse)]
    result: Option<Json>,

    #[command(flatten)]
    force: Force,

    #[command(flatten)]
    claim: claim::What,
}

const EXAMPLES: &str = "Examples:
  callboard assignment complete-and-claim --assignment 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11 --agent parser-bot
  callboard assignment complete-and-claim --agent parser-bot --json   with CALLBOARD_ASSIGNMENT set";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let (_, claim) = args.claim.claim(context, &board).await?;
    let result = args.result.map(Json::read).transpose()?;
    let (assignment, notes, force) = (args.fence.assignment, args.note, args.force.reason());
    let complete = Complete { assignment, notes, actual_hours: args.hours, result, force };
    let actor = writer(context, &board, assignment).await?;
    let both = context.run_as(&board, actor, &CompleteAndClaim { complete, claim }).await?;
    context.out.data("completed_and_claimed", &both, |text| {
        // Nothing on stdout: there was nothing to claim.
        for claimed in &both.next.claimed {
            text.line(claimed.assignment);
        }
    })?;
    context.out.note(&assignments::completion(&both.completed));
    view::gate(context, &both.completed.gate);
    for claimed in &both.next.claimed {
        context.out.note(&assignments::claimed(claimed, board.now()));
        assignments::recovered(&context.out, claimed);
    }
    if both.next.claimed.is_empty() {
        context.out.note("nothing else is ready for the agent");
    }
    Ok(())
}
