//! `callboard stream list`.

use callboard_service::entity::{WorkStreamStatus, WorkStreamType};
use callboard_service::stream::ListStreams;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::streams;
use crate::values::vocabulary;

/// List the work streams of the board, or of the project named by --project, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only in this state
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(WorkStreamStatus::ALL, WorkStreamStatus::as_str))]
    status: Option<WorkStreamStatus>,

    /// Only of this type; again for more
    #[arg(long = "type", value_name = "TYPE", value_parser = vocabulary(WorkStreamType::ALL, WorkStreamType::as_str))]
    types: Vec<WorkStreamType>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard stream list
  callboard stream list --status open --type documentation --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListStreams {
        project: context.project(),
        status: args.status,
        types: args.types,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    context.out.data("streams", &page, |text| streams::list(text, &page.rows))?;
    args.paging.more(context, page.next);
    Ok(())
}
