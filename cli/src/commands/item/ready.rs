//! `callboard item ready`, and `callboard ready`.

use callboard_service::entity::WorkItemType;
use callboard_service::item::{EachReady, ListedItem, Ready};
use callboard_service::{Error, Ref};
use serde::Serialize;

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

    /// All of it, however much: printed some hundred rows at a time
    #[arg(long, conflicts_with = "limit")]
    all: bool,
}

const EXAMPLES: &str = "Examples:
  callboard ready
  callboard item ready --sprint 62
  callboard ready --agent coder --json
  callboard ready --all --json | jq -r '.data.items[].key'";

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
    if args.all {
        return all(&query, context).await;
    }
    let ready = context.read(&query).await?;
    context.out.data("ready", &ready, |text| {
        text.table(&view::table(&ready.items), "Nothing is ready.");
    })?;
    withheld(context, &ready.withheld);
    if ready.truncated {
        context.out.hint("there is more: raise --limit, or give --all");
    }
    Ok(())
}

/// The same document, whose items are printed as they are read.
async fn all(query: &Ready, context: &Context) -> Result<(), CliError> {
    let mut list = context.out.list("ready", "items");
    let mut sink = |items: &[ListedItem]| list.rows(items, view::table);
    let found = match context.read(&EachReady::new(query, &mut sink)).await {
        Err(CliError::Service(Error::Export(error))) => return Err(error.into()),
        found => found?,
    };
    list.end(&Rest { truncated: false, withheld: &found.withheld }, "Nothing is ready.")?;
    withheld(context, &found.withheld);
    Ok(())
}

/// What the document has beside its items.
#[derive(Serialize)]
struct Rest<'a> {
    truncated: bool,
    withheld: &'a [String],
}

fn withheld(context: &Context, reasons: &[String]) {
    for reason in reasons {
        context.out.note(&format!("Nothing can be claimed now: {reason}"));
    }
}
