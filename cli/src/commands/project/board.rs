//! `callboard project board`, and `callboard board`.

use callboard_service::project::{Board, BoardOverview};
use chrono::Utc;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Style, Table, lists, words};

/// Show the board at a glance: how much there is, who holds what, what needs somebody
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How many rows each list shows, 1 to 500 [default: 50]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,

    /// Count all there is: without it a number stops at 1000, and is shown as 1000+
    #[arg(long)]
    exact: bool,
}

const EXAMPLES: &str = "Examples:
  callboard board
  callboard board --exact
  callboard project board --project web-shop --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&Board { project: context.project(), limit: args.limit, exact: args.exact }).await?;
    let number = |n: u64| if found.counted_to.is_some_and(|to| n >= to) { format!("{n}+") } else { n.to_string() };
    context.out.data("board", &found, |text| {
        text.optional("Project", found.project.as_deref());
        let items = found.items.by_status.iter().map(|(status, n)| (status, number(*n)));
        text.field("Items", lists::numbers(items));
        text.field("Ready", number(found.ready));
        if found.set_aside > 0 {
            let set_aside = number(found.set_aside);
            text.field("Set aside", format_args!("{set_aside} of the ready ones, for a named agent"));
        }
        let mut section = |heading: &str, total: u64, table: &Table| {
            if total > 0 {
                text.heading(&format!("{heading} ({})", number(total))).table(table, "");
            }
        };
        section("Held", found.held.total, &held(&found));
        section("Dead: no attempt is left (`callboard item retry KEY`)", found.dead.total, &dead(&found));
        section("Stuck: waits for what will never be done", found.stuck.total, &stuck(&found));
    })
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
