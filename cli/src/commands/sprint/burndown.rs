//! `callboard sprint burndown`.

use callboard_service::Ref;
use callboard_service::sprint::{BurnDown, Day};

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, chart, lists, words};

/// Show what was left of a sprint at the end of each of its days, in UTC
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    sprint: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard sprint burndown 62
  callboard sprint burndown 62 --json";

/// How wide the chart may be, in characters, and what the columns beside it need.
const WIDEST: u16 = 40;
const NARROWEST: u16 = 4;
const BESIDE: u16 = 36;

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&BurnDown { project: context.project(), sprint: args.sprint }).await?;
    context.out.data("sprint_burndown", &found, |text| {
        lists::sprint(text, &found.sprint);
        let Some(last) = found.days.last() else {
            text.line("It has not begun.");
            return;
        };
        let width = text.width().map_or(WIDEST, |width| width.saturating_sub(BESIDE).clamp(NARROWEST, WIDEST));
        text.table(&table(&found.days, width), "");
        text.push(Style::Faint, "█ left  ░ finished").end();
        let hours = words::hours(last.remaining_hours);
        text.line(format_args!("Left: {} of {} items, {hours} estimated hours", last.remaining, last.scope));
    })
}

fn table(days: &[Day], width: u16) -> Table {
    let most = days.iter().map(|day| day.scope).max().unwrap_or(0);
    let mut table = Table::new(["DAY", "ITEMS", "LEFT", "HOURS", ""]);
    for day in days {
        table.row([
            Cell::new(day.date),
            Cell::new(day.scope),
            Cell::new(day.remaining),
            Cell::new(words::hours(day.remaining_hours)),
            Cell::styled(Style::Active, chart::bar(day.remaining, day.scope, most, width)),
        ]);
    }
    table
}
