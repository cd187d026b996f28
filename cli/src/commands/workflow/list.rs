//! `callboard workflow list`.

use callboard_service::entity::WorkflowRunStatus;
use callboard_service::workflow::ListRuns;

use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, words};
use crate::values::vocabulary;

/// List the runs of the board, or of the project named by --project, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only in this state; again for more
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(WorkflowRunStatus::ALL, WorkflowRunStatus::as_str))]
    status: Vec<WorkflowRunStatus>,

    /// Only runs of this workflow or template
    #[arg(long, value_name = "NAME")]
    workflow: Option<String>,

    /// Only those whose program gave no sign of life until its lease ran out
    #[arg(long)]
    interrupted: bool,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard workflow list
  callboard workflow list --status running --status paused --workflow research
  callboard workflow list --interrupted --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListRuns {
        status: args.status,
        workflow: args.workflow,
        project: context.project(),
        interrupted: args.interrupted,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    let mut table = Table::new(["RUN", "WORKFLOW", "STATUS", "STEPS", "STARTED", "ENDED"]);
    for listed in &page.rows {
        let run = &listed.run;
        let total = run.total_steps.map_or_else(|| "?".to_owned(), |total| total.to_string());
        let status = match listed.interrupted {
            true => Cell::styled(Style::Warning, "interrupted"),
            false => Cell::styled(words::run_style(run.status), run.status),
        };
        table.row([
            Cell::new(&run.workflow_id),
            Cell::new(&run.workflow_name),
            status,
            Cell::new(format_args!("{}/{total}", run.steps_completed)),
            Cell::optional(run.started_at.map(words::time)),
            Cell::optional(run.completed_at.map(words::time)),
        ]);
    }
    context.out.data("runs", &page, |text| {
        text.table(&table, "No runs.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
