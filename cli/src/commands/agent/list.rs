//! `callboard agent list`.

use callboard_service::agent::ListAgents;
use callboard_service::entity::{AgentProfileMode, AgentProfileStatus};
use callboard_service::rules;

use super::view;
use crate::commands::paging::Paging;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table};
use crate::values::vocabulary;

/// List the agents, without archived ones
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Only those whose slug, name, type or description holds this text
    text: Option<String>,

    /// Only in this state; again for more
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(AgentProfileStatus::ALL, AgentProfileStatus::as_str))]
    status: Vec<AgentProfileStatus>,

    /// Only of this type
    #[arg(long = "type", value_name = "TYPE")]
    r#type: Option<String>,

    /// Only of this mode
    #[arg(long, value_name = "MODE", value_parser = vocabulary(AgentProfileMode::ALL, AgentProfileMode::as_str))]
    mode: Option<AgentProfileMode>,

    /// Only those that are granted this, at this level or a higher one
    #[arg(long, value_name = "CAPABILITY[:LEVEL]")]
    capability: Option<String>,

    #[command(flatten)]
    paging: Paging,
}

const EXAMPLES: &str = "Examples:
  callboard agent list
  callboard agent list --capability rust:proficient --status active";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = ListAgents {
        status: args.status,
        r#type: args.r#type,
        mode: args.mode,
        capability: args.capability.as_deref().map(rules::capability).transpose()?,
        text: args.text,
        after: args.paging.after,
        limit: args.paging.limit,
    };
    let page = context.read(&query).await?;
    let mut table = Table::new(["SLUG", "TYPE", "MODE", "STATUS", "HOLDS", "MAY DO"]);
    for listed in &page.rows {
        let agent = &listed.agent;
        let most = agent.max_open_assignments.map(|most| format!(" of {most}")).unwrap_or_default();
        table.row([
            Cell::new(&agent.slug),
            Cell::new(&agent.r#type),
            Cell::new(agent.mode),
            Cell::styled(view::style(agent.status), agent.status),
            Cell::new(format_args!("{}{most}", listed.open_assignments)),
            Cell::new(view::capabilities(&listed.capabilities)),
        ]);
    }
    context.out.data("agents", &page, |text| {
        text.table(&table, "No agents.");
    })?;
    args.paging.more(context, page.next);
    Ok(())
}
