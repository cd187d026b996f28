//! `callboard item move`.

use callboard_service::Ref;
use callboard_service::entity::WorkItemStatus;
use callboard_service::item::{MoveItem, MoveTo};

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::values::vocabulary;

/// Move an item by hand, as docs/states.md allows it while nobody holds it
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Key or id
    key: Ref,

    /// Where to: from review, done accepts and todo rejects (with a reason)
    #[arg(value_parser = vocabulary(WorkItemStatus::ALL, WorkItemStatus::as_str))]
    status: WorkItemStatus,

    /// Why; needed for blocked, to reject, and with --force
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,

    /// Finish it although its quality gate is not met: what is missing is recorded with the reason
    #[arg(long, requires = "reason")]
    force: bool,
}

const EXAMPLES: &str = "Examples:
  callboard item move CB-7 todo
  callboard item move CB-7 backlog --reason \"not this month\"
  callboard item move CB-8 done";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let force = args.reason.clone().filter(|_| args.force);
    // A forced move tells its reason by the gate.
    let reason = args.reason.filter(|_| !args.force);
    let verb = MoveItem { item: args.key, to: MoveTo::Status(args.status), reason, force };
    view::moved(context, &context.run(&verb).await?)
}
