//! `callboard sprint show`.

use callboard_service::Ref;
use callboard_service::sprint::ShowSprint;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table, lists, words};

/// Show a sprint and its items in their order
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Code or id
    code: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard sprint show 62";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowSprint { project: context.project(), sprint: args.code }).await?;
    let mut table = Table::new(["#", "KEY", "PRI", "STATUS", "WITH", "ESTIMATE", "TITLE"]);
    for planned in &found.items {
        let item = &planned.item;
        table.row([
            Cell::new(planned.position),
            Cell::new(&item.key),
            words::priority(item.priority),
            Cell::styled(words::item_style(item.status), item.status),
            Cell::optional(planned.assignee.as_ref()),
            Cell::optional(planned.estimated_hours.map(|h| format!("{h} h"))),
            Cell::new(&item.title),
        ]);
    }
    context.out.data("sprint_details", &found, |text| {
        let sprint = &found.sprint;
        text.field("Sprint", format_args!("{}  {}", sprint.code, sprint.title));
        text.styled_field("Status", view::style(sprint.status), sprint.status);
        text.optional("Days", view::days(sprint));
        text.optional("Goal", sprint.goal.as_deref());
        text.optional("Metadata", sprint.metadata.as_ref());
        lists::counts(text, &found.counts);
        text.field("Id", sprint.id);
        text.field("Added", words::time(sprint.created_at));
        text.heading("Items").table(&table, "None yet.");
    })
}
