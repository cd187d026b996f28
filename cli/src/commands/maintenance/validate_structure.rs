//! `callboard maintenance validate-structure`.

use callboard_service::entity::MaintenanceOperationType as Kind;
use callboard_service::maintenance::{Brought, Maintained, Outcome, ValidateStructure};

use super::asked::{self, Asked};
use super::progress::Progress;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Printer, maintenance};
use crate::watch::watch;

/// Find rows that do not agree with each other, and mend what follows from the others
///
/// What is looked for, and what of it --fix mends, stands in docs/automation/structure.md. Each item that is mended has a
/// ledger row that says what was repaired.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,

    /// Mend what can be derived from other rows; with --dry-run: tell what would be mended
    #[arg(long)]
    fix: bool,

    /// End with exit code 3 where something is found that the run does not mend
    #[arg(long)]
    check: bool,

    /// The most items that are mended in one transaction: 1 to 100
    #[arg(long, value_name = "N", default_value_t = 50)]
    batch: u64,
}

const LEFT: &str =
    "what is marked kept is mended by --fix; docs/automation/structure.md says what each of the others is";

const EXAMPLES: &str = "Levels:
  basic           counters, assignees, states, sprints, prerequisites, parents and cycles
  comprehensive   also every ledger, replayed, and whether the files of artifacts are there
  full-audit      also the runs of workflows

Examples:
  callboard maintenance validate-structure
  callboard maintenance validate-structure --level full-audit --json
  callboard maintenance validate-structure --fix --dry-run
  callboard maintenance validate-structure --fix --scope item CB-7";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let request = args.asked.request(context, Kind::ValidateStructure, args.fix)?;
    let what = ValidateStructure { request, batch: Some(args.batch) };
    let board = context.board().await?;
    let actor = context.actor(&board).await?;
    let board = context.in_session(&board).await?;
    let progress = Progress::default();
    let take = |brought: Brought<'_>| progress.take(brought);
    let done = watch(context, || progress.line(), board.maintain(actor, &what, &take)).await?;
    let left = done.findings.iter().filter(|finding| finding.outcome != Outcome::Changed).count() as u64;
    asked::tell(context, done, print)?;
    match left {
        count @ 1.. if args.check => Err(CliError::Found { count, hint: LEFT }),
        _ => Ok(()),
    }
}

fn print(out: &Printer, done: &Maintained) -> Result<(), CliError> {
    out.data("validate_structure", done, |text| maintenance::maintained(text, done))
}
