//! `callboard session list`.

use callboard_service::entity::WorkSessionStatus;
use callboard_service::session::{ListSessions, state::OPEN};

use crate::commands::holder::HolderArgs;
use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::sessions;
use crate::values::vocabulary;

/// List sessions of the board, or of the project named by --project, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    holder: HolderArgs,

    /// Only those that are not over
    #[arg(long, conflicts_with = "status")]
    open: bool,

    /// Only in this state; again for more
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(WorkSessionStatus::ALL, WorkSessionStatus::as_str))]
    status: Vec<WorkSessionStatus>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard session list --open
  callboard session list --agent parser-bot --status abandoned";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListSessions {
        holder: args.holder.holder(),
        project: context.project(),
        status: if args.open { OPEN.to_vec() } else { args.status },
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    let table = sessions::table(&page.rows);
    context.out.data("sessions", &page, |text| {
        text.table(&table, "No sessions.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
