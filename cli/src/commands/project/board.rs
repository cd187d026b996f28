//! `callboard project board`, and `callboard board`.

use callboard_service::project::{Board, BoardOverview};
use chrono::Utc;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, Text, lists, words};

/// Show the board at a glance: how much there is, who holds what, what needs somebody
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How many rows each list shows, 1 to 500 [default: 50]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

const EXAMPLES: &str = "Examples:
  callboard board
  callboard project board --project web-shop --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&Board { project: context.project(), limit: args.limit }).await?;
    context.out.data("board", &found, |text| {
        text.optional("Project", found.project.as_deref());
        lists::counts(text, &found.items);
        text.field("Ready", found.ready);
        if found.set_aside > 0 {
            text.field("Set aside", format_args!("{} of the ready ones, for a named agent", found.set_aside));
        }
        section(text, "Held", found.held.total, &held(&found));
        section(text, "Dead: no attempt is left (`callboard item retry KEY`)", found.dead.total, &dead(&found));
        section(text, "Stuck: waits for what will never be done", found.stuck.total, &stuck(&found));
    })
}

fn section(text: &mut Text, heading: &str, total: u64, table: &Table) {
    if total > 0 {
        text.heading(&format!("{heading} ({total})")).table(table, "");
    }
}

fn held(found: &BoardOverview) -> Table {
    let mut table = Table::new(["KEY", "PRI", "HOLDER", "STATUS", "SINCE", "UNTIL", "TITLE"]);
    for row in &found.held.rows {
        let until = row.until.map(|at| words::distance(at, Utc::now()));
        table.row([
            Cell::new(&row.item.key),
            words::priority(row.item.priority),
            Cell::new(&row.holder),
            Cell::styled(words::assignment_style(row.assignment_status), row.assignment_status),
            Cell::new(words::distance(row.since, Utc::now())),
            if row.overdue { Cell::styled(Style::Warning, "over") } else { Cell::optional(until) },
            Cell::new(&row.item.title),
        ]);
    }
    table
}

fn dead(found: &BoardOverview) -> Table {
    let mut table = Table::new(["KEY", "PRI", "SINCE", "WHY", "TITLE"]);
    for row in &found.dead.rows {
        table.row([
            Cell::new(&row.item.key),
            words::priority(row.item.priority),
            Cell::optional(row.dead_at.map(|at| words::distance(at, Utc::now()))),
            Cell::optional(row.reason.as_ref()),
            Cell::new(&row.item.title),
        ]);
    }
    table
}

fn stuck(found: &BoardOverview) -> Table {
    let mut table = Table::new(["KEY", "PRI", "WAITS FOR", "TITLE"]);
    for row in &found.stuck.rows {
        table.row([
            Cell::new(&row.item.key),
            words::priority(row.item.priority),
            Cell::new(row.waits_for.join(", ")),
            Cell::new(&row.item.title),
        ]);
    }
    table
}
