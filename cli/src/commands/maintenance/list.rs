//! `callboard maintenance list`.

use callboard_service::entity::{MaintenanceOperationExecutionStatus as Status, MaintenanceOperationType as Kind};
use callboard_service::maintenance::ListOperations;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::maintenance;
use crate::values::vocabulary;

/// List the runs of the maintenance, of the board or of the project named by --project, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only of this kind; again for more
    #[arg(long, value_name = "KIND", value_parser = vocabulary(Kind::ALL, Kind::as_str))]
    kind: Vec<Kind>,

    /// Only in this state; again for more
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(Status::ALL, Status::as_str))]
    status: Vec<Status>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard maintenance list
  callboard maintenance list --kind scan-cleanup --status failed";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListOperations {
        project: context.project(),
        kinds: args.kind,
        statuses: args.status,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    let table = maintenance::table(&page.rows);
    context.out.data("maintenance_operations", &page, |text| {
        text.table(&table, "No runs.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
