//! `callboard agent register`.

use callboard_service::agent::RegisterAgent;
use callboard_service::entity::AgentProfileMode;
use serde_json::Value;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::values::{self, vocabulary};

/// Register an agent, active from the start
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Words of a-z0-9 joined by -, unique: agent:SLUG names it
    slug: String,

    /// What people call it [default: the slug]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// What kind of worker it is: backend-engineer, reviewer, ...
    #[arg(long = "type", value_name = "TYPE", default_value = "implementer")]
    r#type: String,

    /// What it mainly does
    #[arg(long, value_name = "MODE", default_value = "implementation",
          value_parser = vocabulary(AgentProfileMode::ALL, AgentProfileMode::as_str))]
    mode: AgentProfileMode,

    /// What it is for; - reads stdin
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,

    /// What it is trusted to do, and how well (basic, proficient, expert); again for more
    #[arg(long, value_name = "CAPABILITY[:LEVEL]")]
    grant: Vec<String>,

    /// What it says of itself that it can do: granted at basic; again for more
    #[arg(long, value_name = "CAPABILITY")]
    capability: Vec<String>,

    /// A tool it has, which items require as tool/NAME; again for more
    #[arg(long, value_name = "NAME")]
    tool: Vec<String>,

    /// A JSON object, handed to the agent with each claim
    #[arg(long, value_name = "JSON", value_parser = values::json)]
    constraints: Option<Value>,

    /// A JSON object of your own
    #[arg(long, value_name = "JSON", value_parser = values::json)]
    metadata: Option<Value>,

    /// How many assignments it may hold at once [default: no limit]
    #[arg(long, value_name = "N")]
    max_open: Option<i64>,
}

const EXAMPLES: &str = "Examples:
  callboard agent register coder --grant rust:expert --grant sql
  callboard agent register reviewer-1 --type reviewer --mode review --max-open 2 --tool gh
  callboard agent register careful --constraints '{\"forbidden_paths\":[\"infra/\"]}'";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let verb = RegisterAgent {
        slug: args.slug,
        name: args.name,
        r#type: args.r#type,
        mode: args.mode,
        description: values::text_or_stdin(args.description)?,
        capabilities: args.capability,
        grants: view::grants(&args.grant)?,
        constraints: args.constraints,
        tools: args.tool,
        metadata: args.metadata,
        max_open_assignments: args.max_open,
    };
    let agent = context.run(&verb).await?;
    context.out.data("agent", &agent, |text| {
        text.line(format_args!("agent:{}", agent.slug));
    })?;
    context.out.hint(&format!("it takes work by `callboard claim --agent {}`", agent.slug));
    Ok(())
}
