//! `callboard sprint list`.

use callboard_service::entity::SprintStatus;
use callboard_service::sprint::ListSprints;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table, lists, words};
use crate::values::vocabulary;

/// List the sprints of the board, or of the project named by --project, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only in this state; again for more
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(SprintStatus::ALL, SprintStatus::as_str))]
    status: Vec<SprintStatus>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard sprint list
  callboard sprint list --status active --project web-shop";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListSprints {
        project: context.project(),
        status: args.status,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    let mut table = Table::new(["CODE", "PROJECT", "STATUS", "DAYS", "ITEMS", "TITLE"]);
    for listed in &page.rows {
        let sprint = &listed.sprint;
        table.row([
            Cell::new(&sprint.code),
            Cell::new(&listed.project),
            Cell::styled(words::sprint_style(sprint.status), sprint.status),
            Cell::optional(words::days(sprint.starts_on, sprint.ends_on)),
            Cell::new(lists::present(&listed.counts.by_status)),
            Cell::new(&sprint.title),
        ]);
    }
    context.out.data("sprints", &page, |text| {
        text.table(&table, "No sprints.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
