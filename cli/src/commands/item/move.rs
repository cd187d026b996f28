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

    /// Where to: from review, done accepts and todo rejects
    #[arg(value_parser = vocabulary(WorkItemStatus::ALL, WorkItemStatus::as_str))]
    status: WorkItemStatus,

    /// Why; needed for blocked
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard item move CB-7 todo
  callboard item move CB-7 backlog --reason \"not this month\"
  callboard item move CB-8 done";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = MoveItem { item: args.key, to: MoveTo::Status(args.status), reason: args.reason };
    view::moved(context, &context.run(&verb).await?)
}
