//! `callboard project list`.

use callboard_service::project::ListProjects;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table, lists, words};

/// List the projects with the number of their items
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Archived ones too
    #[arg(long)]
    archived: bool,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard project list
  callboard project list --archived --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListProjects { archived: args.archived, after: args.paging.after, limit: args.paging.limit };
    let page = context.read(&query).await?;
    let mut table = Table::new(["SLUG", "KEYS", "STATUS", "ITEMS", "NAME"]);
    for listed in &page.rows {
        let project = &listed.project;
        table.row([
            Cell::new(&project.slug),
            Cell::new(&project.key_prefix),
            Cell::styled(words::project_style(project.status), project.status),
            Cell::new(lists::present(&listed.items.by_status)),
            Cell::new(&project.name),
        ]);
    }
    context.out.data("projects", &page, |text| {
        text.table(&table, "No projects.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
