//! `callboard sprint load`.

use callboard_service::Ref;
use callboard_service::sprint::LoadOfSprint;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table};

/// Show who has how much of a sprint
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    code: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard sprint load 62";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&LoadOfSprint { project: context.project(), sprint: args.code }).await?;
    let mut table =
        Table::new(["WHO", "ITEMS", "WAITING", "IN PROGRESS", "DONE", "ESTIMATE", "LEFT", "TOOK", "UNESTIMATED"]);
    for load in &found.load {
        table.row([
            Cell::new(load.assignee.as_deref().unwrap_or("nobody")),
            Cell::new(load.items),
            Cell::new(load.waiting),
            Cell::new(load.in_progress),
            Cell::new(load.done),
            Cell::new(format_args!("{} h", load.estimated_hours)),
            Cell::new(format_args!("{} h", load.remaining_hours)),
            Cell::new(format_args!("{} h", load.actual_hours)),
            Cell::new(load.unestimated),
        ]);
    }
    context.out.data("sprint_load", &found, |text| {
        view::line(text, &found.sprint);
        text.table(&table, "Nobody has anything of it.");
    })
}
