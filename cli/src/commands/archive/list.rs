//! `callboard archive list`.

use callboard_service::archive::ListArchives;
use callboard_service::clock::Timestamp;
use callboard_service::entity::WorkItemArchiveReason as Reason;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::archives;
use crate::values::{time, vocabulary};

/// List what is in the archive, of the board or of the project named by --project, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only of this reason; again for more
    #[arg(long, value_name = "REASON", value_parser = vocabulary(Reason::ALL, Reason::as_str))]
    reason: Vec<Reason>,

    /// Only what expires until then: a date, or RFC 3339
    #[arg(long, value_name = "TIME", value_parser = time)]
    expiring: Option<Timestamp>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard archive list
  callboard archive list --reason failed --expiring 2026-12-31";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListArchives {
        project: context.project(),
        reasons: args.reason,
        expiring: args.expiring,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    let table = archives::table(&page.rows);
    context.out.data("archives", &page, |text| {
        text.table(&table, "The archive is empty.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
