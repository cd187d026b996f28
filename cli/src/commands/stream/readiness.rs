//! `callboard stream readiness`.

use callboard_service::Ref;
use callboard_service::stream::VerifyStreamReadiness;

use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;

/// Show of each item of a work stream whether it is ready, and what stands in the way
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    stream: Ref,

    /// Only these items of it, by key or id
    #[arg(value_name = "ITEM")]
    items: Vec<Ref>,

    /// Exit code 3 where it is not ready
    #[arg(long)]
    check: bool,
}

const EXAMPLES: &str = "Examples:
  callboard stream readiness manual
  callboard stream readiness manual CB-7 --json
  callboard stream readiness manual --check && echo go

An item is ready where a claim could hand it out, an active agent has what it asks for, and its files are verified. A stream
is ready where there is something to do, and every item that is not finished is ready or in good hands.";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = VerifyStreamReadiness { project: context.project(), stream: args.stream, items: args.items };
    let found = context.read(&query).await?;
    context.out.data("stream_readiness", &found, |text| streams::readiness(text, &found))?;
    if args.check && !found.ready {
        let hint = "each item says above what stands in its way";
        return Err(CliError::Found { count: found.counts.not_ready.max(1), hint });
    }
    Ok(())
}
