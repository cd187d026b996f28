//! `callboard workflow logs`.

use callboard_service::Ref;
use callboard_service::workflow::{RunLogEntry, RunLogs};

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table, words};

/// Show what happened to a run and its steps, oldest first: when, who, what and why
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What the run is called, or its id
    run: Ref,

    /// Go on after this revision, as the page before says
    #[arg(long, value_name = "REVISION")]
    after: Option<i64>,

    /// At most so many rows
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u64,
}

const EXAMPLES: &str = "Examples:
  callboard workflow logs falls-2026
  callboard workflow logs falls-2026 --after 40 --limit 20 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let page = context.read(&RunLogs { run: args.run, after: args.after, limit: args.limit }).await?;
    context.out.data("run_events", &page, |text| {
        text.table(&table(&page.events), "Nothing.");
    })?;
    if let Some(next) = page.next {
        context.out.hint(&format!("there is more: the same command with --after {next}"));
    }
    Ok(())
}

fn table(events: &[RunLogEntry]) -> Table {
    let mut table = Table::new(["REV", "WHEN", "WHO", "WHAT", "STEP", "STATUS", "WHY"]);
    for event in events {
        let status = match (&event.from_status, &event.to_status) {
            (Some(from), Some(to)) => Some(format!("{from} -> {to}")),
            (None, Some(to)) => Some(to.clone()),
            _ => None,
        };
        table.row([
            Cell::new(event.revision),
            Cell::new(words::time(event.at)),
            // The process that drove the run says more than the actor that it acted for.
            Cell::new(event.runner.as_ref().unwrap_or(&event.actor)),
            Cell::new(&event.kind),
            Cell::optional(event.step.as_ref()),
            Cell::optional(status),
            Cell::optional(event.reason.as_ref()),
        ]);
    }
    table
}
