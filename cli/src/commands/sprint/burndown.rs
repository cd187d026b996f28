//! `callboard sprint burndown`.

use callboard_service::Ref;
use callboard_service::sprint::BurnDown;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table};

/// Show how much of a sprint was left at the end of each day
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    code: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard sprint burndown 62
  callboard sprint burndown 62 --json";

/// The longest bar.
const BAR: u64 = 30;

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&BurnDown { project: context.project(), sprint: args.code }).await?;
    let most = found.days.iter().map(|day| day.scope).max().unwrap_or(0).max(1);
    let mut table = Table::new(["DAY", "ITEMS", "LEFT", "HOURS", ""]);
    for day in &found.days {
        let bar = "#".repeat(usize::try_from(day.remaining * BAR / most).unwrap_or(0));
        table.row([
            Cell::new(day.date),
            Cell::new(day.scope),
            Cell::new(day.remaining),
            Cell::new(day.remaining_hours),
            Cell::styled(Style::Active, bar),
        ]);
    }
    context.out.data("sprint_burndown", &found, |text| {
        view::line(text, &found.sprint);
        text.table(&table, "It has not begun.");
    })
}
