//! `callboard sprint show`.

use callboard_service::Ref;
use callboard_service::sprint::{PlannedItem, ShowSprint};

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table, lists, words};

/// Show a sprint with its items in order
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    sprint: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard sprint show 62
  callboard sprint show SPRINT-62 --project web-shop --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowSprint { project: context.project(), sprint: args.sprint }).await?;
    context.out.data("sprint_details", &found, |text| {
        let sprint = &found.sprint;
        text.field("Sprint", &sprint.code);
        text.field("Title", &sprint.title);
        text.styled_field("Status", words::sprint_style(sprint.status), sprint.status);
        text.optional("Days", words::days(sprint.starts_on, sprint.ends_on));
        lists::counts(text, &found.counts);
        text.optional("Metadata", sprint.metadata.as_ref());
        text.field("Id", sprint.id);
        text.field("Added", words::time(sprint.created_at));
        text.block("Goal", sprint.goal.as_deref().unwrap_or_default());
        text.heading("Plan").table(&table(&found.items), "No items.");
    })
}

fn table(items: &[PlannedItem]) -> Table {
    let mut table = Table::new(["#", "KEY", "PRI", "STATUS", "WHO", "HOURS", "TITLE"]);
    for planned in items {
        let item = &planned.item;
        let archived = if planned.archived { ", archived" } else { "" };
        table.row([
            Cell::new(planned.position),
            Cell::new(&item.key),
            words::priority(item.priority),
            Cell::styled(words::item_style(item.status), format_args!("{}{archived}", item.status)),
            Cell::optional(planned.assignee.as_ref()),
            Cell::optional(planned.estimated_hours.map(words::hours)),
            Cell::new(&item.title),
        ]);
    }
    table
}
