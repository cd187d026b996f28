//! `callboard checkpoint show`.

use callboard_service::Ref;
use callboard_service::checkpoint::ShowCheckpoint;

use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;

/// Show a checkpoint with its data: the newest, or the one of a number
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    key: Ref,

    /// Its number [default: the newest]
    #[arg(long, value_name = "SEQ")]
    seq: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard checkpoint show CB-7
  callboard checkpoint show CB-7 --seq 3 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowCheckpoint { item: args.key, seq: args.seq }).await?;
    context.out.data("checkpoint", &found, |text| continuity::checkpoint(text, &found))
}
