//! `callboard item list`.

use callboard_service::Ref;
use callboard_service::entity::{WorkItemStatus, WorkItemType};
use callboard_service::item::{Archived, AssigneeFilter, ItemOrder, ListItems};

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::values::{self, vocabulary};

/// List items: by default all that are not archived, the most urgent first
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only those whose title holds this text
    text: Option<String>,

    /// Only in this status; again for more
    #[arg(long, short, value_name = "STATUS", value_parser = vocabulary(WorkItemStatus::ALL, WorkItemStatus::as_str))]
    status: Vec<WorkItemStatus>,

    /// Only of this type; again for more
    #[arg(long = "type", value_name = "TYPE", value_parser = vocabulary(WorkItemType::ALL, WorkItemType::as_str))]
    r#type: Vec<WorkItemType>,

    /// Only of this priority; again for more
    #[arg(long, short, value_name = "PRIORITY", value_parser = values::priority)]
    priority: Vec<i64>,

    /// Only with this tag; again for more, all of which it must have
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,

    /// Only those of agent:SLUG or user:NAME, or of nobody
    #[arg(long, value_name = "ASSIGNEE")]
    assignee: Option<String>,

    /// Only parts of this item
    #[arg(long, value_name = "KEY")]
    parent: Option<Ref>,

    /// Only those of this sprint
    #[arg(long, value_name = "CODE")]
    sprint: Option<Ref>,

    /// Only what could be claimed now; `callboard ready` says it for an agent
    #[arg(long)]
    ready: bool,

    /// Only dead letters: what used up its attempts
    #[arg(long)]
    dead: bool,

    /// Only what waits for a cancelled, archived or dead item
    #[arg(long)]
    stuck: bool,

    /// Only what is unfinished and past its due time
    #[arg(long)]
    overdue: bool,

    /// Archived ones too
    #[arg(long, conflicts_with = "only_archived")]
    archived: bool,

    /// Archived ones only
    #[arg(long)]
    only_archived: bool,

    /// In which order: most urgent, newest or last changed first
    #[arg(long, value_name = "ORDER", default_value = "priority",
          value_parser = vocabulary(ItemOrder::ALL, ItemOrder::as_str))]
    order: ItemOrder,

    /// At most so many rows
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: u64,

    /// Go on after this, as the page before says
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
}

const EXAMPLES: &str = "Examples:
  callboard item list
  callboard item list --status todo --status blocked --assignee nobody
  callboard item list parser --type bug --order updated
  callboard item list --dead --json
  callboard item list --stuck";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let assignee = match args.assignee.as_deref() {
        None => None,
        Some("nobody") => Some(AssigneeFilter::Nobody),
        Some(name) => Some(AssigneeFilter::Is(name.parse()?)),
    };
    let query = ListItems {
        project: context.project(),
        statuses: args.status,
        types: args.r#type,
        priorities: args.priority,
        tags: args.tag,
        assignee,
        parent: args.parent,
        sprint: args.sprint,
        text: args.text,
        ready: args.ready,
        dead: args.dead,
        stuck: args.stuck,
        overdue: args.overdue,
        archived: match (args.archived, args.only_archived) {
            (_, true) => Archived::Only,
            (true, false) => Archived::Show,
            (false, false) => Archived::Hide,
        },
        order: args.order,
        cursor: args.after,
        limit: args.limit,
    };
    let page = context.read(&query).await?;
    context.out.data("items", &page, |text| {
        text.table(&view::table(&page.items), "No items.");
    })?;
    if let Some(next) = &page.next {
        context.out.hint(&format!("there is more: the same command with --after {next}"));
    }
    Ok(())
}
