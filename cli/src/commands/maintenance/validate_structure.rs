//! `callboard maintenance validate-structure`.

use callboard_service::entity::MaintenanceOperationOperationType as Kind;
use callboard_service::maintenance::ValidateStructure;

use super::asked::{self, Asked};
use crate::context::Context;
use crate::error::CliError;

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

    /// The most items that are mended in one transaction: 1 to 100
    #[arg(long, value_name = "N", default_value_t = 50)]
    batch: u64,
}

const EXAMPLES: &str = "Levels:
  basic           counters, assignees, states, sprints, prerequisites, parents and cycles
  comprehensive   also the ledger of every item, replayed, and whether the files of artifacts are there
  full-audit      also the runs of workflows

Examples:
  callboard maintenance validate-structure
  callboard maintenance validate-structure --level full-audit --json
  callboard maintenance validate-structure --fix --dry-run
  callboard maintenance validate-structure --fix --scope item CB-7";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let request = args.asked.request(context, Kind::ValidateStructure, args.fix)?;
    let what = ValidateStructure { request, batch: Some(args.batch) };
    asked::run(context, &what, "maintained").await
}
