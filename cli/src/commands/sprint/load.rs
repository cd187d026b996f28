//! `callboard sprint load`.

use callboard_service::Ref;
use callboard_service::sprint::LoadOfSprint;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, lists, words};

/// Show who has how much of a sprint
///
/// Hours are those of the estimates; TOOK are the hours that were reported.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    sprint: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard sprint load 62
  callboard sprint load 62 --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&LoadOfSprint { project: context.project(), sprint: args.sprint }).await?;
    let mut table =
        Table::new(["WHO", "ITEMS", "WAITING", "DOING", "DONE", "CANCELLED", "HOURS", "HOURS LEFT", "TOOK"]);
    for load in &found.load {
        table.row([
            load.assignee.as_ref().map_or_else(|| Cell::styled(Style::Faint, "nobody"), Cell::new),
            Cell::new(load.items),
            Cell::new(load.waiting),
            Cell::new(load.in_progress),
            Cell::new(load.done),
            Cell::new(load.cancelled),
            Cell::new(words::hours(load.estimated_hours)),
            Cell::new(words::hours(load.remaining_hours)),
            Cell::new(words::hours(load.actual_hours)),
        ]);
    }
    context.out.data("sprint_load", &found, |text| {
        lists::sprint(text, &found.sprint);
        text.table(&table, "No items.");
        let unestimated: u64 = found.load.iter().map(|load| load.unestimated).sum();
        if unestimated > 0 {
            text.push(Style::Warning, format_args!("Unfinished without an estimate: {unestimated}")).end();
        }
    })
}
