//! `callboard checkpoint list`.

use callboard_service::Ref;
use callboard_service::checkpoint::ListCheckpoints;

use crate::context::Context;
use crate::error::CliError;
use crate::output::continuity;

/// List the checkpoints of an item that are kept, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The item's key or id
    key: Ref,

    /// At most so many rows
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,

    /// Go on below this number, as the page before says
    #[arg(long, value_name = "SEQ")]
    before: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard checkpoint list CB-7
  callboard checkpoint list CB-7 --limit 5 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListCheckpoints { item: args.key, before: args.before, limit: args.limit };
    let page = context.read(&query).await?;
    context.out.data("checkpoints", &page, |text| continuity::checkpoints(text, &page))?;
    if let Some(next) = page.next {
        context.out.hint(&format!("there is more: the same command with --before {next}"));
    }
    Ok(())
}
