//! `callboard assignment heartbeat`.

use callboard_service::assignment::Heartbeat;

use crate::commands::fence::{Fence, writer};
use crate::context::Context;
use crate::error::CliError;
use crate::output::words;
use crate::values;

/// Give a sign of life: extends the lease
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    fence: Fence,

    /// How long until the next sign of life must come: 10s to 24h [default: the setting lease_seconds, 15m]
    #[arg(long, value_name = "TIME", value_parser = values::seconds)]
    lease: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard assignment heartbeat --assignment 01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11
  while sleep 300; do callboard assignment heartbeat; done     with CALLBOARD_ASSIGNMENT set";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let board = context.board().await?;
    let actor = writer(context, &board, args.fence.assignment).await?;
    let verb = Heartbeat { assignment: args.fence.assignment, lease_seconds: args.lease };
    let lease = context.run_as(&board, actor, &verb).await?;
    context.out.data("lease", &lease, |text| {
        match lease.lease_expires_at {
            Some(end) => text.line(format_args!("held until {}", words::time(end))),
            None => text.line("held without a deadline"),
        };
    })
}
