//! `callboard agent edit`.

use callboard_service::Ref;
use callboard_service::agent::EditAgent;
use callboard_service::entity::{AgentProfileMode, AgentProfileStatus};
use serde_json::Value;

use crate::commands::change::change;
use crate::context::Context;
use crate::error::CliError;
use crate::values::{self, vocabulary};

/// Change an agent's profile; `grant` and `revoke` change what it may do
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Slug or id
    slug: Ref,

    /// The new slug; the old one no longer finds the agent
    #[arg(long, value_name = "SLUG")]
    new_slug: Option<String>,

    /// The new name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// The new type
    #[arg(long = "type", value_name = "TYPE")]
    r#type: Option<String>,

    /// The new mode
    #[arg(long, value_name = "MODE",
          value_parser = vocabulary(AgentProfileMode::ALL, AgentProfileMode::as_str))]
    mode: Option<AgentProfileMode>,

    /// Active or inactive: an inactive agent is given no more work
    #[arg(long, value_name = "STATUS", value_parser = vocabulary(AgentProfileStatus::ALL, AgentProfileStatus::as_str))]
    status: Option<AgentProfileStatus>,

    /// What it is for; - reads stdin
    #[arg(long, value_name = "TEXT", conflicts_with = "no_description")]
    description: Option<String>,

    /// Take the description away
    #[arg(long)]
    no_description: bool,

    /// What it says of itself that it can do, in place of all it said; again for more
    #[arg(long, value_name = "CAPABILITY")]
    capability: Option<Vec<String>>,

    /// Its tools, in place of all it had; again for more
    #[arg(long, value_name = "NAME")]
    tool: Option<Vec<String>>,

    /// A JSON object, handed to the agent with each claim
    #[arg(long, value_name = "JSON", value_parser = values::json, conflicts_with = "no_constraints")]
    constraints: Option<Value>,

    /// Take the constraints away
    #[arg(long)]
    no_constraints: bool,

    /// A JSON object, in place of the one that it has
    #[arg(long, value_name = "JSON", value_parser = values::json, conflicts_with = "no_metadata")]
    metadata: Option<Value>,

    /// Take the metadata away
    #[arg(long)]
    no_metadata: bool,

    /// How many assignments it may hold at once
    #[arg(long, value_name = "N", conflicts_with = "no_max_open")]
    max_open: Option<i64>,

    /// Take the limit away
    #[arg(long)]
    no_max_open: bool,
}

const EXAMPLES: &str = "Examples:
  callboard agent edit coder --max-open 3
  callboard agent edit coder --status inactive
  callboard agent edit coder --new-slug rust-coder --name \"Rust coder\"";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = EditAgent {
        agent: args.slug,
        slug: args.new_slug,
        name: args.name,
        r#type: args.r#type,
        mode: args.mode,
        description: change(values::text_or_stdin(args.description)?, args.no_description),
        capabilities: args.capability,
        constraints: change(args.constraints, args.no_constraints),
        tools: args.tool,
        metadata: change(args.metadata, args.no_metadata),
        status: args.status,
        max_open_assignments: change(args.max_open, args.no_max_open),
    };
    let agent = context.run(&verb).await?;
    context.out.data("agent", &agent, |text| {
        text.line(format_args!("agent:{} is {}", agent.slug, agent.status));
    })
}
