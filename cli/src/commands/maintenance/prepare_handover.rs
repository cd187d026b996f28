//! `callboard maintenance prepare-handover`.

use callboard_service::entity::MaintenanceOperationType as Kind;
use callboard_service::maintenance::{Brought, PrepareHandover};

use super::asked::Asked;
use super::progress::Progress;
use crate::context::Context;
use crate::error::CliError;
use crate::output::Style;
use crate::watch::watch;

/// Write a handover document: what is going on, and the recovery packages of what matters, within a budget
///
/// What has no room for its package is named; what has no room for its name is counted.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,

    /// The most that the document may take, in tokens: 1500 to 1000000 [default: 20000]
    #[arg(long, value_name = "TOKENS")]
    budget: Option<u64>,
}

const EXAMPLES: &str = "Levels, of a project:
  basic           what somebody holds, is in progress or waits for a review
  comprehensive   also what is blocked or dead
  full-audit      everything that is unfinished
A session has the items that it worked on, an item itself, at every level.

Examples:
  callboard maintenance prepare-handover > handover.md
  callboard maintenance prepare-handover --level full-audit --budget 60000
  callboard maintenance prepare-handover --scope item CB-7 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let request = args.asked.request(context, Kind::PrepareHandover, false)?;
    let board = context.board().await?;
    let actor = context.actor(&board).await?;
    let board = context.in_session(&board).await?;
    let what = PrepareHandover { request, budget: args.budget };
    let progress = Progress::default();
    let take = |brought: Brought<'_>| progress.take(brought);
    let work = board.prepare_handover(actor, &what, &take);
    let mut prepared = watch(context, || progress.line(), work).await?;
    let refused = prepared.maintained.refused.take();
    if prepared.maintained.operation.dry_run {
        context.out.rehearsed();
    }
    context.out.data("prepared_handover", &prepared, |text| {
        text.lines(&prepared.document);
        let (packages, named) = (prepared.packaged.len(), prepared.named.len());
        let told = format!("{packages} packages, {named} items named, {} left out", prepared.left_out);
        text.push(Style::Faint, format_args!("\u{2014} {told}; {} of {} tokens", prepared.tokens, prepared.budget))
            .end();
    })?;
    match refused {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
