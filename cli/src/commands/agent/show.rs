//! `callboard agent show`.

use callboard_service::Ref;
use callboard_service::agent::ShowAgent;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{lists, words};

/// Show an agent: what it may do, what it holds and what it did last
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,
}

const EXAMPLES: &str = "Examples:
  callboard agent show coder";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let found = context.read(&ShowAgent { agent: args.slug }).await?;
    context.out.data("agent_details", &found, |text| {
        let agent = &found.agent;
        text.field("Agent", &agent.slug);
        text.field("Name", &agent.name);
        text.field("Type", format_args!("{}, {}", agent.r#type, agent.mode));
        text.styled_field("Status", view::style(agent.status), agent.status);
        text.field("May do", view::capabilities(&found.capabilities));
        text.optional("Declares", agent.capabilities.as_ref().map(lists::words));
        text.optional("Tools", agent.tools.as_ref().map(lists::words));
        text.optional("Holds at most", agent.max_open_assignments);
        text.optional("Constraints", agent.constraints.as_ref());
        text.optional("Metadata", agent.metadata.as_ref());
        text.field("Assignments", lists::present(&found.assignments));
        text.field("Id", agent.id);
        text.field("Registered", words::time(agent.created_at));
        text.block("Description", agent.description.as_deref().unwrap_or_default());
        if !found.open.is_empty() {
            text.heading("Holds now").table(&view::assignments(&found.open), "");
        }
        if !found.items.is_empty() {
            text.heading("Was assigned").table(&view::items(&found.items), "");
        }
    })
}
