//! `callboard item ready`, and `callboard ready`.

use callboard_service::Ref;
use callboard_service::entity::WorkItemType;
use callboard_service::item::Ready;

use super::view;
use crate::context::Context;
use crate::error::CliError;
use crate::values::vocabulary;

/// Show what a claim could hand out now, in the order in which it would
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What this agent could claim [default: what is set aside for nobody, whatever it requires]
    #[arg(long, value_name = "SLUG")]
    agent: Option<Ref>,

    /// Only from this sprint
    #[arg(long, value_name = "CODE")]
    sprint: Option<Ref>,

    /// Only from this work stream, in its order
    #[arg(long, value_name = "SLUG")]
    stream: Option<Ref>,

    /// Only of this type
    #[arg(long = "type", value_name = "TYPE", value_parser = vocabulary(WorkItemType::ALL, WorkItemType::as_str))]
    r#type: Option<WorkItemType>,

    /// Only with this tag
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,

    /// At most so many rows
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: u64,
}

const EXAMPLES: &str = "Examples:
  callboard ready
  callboard item ready --sprint 62
  callboard ready --agent coder --json";

pub async fn run(args: Args, context: &Context) -> Result<(), CliError> {
    let query = Ready {
        agent: args.agent,
        project: context.project(),
        sprint: args.sprint,
        stream: args.stream,
        kind: args.r#type,
        tag: args.tag,
        limit: args.limit,
    };
    let ready = context.read(&query).await?;
    context.out.data("ready", &ready, |text| {
        text.table(&view::table(&ready.items), "Nothing is ready.");
    })?;
    for reason in &ready.withheld {
        context.out.note(&format!("Nothing can be claimed now: {reason}"));
    }
    if ready.truncated {
        context.out.hint("there is more: raise --limit");
    }
    Ok(())
}
